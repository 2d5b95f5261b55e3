"""Deciding: about one account, or about many with one reason, each a decision of its own."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard_api.domain.access import Principal
from dashboard_api.domain.decision_words import reason_text
from dashboard_api.domain.decisions import (
    BULK,
    NEEDS_REASON,
    OF_INVOICE,
    Kind,
    Look,
    Reason,
    Wish,
    about_source,
    why_not,
)
from dashboard_api.domain.errors import Conflict, InvalidRequest, NotFound, Refused
from dashboard_api.ports.decisions import DecisionChange, DecisionKey, DecisionStore, Refusal
from dashboard_api.ports.reads import Json
from trueup_contracts.decisions import Balances, DecisionRecordedV1, Figures, Mark

Wished = tuple[str, Wish]
"""Whose account, and what."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a request: decisions as JSON, and what was refused."""

    decisions: Json
    refused: Sequence[Refusal]


class Decisions:
    """A decision is made on the revision that the person saw, or not at all."""

    def __init__(self, store: DecisionStore, *, snooze_days_max: int, now: Callable[[], datetime]) -> None:
        self._store = store
        self._snooze_days_max = snooze_days_max
        self._now = now

    async def decide(self, principal: Principal, client_id: str, wish: Wish, *, key: str) -> Json:
        """One decision; it is applied as soon as the reconciler has heard of it.

        Raises:
            NotFound: the account is unknown or out of scope.
            InvalidRequest: something is missing, or the snooze ends too early or too late.
            Conflict: the account has changed since, the key was used for something else, or it must not be decided.
        """
        _check(wish)
        decided = await self._decide(principal, [(client_id, wish)], _key(key, [(client_id, wish)]), alone=True)
        one: Json = json.dumps(json.loads(decided.decisions)[0])
        return one

    async def decide_many(self, principal: Principal, wishes: Sequence[Wished], *, key: str) -> Decided:
        """Each account its own decision; those that must not be decided are listed, the others are made.

        Raises:
            NotFound: one of the accounts is unknown or out of scope; then none is decided.
            InvalidRequest, Conflict: as above, for the request as a whole.
        """
        for _, wish in wishes:
            _check(wish)
            if wish.kind not in BULK:
                raise InvalidRequest("This is decided for one account at a time.", code="not_in_bulk")
        if len({client_id for client_id, _ in wishes}) < len(wishes):
            raise InvalidRequest("Each account is named once.", code="repeated_account")
        return await self._decide(principal, wishes, _key(key, wishes), alone=False)

    async def listed(self, principal: Principal, client_id: str) -> Json:
        """The latest decisions of an account; NotFound when unknown or out of scope."""
        found = await self._store.listed(principal, client_id)
        if found is None:
            raise _no_such_account()
        return found

    async def _decide(
        self, principal: Principal, wishes: Sequence[Wished], key: DecisionKey, *, alone: bool
    ) -> Decided:
        async with self._store.change(principal, [client_id for client_id, _ in wishes]) as change:
            looks = [await change.look(client_id) for client_id, _ in wishes]
            if None in looks:
                raise _no_such_account()
            used = await change.used(key.key_hash)
            if used is not None:
                if used.fingerprint != key.fingerprint:
                    raise _reused()
                return Decided(await change.told(used.decision_ids), used.refused)
            kept, refused = self._sift(wishes, [look for look in looks if look is not None], alone=alone)
            events = await self._record(change, principal, kept)
            if not await change.remember(key, [event.decision_id for event in events], refused):
                raise _reused()
            told = await change.told([event.decision_id for event in events])
            for event in events:
                await change.audit(event, _noted(event))
        return Decided(told, refused)

    def _sift(
        self, wishes: Sequence[Wished], looks: Sequence[Look], *, alone: bool
    ) -> tuple[list[tuple[Look, Wish]], list[Refusal]]:
        kept: list[tuple[Look, Wish]] = []
        refused: list[Refusal] = []
        for (client_id, wish), look in zip(wishes, looks, strict=True):
            try:
                self._refuse(look, wish)
            except (Conflict, InvalidRequest) as error:
                if alone:
                    raise
                refused.append(_refusal(client_id, error))
            else:
                kept.append((look, wish))
        return kept, refused

    def _refuse(self, look: Look, wish: Wish) -> None:
        """Raise what stands against it."""
        reason = why_not(look, wish)
        if look.revision != wish.revision and reason is not Reason.APPLYING:
            raise Conflict(
                "The account has changed since you looked. Look again, then decide on the new figures.",
                code="changed_since_you_looked",
                revision=look.revision,
            )
        if reason is not None:
            raise Conflict(reason_text(reason, wish.kind), code="decision_not_allowed", reason=reason.value)
        latest = look.today + timedelta(days=self._snooze_days_max)
        if wish.until is not None and not look.today < wish.until <= latest:
            raise InvalidRequest(
                f"A snooze ends after today and within {self._snooze_days_max} days.", code="invalid_until"
            )

    async def _record(
        self, change: DecisionChange, principal: Principal, kept: Sequence[tuple[Look, Wish]]
    ) -> list[DecisionRecordedV1]:
        if not kept:
            return []
        versions = await change.versions(len(kept))
        events = [
            _event(principal, look, wish, version, self._now())
            for (look, wish), version in zip(kept, versions, strict=True)
        ]
        await change.add(events)
        return events


def _event(principal: Principal, look: Look, wish: Wish, version: int, now: datetime) -> DecisionRecordedV1:
    """What the person saw is taken from where it is served, never from the request."""
    month = look.months.get(wish.period_start) if wish.period_start else None
    source = about_source(look, wish)
    gap = look.gaps.get(source or "")
    told = look.told_apart.get(wish.document_id or "")
    marks = [Mark(source=source.name, as_of=source.as_of) for source in look.sources if source.as_of]
    return DecisionRecordedV1(
        version=version,
        client_id=look.client_id,
        decision_id=f"dc_{uuid.uuid4().hex}",
        kind=wish.kind.value,
        period_start=wish.period_start,
        figures=None
        if month is None
        else Figures(
            currency=month.currency,
            expected_minor=month.expected_minor,
            billed_minor=month.billed_minor,
            band=month.band,
            policy_version=look.policy_version,
        ),
        document_id=wish.document_id,
        balances=None
        if told is None
        else Balances(number=told.number, ledger_minor=told.ledger_minor, gateway_minor=told.gateway_minor),
        marks=marks if wish.kind is Kind.SIGN_OFF else [],
        until=wish.until,
        source=source,
        missing=gap.missing if gap and wish.kind is Kind.ACCEPT_PARTIAL else None,
        undoes=wish.undoes,
        reason=wish.reason,
        revision=look.revision,
        decided_by=principal.user,
        decided_by_name=principal.name or principal.user,
        decided_at=now,
    )


def _check(wish: Wish) -> None:
    """Whether the request says all that its kind needs, and nothing that it cannot mean."""
    of_source = wish.kind is Kind.ACCEPT_PARTIAL
    if of_source != (wish.source is not None):
        raise InvalidRequest("Name the source whose gap is accepted, and only then.", code="source_needed")
    if wish.document_id is not None:
        _check_invoice(wish)
    needs_month = (
        not of_source and wish.document_id is None and not (wish.kind is Kind.UNDO and wish.undoes is not None)
    )
    if needs_month and wish.period_start is None:
        raise InvalidRequest("Name the period by its first day.", code="period_needed")
    if of_source and wish.period_start is not None:
        raise InvalidRequest("A gap is accepted for the account, not for one period.", code="period_not_taken")
    if wish.undoes is not None and wish.kind is not Kind.UNDO:
        raise InvalidRequest("Only an undo names another decision.", code="undoes_not_taken")
    if wish.until is not None and wish.kind is not Kind.SNOOZE:
        raise InvalidRequest("Only a snooze has an end.", code="until_not_taken")
    if wish.reason is None and wish.kind in NEEDS_REASON:
        raise InvalidRequest("Say why, in a few words.", code="reason_needed")


def _check_invoice(wish: Wish) -> None:
    if wish.kind not in OF_INVOICE:
        raise InvalidRequest("This is not decided about an invoice.", code="document_not_taken")
    if wish.period_start is not None:
        raise InvalidRequest("It is about a period or about an invoice, not about both.", code="period_not_taken")


def _noted(event: DecisionRecordedV1) -> dict[str, object]:
    """For the audit log: what was decided on which figures."""
    shown = event.model_dump(mode="json", exclude_none=True, exclude={"version", "decided_by", "decided_by_name"})
    return {name: value for name, value in shown.items() if value != []}


def _refusal(client_id: str, error: Refused) -> Refusal:
    return {"client_id": client_id, "code": error.code, "detail": error.detail, "reason": error.extra.get("reason")}


def _key(key: str, wishes: Sequence[Wished]) -> DecisionKey:
    body = "\n".join(repr(each) for each in wishes)
    return DecisionKey(hashlib.sha256(key.encode()).digest(), hashlib.sha256(body.encode()).digest())


def _no_such_account() -> NotFound:
    return NotFound("There is no such account in your portfolio.", code="account_not_found")


def _reused() -> Conflict:
    return Conflict(
        "This Idempotency-Key was used for another decision. Make a new one for each.", code="idempotency_key_reused"
    )
