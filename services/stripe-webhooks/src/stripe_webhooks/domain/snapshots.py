"""What is said about one object, without the version and the instant that its announcement adds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class MethodSnapshot:
    """What a payment would be, or was, made with."""

    kind: str
    brand: str | None = None
    last4: str | None = None


@dataclass(frozen=True, slots=True)
class FailureSnapshot:
    """Why the last attempt did not work, in Stripe's words."""

    code: str | None = None
    decline_code: str | None = None
    advice_code: str | None = None
    message: str | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaymentSnapshot:
    """A gateway invoice, payment, refund or dispute; field by field the event on the bus."""

    object_id: str
    kind: str
    ref: str
    status: str
    currency: str
    amount_minor: int
    occurred_at: datetime
    number: str | None = None
    gateway_invoice_id: str | None = None
    payment_id: str | None = None
    paid_minor: int | None = None
    remaining_minor: int | None = None
    credited_minor: int | None = None
    overpaid_minor: int | None = None
    off_gateway: bool | None = None
    due_on: date | None = None
    attempted: bool | None = None
    attempt_count: int | None = None
    next_attempt_at: datetime | None = None
    method: MethodSnapshot | None = None
    failure: FailureSnapshot | None = None
    hosted_url: str | None = None
    link_keys: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustomerSnapshot:
    """A customer; field by field the event on the bus."""

    ref: str
    name: str
    email: str | None = None
    currency: str | None = None
    active: bool = True
    deleted: bool = False
    link_keys: dict[str, str] = field(default_factory=dict)
