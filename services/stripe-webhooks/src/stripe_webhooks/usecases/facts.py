"""From what was read to what is announced."""

from __future__ import annotations

from datetime import datetime

from stripe_webhooks.domain.snapshots import CustomerSnapshot, PaymentSnapshot
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.envelope import Event
from trueup_contracts.payments import PaymentObservedV1

Snapshot = PaymentSnapshot | CustomerSnapshot


def announce(snapshot: Snapshot, *, version: int, observed_at: datetime) -> Event:
    """The event that says what the snapshot says."""
    said = {name: getattr(snapshot, name) for name in snapshot.__slots__}
    stamped = {**said, "version": version, "observed_at": observed_at}
    if isinstance(snapshot, CustomerSnapshot):
        return CustomerObservedV1.model_validate(stamped, from_attributes=True)
    return PaymentObservedV1.model_validate(stamped, from_attributes=True)


def announce_gone(last: Event, *, version: int, observed_at: datetime) -> Event | None:
    """What is left to say about an object that Stripe no longer has; None when that is not ours to say."""
    stamp = {"version": version, "observed_at": observed_at}
    if isinstance(last, CustomerObservedV1):
        return last.model_copy(update={**stamp, "active": False, "deleted": True})
    if isinstance(last, PaymentObservedV1):
        # Only drafts can be deleted, so nothing was paid and nothing is owed.
        gone = {"status": "deleted", "remaining_minor": 0, "failure": None, "next_attempt_at": None}
        return last.model_copy(update={**stamp, **gone})
    return None
