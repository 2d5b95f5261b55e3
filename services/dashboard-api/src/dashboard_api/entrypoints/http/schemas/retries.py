"""Taking a payment again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dashboard_api.entrypoints.http.schemas.words import Answer, CurrencyCode, Money

RetryState = Literal[
    "requested", "processing", "succeeded", "failed", "needs_customer", "already_paid", "refused", "unknown"
]
RetryReason = Literal[
    "read_only_mode",
    "no_gateway_invoice",
    "needs_person",
    "attempt_open",
    "not_open",
    "nothing_remaining",
    "paid_in_ledger",
    "cannot_judge",
    "source_stale",
    "gateway_silent",
    "no_payment_method",
    "hard_decline_same_card",
    "scheduled_attempt_near",
    "attempts_used_up",
]


class RetryRequest(BaseModel):
    """What the person saw and confirmed; another amount by now is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

    amount_minor: Annotated[int, Field(ge=1, lt=2**53)]
    currency: CurrencyCode


class PaymentMethod(Answer):
    """What a payment would be made with."""

    kind: str
    brand: str | None
    last4: str | None


class Decline(Answer):
    """Why it did not work, in the gateway's words."""

    code: str | None
    decline_code: str | None
    advice_code: str | None
    message: str | None


class RetryFailure(Decline):
    """Why an attempt did not work."""

    text: str = Field(description="The reason in words, with what the bank advises.")


class PaymentRetry(Answer):
    """One attempt. `requested`, `processing` and `unknown` may still become anything; the other states never change."""

    id: str
    client_id: str
    gateway_invoice_id: str
    invoice_number: str | None
    state: RetryState
    needs_person: bool = Field(description="Nobody knows what became of it; a person must look it up.")
    reason: str | None
    failure: RetryFailure | None
    hosted_url: str | None = Field(description="Where the customer can act.")
    amount: Money
    method: PaymentMethod | None
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    settled_at: datetime | None
    final: bool
    text: str = Field(description="How it stands, for the screen.")


class Retry(Answer):
    """Whether the payment can be taken again now, and why not."""

    allowed: bool
    reason: RetryReason | None
    text: str | None = Field(description="The reason in words.")
    attempts: int = Field(description="So far, Stripe's own included.")
    method: PaymentMethod | None
    amount: Money | None = Field(description="What would be taken: the whole of what remains in Stripe.")
    open_attempt_id: str | None


class GatewayFailure(Decline):
    """Why the last attempt did not work, when, and what it was made with."""

    failed_at: datetime | None
    method: PaymentMethod | None


class GatewayInvoice(Answer):
    """The gateway's side of an invoice."""

    ref: str
    status: str
    currency: CurrencyCode
    remaining_minor: int | None
    ledger_remaining_minor: int
    attempt_count: int | None
    next_attempt_at: datetime | None
    method: PaymentMethod | None
    failure: GatewayFailure | None
