"""Asking the gateway to take a payment again, and what became of it."""

from __future__ import annotations

from typing import ClassVar, Literal

from trueup_contracts.envelope import CurrencyCode, Event, Instant, RefText
from trueup_contracts.payments import Failure

RetryState = Literal["processing", "succeeded", "failed", "needs_customer", "already_paid", "refused", "unknown"]
"""What stripe-webhooks can say of an attempt. `processing` and `unknown` are not final: the gateway has yet to decide, or
nobody knows whether it has. The others never change."""


class PaymentRetryRequestedV1(Event):
    """A person asks to take one gateway invoice's payment again. At most one charge ever follows from one attempt."""

    topic: ClassVar[str] = "trueup.payment-retries.requested.v1"
    type: ClassVar[str] = "trueup.payment-retries.requested.v1"

    attempt_id: str
    """Also the gateway's idempotency key."""
    gateway_invoice_id: str
    client_id: str
    ref: RefText
    """The gateway's customer whose invoice it is."""
    currency: CurrencyCode
    amount_minor: int
    """What remained when the person confirmed; more than that is never taken."""
    requested_by: str
    requested_at: Instant

    def key(self) -> str:
        return self.gateway_invoice_id

    def ce_id(self) -> str:
        return self.attempt_id


class PaymentRetrySettledV1(Event):
    """How an attempt stands. Sent again when it moves; `version` grows from one to the next of the same attempt."""

    topic: ClassVar[str] = "trueup.payment-retries.settled.v1"
    type: ClassVar[str] = "trueup.payment-retries.settled.v1"

    attempt_id: str
    gateway_invoice_id: str
    client_id: str
    ref: RefText
    state: RetryState
    needs_person: bool = False
    """Of `unknown`: the gateway could not be asked to the end; a person must look it up. Nothing follows by itself."""
    reason: str | None = None
    """Of `refused` and `unknown`: a stable code such as `expired`, `not_open`, `amount_changed`, `timeout`,
    `changed_meanwhile`."""
    failure: Failure | None = None
    hosted_url: str | None = None
    """Of `needs_customer`: where the customer can act."""
    payment_id: str | None = None
    currency: CurrencyCode
    amount_minor: int
    """What was taken, of `succeeded`; else what would have been."""
    request_id: str | None = None
    """The gateway's own name of the call, for its support."""
    started_at: Instant | None = None
    """Before the first call to the gateway; absent when there was none."""
    settled_at: Instant

    def key(self) -> str:
        return self.gateway_invoice_id
