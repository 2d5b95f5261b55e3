"""Money movements and the gateway's own invoices."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from trueup_contracts.envelope import CurrencyCode, Event, Instant, Part, RefText
from trueup_contracts.invoices import Application


class Method(Part):
    """What a payment would be, or was, made with."""

    kind: str
    brand: str | None = None
    last4: str | None = None


class Failure(Part):
    """Why the last attempt did not work, in the gateway's words."""

    code: str | None = None
    decline_code: str | None = None
    advice_code: str | None = None
    message: str | None = None
    failed_at: Instant | None = None


class PaymentObservedV1(Event):
    """A gateway invoice, payment, refund or dispute as its system holds it now."""

    topic: ClassVar[str] = "trueup.payments.observed.v1"
    type: ClassVar[str] = "trueup.payments.observed.v1"

    object_id: str
    """`stripe:invoice:in_1`, `stripe:payment:pi_1`, `stripe:refund:re_1`, `stripe:dispute:dp_1`, `quickbooks:payment:9`."""
    kind: Literal["gateway_invoice", "payment", "refund", "dispute"]
    ref: RefText
    status: str
    """The source's own word: invoice draft|open|paid|uncollectible|void; payment succeeded|processing|failed|canceled|
    requires_action; refund pending|succeeded|failed|canceled; dispute needs_response|under_review|won|lost|...
    Vocabularies are open: an unknown word must not crash and never means success. A deleted object has `deleted`."""
    currency: CurrencyCode
    amount_minor: int
    """Gateway invoice: its total. Payment: gross. Refund and dispute: the sum in question."""
    occurred_at: Instant
    observed_at: Instant

    number: str | None = None
    gateway_invoice_id: str | None = None
    """The gateway invoice (`in_1`) that a payment, refund or dispute belongs to, when known."""
    payment_id: str | None = None
    """The payment (`pi_1`) that a refund or dispute belongs to."""
    paid_minor: int | None = None
    remaining_minor: int | None = None
    credited_minor: int | None = None
    """Of a gateway invoice: what credit notes took off before it was paid. Nobody paid it, and `remaining_minor` is less by
    it."""
    overpaid_minor: int | None = None
    """Of a gateway invoice: what was paid beyond its total; the customer's own."""
    off_gateway: bool | None = None
    """Of a payment, where it is so: the gateway only has it on record; the money came another way, such as by wire."""
    due_on: date | None = None
    attempted: bool | None = None
    attempt_count: int | None = None
    next_attempt_at: Instant | None = None
    method: Method | None = None
    failure: Failure | None = None
    hosted_url: str | None = None
    applied: list[Application] = []
    """What a ledger payment is set against: invoices it pays, credit memos it uses."""
    unapplied_minor: int = 0
    link_keys: dict[str, str] = {}
    """Exact keys towards the ledger: `quickbooks_invoice_id`, `invoice_number`."""
    source_version: str | None = None

    def key(self) -> str:
        return self.object_id
