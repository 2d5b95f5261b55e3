"""Whether an account can be judged. Missing is never 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Literal

from reconciler.domain.partials import Partial, partial_of
from reconciler.domain.policy import Policy
from reconciler.domain.snapshot import Coverage, Scope, Snapshot
from trueup_billing import Source

State = Literal["complete", "stale", "partial", "unlinked", "never"]

_CURES = {
    "unlinked": "Link the customer of this source to the account.",
    "never_complete": "Wait for the first complete pull of this source. "
    "If it does not come, see whether every metric of the rate card is defined.",
    "partial": "Repair what the source could not deliver, or redrive the dead letters; the next pull clears it. "
    "Or accept what is there.",
    "stale": "Restore the connection to this source.",
    "no_rate_card": "Import the account's rate card.",
    "no_price": "Bill the item once, or give the rate card a price for it.",
    "month_grain": "Let the rate card price the metric by whole calendar months: its days cannot be added up.",
    "currency_mismatch": "Bill in the rate card's currency or correct the rate card.",
}
_STATES: dict[str, State] = {
    "unlinked": "unlinked",
    "never_complete": "never",
    "partial": "partial",
    "stale": "stale",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something cannot be judged. `source` is None where no source is at fault."""

    code: str
    source: Source | None

    @property
    def cure(self) -> str:
        """What a person can do about it."""
        return _CURES[self.code]


@dataclass(frozen=True, slots=True)
class Completeness:
    """The judgement about the sources of one account; `scopes` are those that it rests on."""

    reasons: tuple[Reason, ...]
    scopes: tuple[Scope, ...]
    partials: tuple[Partial, ...]
    """The gaps, those that a person accepted included."""
    usage_refs: frozenset[str]
    """The account's customers whose usage counts."""

    def of(self, source: Source) -> tuple[Reason, ...]:
        """The reasons of one source, worst first."""
        return tuple(reason for reason in self.reasons if reason.source == source)

    @property
    def against_projection(self) -> tuple[Reason, ...]:
        """Why nothing can be projected: usage that cannot be judged upon, or a gap in any source.

        A gap of invoices or payments says that the account is not known whole; what a quarter will bring is not said of
        such an account, until the rest has come or a person accepts it.
        """
        return tuple(one for one in self.reasons if one.source is Source.AMPLITUDE or one.code == "partial")

    def state(self, source: Source) -> State:
        """One word for one source."""
        reasons = self.of(source)
        return _STATES[reasons[0].code] if reasons else "complete"

    def any_stale(self, policy: Policy, now: datetime) -> bool:
        """Whether a source is too old for anything new to be decided upon it."""
        return any(scope.as_of and now - scope.as_of > policy.stale_after[scope.source] for scope in self.scopes)

    @property
    def can_judge(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.reasons


def metrics_of(snapshot: Snapshot) -> tuple[str, ...]:
    """The metrics that the account needs: those of its rate card, or of its usage where it has none.

    What nobody reads any more is needed only where the rate card prices it.
    """
    rated = {rate.metric for rate in snapshot.account.rates if rate.is_usage}
    retired = {scope.metric for scope in snapshot.scopes if scope.retired}
    return tuple(sorted(rated or snapshot.usage.keys() - retired))


def needed_scopes(snapshot: Snapshot, source: Source) -> tuple[tuple[Scope, ...], bool]:
    """The scopes that this account rests on, and whether every one that it needs has been complete once."""
    scopes = [scope for scope in snapshot.scopes if scope.source == source]
    if source is not Source.AMPLITUDE:
        name = "documents" if source is Source.QUICKBOOKS else "billing"
        found = tuple(scope for scope in scopes if scope.scope == name)
        return found, any(scope.as_of for scope in found)
    refs, metrics = snapshot.refs_of(source), metrics_of(snapshot)
    needed = [scope for scope in scopes if scope.metric in metrics and any(scope.covers_ref(ref) for ref in refs)]
    covered = {(scope.metric, ref) for scope in needed if scope.as_of for ref in refs if scope.covers_ref(ref)}
    return tuple(needed), all((metric, ref) in covered for metric in metrics for ref in refs)


def assess(snapshot: Snapshot, policy: Policy, now: datetime) -> Completeness:
    """Judge the three sources and the rate card."""
    reasons: list[Reason] = []
    scopes: list[Scope] = []
    partials: list[Partial] = []
    for source in Source:
        needed, complete = needed_scopes(snapshot, source)
        partial = partial_of(snapshot, source, needed)
        partials += [partial] if partial else []
        gap = partial is not None and partial.accepted is None
        linked = bool(snapshot.refs_of(source))
        codes = _codes(needed, linked=linked, complete=complete, gap=gap, expired_before=now - policy.expires_after)
        scopes += [scope for scope in needed if scope.as_of]
        reasons += [Reason(code, source) for code in codes]
    if not snapshot.account.rates:
        reasons.append(Reason("no_rate_card", None))
    rests_on = tuple(sorted(scopes, key=lambda scope: scope.key))
    return Completeness(tuple(reasons), rests_on, tuple(partials), snapshot.refs_of(Source.AMPLITUDE))


def _codes(needed: Iterable[Scope], *, linked: bool, complete: bool, gap: bool, expired_before: datetime) -> list[str]:
    """The reasons of one source, worst first. `complete`: each needed scope has been complete once."""
    if not linked:
        return ["unlinked"]
    codes = [] if complete else ["never_complete"]
    if gap:
        codes.append("partial")
    if any(scope.as_of and scope.as_of < expired_before for scope in needed):
        codes.append("stale")
    return codes


def coverage_of(completeness: Completeness, metric: str) -> tuple[Coverage, ...]:
    """What complete pulls of this metric covered for every customer of the account, each by whichever pull asked for it."""
    scopes = [scope for scope in completeness.scopes if scope.metric == metric]
    of_refs = {
        tuple(part for scope in scopes if scope.covers_ref(ref) for part in scope.coverage)
        for ref in completeness.usage_refs
    }
    return reduce(_both, sorted(of_refs, key=repr)) if of_refs else ()


def _both(one: tuple[Coverage, ...], other: tuple[Coverage, ...]) -> tuple[Coverage, ...]:
    """The days that lie in both, as old as the older count of them."""
    pairs = [(left, right) for left in one for right in other]
    shared = [
        Coverage(
            max(left.from_day, right.from_day),
            min((part.to_day for part in (left, right) if part.to_day is not None), default=None),
            min(left.as_of, right.as_of),
            left.time_zone,
        )
        for left, right in pairs
    ]
    return tuple(part for part in shared if part.to_day is None or part.from_day <= part.to_day)


def coverage_start(completeness: Completeness, metrics: tuple[str, ...]) -> date | None:
    """The first day that is covered for every metric; None when one is not covered at all."""
    starts = [min((part.from_day for part in coverage_of(completeness, metric)), default=None) for metric in metrics]
    known = [start for start in starts if start is not None]
    return max(known) if known and len(known) == len(starts) else None


def expires_at(completeness: Completeness, policy: Policy, now: datetime) -> datetime | None:
    """The next instant at which one of the scopes becomes too old."""
    instants = [
        scope.as_of + policy.expires_after + timedelta(microseconds=1)
        for scope in completeness.scopes
        if scope.as_of and now - scope.as_of <= policy.expires_after
    ]
    return min(instants, default=None)
