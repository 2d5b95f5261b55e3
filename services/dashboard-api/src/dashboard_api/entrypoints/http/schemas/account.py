"""One account: `GET /api/v1/accounts/{client_id}`, its invoices and its timeline."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from dashboard_api.entrypoints.http.schemas.decisions import (
    By,
    Decision,
    Handling,
    MarkWord,
    Offer,
    Partial,
    SignOff,
    ToldApart,
)
from dashboard_api.entrypoints.http.schemas.flags import Flag
from dashboard_api.entrypoints.http.schemas.forecast import Forecast, Trend
from dashboard_api.entrypoints.http.schemas.portfolio import AccountItem
from dashboard_api.entrypoints.http.schemas.retries import GatewayInvoice, PaymentRetry, Retry
from dashboard_api.entrypoints.http.schemas.words import (
    Answer,
    CurrencyCode,
    Days,
    DecimalText,
    PercentText,
    RateKind,
    Reason,
    SourceName,
)
from trueup_billing.words import Band, Cause, InvoiceStatus


class LinkedRef(Answer):
    """The account's customer in one source, and who said so."""

    ref: str
    source: SourceName
    external_id: str
    name: str | None
    linked_by: str
    decision_id: str | None = Field(default=None, description="The latest decision about it that the row knows of.")


class InvoicePeriod(Days):
    """The service period; assumed when the document does not name it."""

    assumed: bool


class InvoiceLine(Answer):
    """One line of a document."""

    line_id: str | None = None
    kind: str | None = None
    item_id: str | None = None
    item_name: str | None = None
    description: str | None = None
    quantity: DecimalText | None = None
    unit_price: DecimalText | None = None
    amount_minor: int
    service_date: date | None = None


class Invoice(Answer):
    """One document with its derived status; what tells of payments is null for a role without them."""

    document_id: str
    number: str | None
    kind: str
    period: InvoicePeriod | None
    issued_on: date
    due_on: date | None
    total_minor: int
    tax_minor: int
    remaining_minor: int | None
    paid_minor: int | None
    credited_minor: int | None
    currency: CurrencyCode
    status: InvoiceStatus | None
    paid_at: datetime | None
    via: str | None
    gateway_invoice_id: str | None
    gateway: GatewayInvoice | None = None
    retry: Retry | None = Field(default=None, description="Null for a role that takes no payments.")
    lines: list[InvoiceLine] = []


class Failure(Answer):
    """Why a payment did not work, in the gateway's words."""

    code: str | None = None
    decline_code: str | None = None
    advice_code: str | None = None
    message: str | None = None
    failed_at: datetime | None = None
    text: str | None = Field(default=None, description="The reason in words, with what the bank advises.")


class Method(Answer):
    """What a payment was made with."""

    kind: str | None = None
    brand: str | None = None
    last4: str | None = None


class Payment(Answer):
    """A payment, refund or dispute."""

    object_id: str
    kind: str
    status: str
    amount_minor: int
    currency: CurrencyCode
    occurred_at: datetime
    source: SourceName
    invoice_number: str | None
    gateway_invoice_id: str | None
    method: Method | None
    failure: Failure | None


class Discrepancy(Answer):
    """Something that does not agree; over 5 % it is red."""

    code: str
    period: Days | None
    band: Band | None
    amount_minor: int | None
    currency: CurrencyCode | None
    percent: PercentText | None
    text: str
    mark: MarkWord | None = None
    invoice: ToldApart | None = Field(default=None, description="Of `paid_in_one_system`: what can be decided.")


class ExpectedPart(Answer):
    """One component of the rate card on a run of days."""

    metric: str = Field(description="Empty for what is not about one metric.")
    unit: str
    quantity: DecimalText
    unit_price: DecimalText | None = Field(description="Only where one price holds for every unit.")
    component: str
    kind: RateKind
    formula: str = Field(description="How the amount was worked out.")
    amount_minor: int
    item_name: str | None = None
    from_day: date | None = None
    to_day: date | None = Field(default=None, description="The last day, included.")


class BilledPart(Answer):
    """A line that counts for the period."""

    document_id: str
    number: str | None
    description: str | None
    quantity: DecimalText | None
    unit_price: DecimalText | None
    amount_minor: int
    assumed: bool


class CreditPart(Answer):
    """Credit applied to an invoice of the period."""

    document_id: str
    number: str | None
    amount_minor: int


class Receipt(Answer):
    """The sum, line by line: expected − (billed − credits) explains the variance."""

    expected: list[ExpectedPart]
    billed: list[BilledPart]
    credits: list[CreditPart]
    boundary: list[str] = Field(
        default=[], description="Hours of the first or last day that belong to a neighbouring period, in words."
    )


class Evidence(Answer):
    """A row that a part rests on: in which system, what it is called there, what it says."""

    source: str
    ref: str
    text: str
    amount_minor: int | None


class ExplainedPart(Answer):
    """A cause of the variance, signed like it: positive where the bill is higher for it."""

    cause: Cause
    amount_minor: int
    rule: str = Field(description="In one sentence how the amount was found.")
    evidence: list[Evidence]


class Reconciliation(Answer):
    """One period of one currency."""

    period: Days
    currency: CurrencyCode | None
    expected_minor: int | None
    billed_minor: int | None
    amount_minor: int | None
    percent: PercentText | None
    band: Band
    due: bool
    period_assumed: bool
    priced_by: Literal["rate_card", "invoices"] = Field(
        description="`invoices`: a metric without a price is rated at the invoices' own."
    )
    reasons: list[Reason]
    receipt: Receipt | None
    mark: MarkWord | None = Field(default=None, description="How people stand to it, in one word.")
    handling: Handling | None = None
    sign_off: SignOff | None = None
    rule_undone: By | None = Field(default=None, description="Who took back what the rule had resolved.")
    offers: list[Offer] = Field(default=[], description="Empty for a role that decides nothing.")
    explained: list[ExplainedPart] = Field(description="Parts that add up to the variance; empty where it is 0.")
    unexplained_minor: int | None


class Watermark(Answer):
    """What one counted sync covers; the row rests on it."""

    source: SourceName
    scope: str
    from_day: date | None = None
    to_day: date | None = None
    as_of: datetime


class Account(AccountItem):
    """Everything about one account."""

    time_zone: str
    active_from: date | None
    active_to: date | None
    refs: list[LinkedRef]
    forecast: Forecast | None
    trend_detail: list[Trend]
    invoices: list[Invoice] = Field(description="The latest ten; the rest has its own address.")
    invoices_total: int
    payments: list[Payment] | None = Field(description="The latest twenty; null for a role without payment details.")
    payment_retries: list[PaymentRetry] | None = Field(
        description="The latest twenty; null for a role without payment details."
    )
    discrepancies: list[Discrepancy]
    reconciliations: list[Reconciliation]
    watermarks: list[Watermark]
    auto_reconciled: bool
    partials: list[Partial] = Field(default=[], description="What is missing of its sources.")
    decisions: list[Decision] | None = Field(
        description="The latest fifty; null for a role without payment details, of which they may tell."
    )
    flags: list[Flag] | None = Field(
        description="The latest ten; null for a role without payment details, of which they may tell."
    )


class Invoices(Answer):
    """A page of an account's invoices, the latest first."""

    items: list[Invoice]
    page: int
    page_size: int
    total: int


class TimelineEntry(Answer):
    """Something that happened, when it happened and when we learned it."""

    occurred_at: datetime
    learned_at: datetime
    source: str
    kind: str
    title: str
    before: Any = None
    after: Any = None
    data: dict[str, Any] = {}


class Timeline(Answer):
    """The latest first; `next` is the cursor of the entries before these."""

    items: list[TimelineEntry]
    next: str | None
