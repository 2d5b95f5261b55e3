"""Deciding which client a customer belongs to: what may be decided, and what an undo restores."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from dashboard_api.domain.errors import Conflict, NotFound, Refused


class Verdict(StrEnum):
    """What a decision says of a customer."""

    LINKED = "linked"
    UNLINKED = "unlinked"
    WITHDRAWN = "withdrawn"
    """Nothing stands any more: imports and exact keys say again."""


@dataclass(frozen=True, slots=True)
class Said:
    """The content of a decision. `client_id` goes with LINKED, `refused_client_id` with UNLINKED."""

    verdict: Verdict
    client_id: str | None = None
    refused_client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest decision about a customer, and what it replaced (None: the first)."""

    decision_id: UUID
    said: Said
    before: Said | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer is as the read model shows it, and what was decided last."""

    ref: str
    name: str | None
    waits: bool
    """It is listed as belonging to nobody."""
    linked_to: str | None
    shown_decision_id: str | None
    """The latest decision that the read model knows of."""
    latest: Latest | None

    @property
    def client_id(self) -> str | None:
        """Whom it belongs to, counting a decision that still travels."""
        latest = self.latest
        travels = latest is not None and str(latest.decision_id) != self.shown_decision_id
        if latest is None or not travels or latest.said.verdict is Verdict.WITHDRAWN:
            return self.linked_to
        return latest.said.client_id

    @property
    def decision_id(self) -> UUID | None:
        """The latest decision."""
        return self.latest.decision_id if self.latest else None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for, with the latest decision that this person saw."""

    verdict: Verdict
    ref: str
    client_id: str
    seen_decision_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision ready to be written down."""

    ref: str
    customer_name: str | None
    said: Said
    former_client_id: str | None
    previous: UUID | None
    undoes: UUID | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """By which a command that is sent again is recognised: hash of the key, hash of what it asked for."""

    key_hash: bytes
    fingerprint: bytes = field(repr=False)


def decide(wish: Wish, place: Place, *, account_exists: bool) -> NewDecision:
    """What the wish decides.

    Raises:
        NotFound: there is no such customer, or no such account.
        Conflict: the customer is elsewhere by now, or somebody decided about it since the person looked.
    """
    if not place.waits and place.linked_to is None and place.latest is None:
        raise no_such_customer()
    if not account_exists:
        raise NotFound("There is no such account.", code="account_not_found")
    if place.decision_id != wish.seen_decision_id:
        raise moved(place, "Somebody decided about this customer since you looked.")
    if wish.verdict is Verdict.LINKED:
        if place.client_id is not None:
            raise moved(place, "This customer belongs to an account by now.")
        return NewDecision(place.ref, place.name, Said(Verdict.LINKED, wish.client_id), None, place.decision_id)
    if place.client_id != wish.client_id:
        raise moved(place, "This customer does not belong to this account any more.")
    said = Said(Verdict.UNLINKED, refused_client_id=wish.client_id)
    return NewDecision(place.ref, place.name, said, wish.client_id, place.decision_id)


def undo(decision_id: UUID, place: Place) -> NewDecision:
    """Restore what stood before the decision.

    Raises:
        Conflict: it is not the latest about its customer.
    """
    latest = place.latest
    if latest is None or latest.decision_id != decision_id:
        raise moved(place, "Another decision about this customer came after it; undo that one first.")
    said = latest.before or Said(Verdict.WITHDRAWN)
    return NewDecision(place.ref, place.name, said, place.client_id, decision_id, undoes=decision_id)


def moved(place: Place, why: str) -> Refused:
    """What it rests on is another by now; the caller is told how it stands."""
    decision_id = str(place.decision_id) if place.decision_id else None
    detail = f"{why} Look again, and decide anew."
    return Conflict(detail, code="customer_moved", client_id=place.client_id, decision_id=decision_id)


def no_such_customer() -> NotFound:
    """Unknown to the read model."""
    return NotFound("There is no such customer.", code="customer_not_found")


def no_such_decision() -> NotFound:
    """No decision of this id."""
    return NotFound("There is no such decision.", code="decision_not_found")
