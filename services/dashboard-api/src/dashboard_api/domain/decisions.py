"""Deciding about an account: what is seen when somebody decides, and why it may not be decided.

What a decision means for the figures is the reconciler's matter; here it is asked whether a person may rest one on
what is known. Missing or old is a reason against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dashboard_api.domain.retries import Source


class Kind(StrEnum):
    """What can be decided."""

    RESOLVE = "resolve"
    SNOOZE = "snooze"
    REVIEW = "review"
    SIGN_OFF = "sign_off"
    ACCEPT_PARTIAL = "accept_partial"
    UNDO = "undo"


_OF_PAYMENTS = frozenset({"quickbooks", "stripe"})
BULK = frozenset({Kind.RESOLVE, Kind.SNOOZE, Kind.REVIEW})
"""What can be decided about many accounts at once."""
OF_INVOICE = BULK | {Kind.UNDO}
"""What can be decided about an invoice that is paid in one system only."""
NEEDS_REASON = frozenset({Kind.RESOLVE, Kind.ACCEPT_PARTIAL})
OPEN_BANDS = frozenset({"over_billed", "under_billed", "missing_invoice", "billed_without_usage", "needs_review"})
"""Discrepancies that wait for a person."""
RULE_BAND = "auto_resolved"


class Reason(StrEnum):
    """Why it cannot be decided now."""

    READ_ONLY_MODE = "read_only_mode"
    APPLYING = "applying"
    GONE = "gone"
    NOT_DUE = "not_due"
    CANNOT_JUDGE = "cannot_judge"
    SOURCE_STALE = "source_stale"
    NOTHING_OPEN = "nothing_open"
    ALREADY = "already"
    NOT_PARTIAL = "not_partial"
    NOTHING_TO_UNDO = "nothing_to_undo"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for, and the revision that they saw."""

    kind: Kind
    revision: int
    period_start: date | None = None
    source: str | None = None
    undoes: str | None = None
    until: date | None = None
    reason: str | None = None
    document_id: str | None = None
    """Of an invoice that is paid in one system and open in the other."""


@dataclass(frozen=True, slots=True)
class ToldApart:
    """An invoice that is paid in one system and open in the other, as it is served: what each says is left."""

    number: str | None
    ledger_minor: int
    gateway_minor: int
    mark: str | None
    undoable: str | None = None
    """The decision about it that stands."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the account as it is served."""

    currency: str | None
    expected_minor: int | None
    billed_minor: int | None
    band: str
    due: bool
    mark: str | None
    undoable: frozenset[str] = frozenset()
    """The decisions about it that stand."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing of a source: its name, and the decision that accepted it."""

    missing: str
    accepted: str | None
    alive: bool
    """Whether the source answers: what it leaves out is what it leaves out, and not merely old."""


@dataclass(frozen=True, slots=True)
class Look:
    """An account as one principal sees it at the moment of a decision."""

    client_id: str
    revision: int
    policy_version: int
    today: date
    """In the account's zone."""
    months: Mapping[date, Month]
    gaps: Mapping[str, Gap]
    sources: Sequence[Source]
    travelling: frozenset[date | str] = field(default_factory=frozenset)
    """Months, by their first day, sources and invoices with a decision that the figures do not know yet."""
    told_apart: Mapping[str, ToldApart] = field(default_factory=dict)
    """Invoice → what the two systems say."""

    @property
    def stale(self) -> bool:
        """Whether a source is too old for anything new."""
        return any(source.state == "stale" for source in self.sources)

    @property
    def whole(self) -> bool:
        """Whether both systems that tell of payments are known completely."""
        return all(source.state == "complete" for source in self.sources if source.name in _OF_PAYMENTS)


def why_not(look: Look, wish: Wish) -> Reason | None:
    """The first thing that stands against the decision; None when nothing does."""
    if (wish.document_id or wish.period_start or about_source(look, wish)) in look.travelling:
        return Reason.APPLYING
    if wish.document_id is not None:
        return _of_invoice(look, look.told_apart.get(wish.document_id), wish)
    if wish.kind is Kind.UNDO:
        return _undo(look, wish)
    if wish.kind is Kind.ACCEPT_PARTIAL:
        return _accept(look.gaps.get(wish.source or ""))
    month = look.months.get(wish.period_start) if wish.period_start else None
    return Reason.GONE if month is None else _of_month(look, month, wish.kind)


def _of_month(look: Look, month: Month, kind: Kind) -> Reason | None:
    if not month.due or month.band == "not_due":
        return Reason.NOT_DUE
    if kind is Kind.REVIEW:
        return Reason.ALREADY if month.mark == "reviewed" else None
    if month.band == "cannot_judge":
        return Reason.CANNOT_JUDGE
    # A snooze settles nothing, so it may rest on what is some minutes old.
    if look.stale and kind is not Kind.SNOOZE:
        return Reason.SOURCE_STALE
    if kind is Kind.SIGN_OFF:
        return Reason.ALREADY if month.mark == "signed_off" else None
    return _open(month)


def _of_invoice(look: Look, one: ToldApart | None, wish: Wish) -> Reason | None:
    """As of a month: looking and waiting may rest on what is some minutes old, settling may not."""
    if one is None:
        return Reason.GONE
    if wish.kind is Kind.UNDO:
        return None if wish.undoes is not None and wish.undoes == one.undoable else Reason.NOTHING_TO_UNDO
    if wish.kind is Kind.RESOLVE and look.stale:
        return Reason.SOURCE_STALE
    if wish.kind is Kind.RESOLVE and not look.whole:
        return Reason.CANNOT_JUDGE
    settled = {"reviewed"} if wish.kind is Kind.REVIEW else {"resolved"}
    return Reason.ALREADY if one.mark in settled else None


def about_source(look: Look, wish: Wish) -> str | None:
    """The source whose gap it is about; None where it is about a month or an invoice."""
    if wish.period_start is not None or wish.document_id is not None:
        return None
    if wish.kind is Kind.UNDO:
        return next((source for source, gap in look.gaps.items() if gap.accepted == wish.undoes), None)
    return wish.source


def _undo(look: Look, wish: Wish) -> Reason | None:
    month = look.months.get(wish.period_start) if wish.period_start else None
    if wish.undoes is None:
        return None if month is not None and month.band == RULE_BAND else Reason.NOTHING_TO_UNDO
    known = month.undoable if month is not None else {gap.accepted for gap in look.gaps.values()}
    return None if wish.undoes in known else Reason.NOTHING_TO_UNDO


def _accept(gap: Gap | None) -> Reason | None:
    if gap is None:
        return Reason.NOT_PARTIAL
    if gap.accepted is not None:
        return Reason.ALREADY
    return None if gap.alive else Reason.SOURCE_STALE


def _open(month: Month) -> Reason | None:
    if month.band not in OPEN_BANDS:
        return Reason.NOTHING_OPEN
    return Reason.ALREADY if month.mark in {"resolved", "signed_off"} else None
