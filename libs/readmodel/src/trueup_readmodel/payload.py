"""The shapes of the `jsonb` columns: what the reconciler writes and dashboard-api serves.

Days are `YYYY-MM-DD`, instants ISO 8601 in UTC, money integers in minor units, quantities and percents decimal text.
Nothing in here depends on the instant of the decision alone: an unchanged account has an unchanged payload.
"""

from typing import Literal, NotRequired, TypedDict

from trueup_billing.words import Band, InvoiceStatus
from trueup_readmodel.handled import By, Handling, MarkWord, Partial, SignOff
from trueup_readmodel.receipts import ExplainedPart, Receipt

SourceState = Literal["complete", "stale", "partial", "unlinked", "never"]
"""`stale` here means older than 24 h (cannot judge); ages below that are joined when served, see `STALE_AFTER_S`."""

STALE_AFTER_S = {"amplitude": 1800, "quickbooks": 900, "stripe": 900}
"""A source older than this is shown as stale: its figures stand, but nothing new is decided upon them."""

EXPIRED_AFTER_S = 86_400
"""A source older than this cannot be judged upon."""


class Span(TypedDict):
    """Half-open days."""

    start: str
    end: str


class Amount(TypedDict):
    amount_minor: int
    currency: str


class MetricQuantity(TypedDict):
    metric: str
    quantity: str
    unit: str


class Reason(TypedDict):
    """Why something cannot be judged, and what would cure it."""

    code: str
    source: str | None
    cure: str


class Variance(TypedDict):
    period: Span
    expected_minor: int | None
    billed_minor: int | None
    amount_minor: int | None
    unexplained_minor: int | None
    """What of it no named cause accounts for."""
    percent: str | None
    band: Band
    currency: str | None
    reasons: list[Reason]
    mark: MarkWord | None


class SourceAge(TypedDict):
    """`as_of` is the last counted one at the decision; dashboard-api replaces it by the joined watermark."""

    source: str
    state: SourceState


class AccountItem(TypedDict):
    """Column `accounts.item`: the grid row. dashboard-api adds `revision`, `reconciled_at` and each source's `as_of`."""

    client_id: str
    name: str
    active: bool
    usage_mtd: list[MetricQuantity]
    invoice_total: Amount | None
    due_date: str | None
    status: InvoiceStatus | None
    variance: Variance | None
    flagged: bool
    summary: str
    trend_metric: str | None
    trend: list[str]
    sources: list[SourceAge]
    policy_version: int
    """The rules that the row was judged under."""


class LinkedRef(TypedDict):
    ref: str
    source: str
    external_id: str
    name: str | None
    linked_by: Literal["decision", "import", "exact_key"]
    decision_id: str | None
    """The latest decision about this customer that the row knows of."""


class ForecastMetric(TypedDict):
    metric: str
    unit: str
    actual_quantity: str
    projected_quantity: str
    """The whole quarter: actual plus the line over the remaining days."""
    low_quantity: str
    high_quantity: str
    slope: str
    """Change per day, rounded to 6 digits for display."""
    intercept: str
    """The line's value on `from_day`, rounded to 6 digits for display."""
    days_used: int
    from_day: str
    to_day: str
    backtest_error_percent: str | None


class Excluded(TypedDict):
    """What a forecast leaves out: `detail` is a metric, an item, a document or a source."""

    code: str
    detail: str
    note: str | None


class Forecast(TypedDict):
    status: Literal["ok", "not_enough_history", "cannot_judge", "ended", "no_rate_card", "nothing_to_project"]
    quarter: Span
    amount: Amount | None
    low: Amount | None
    high: Amount | None
    method: str
    version: int
    basis: str
    priced_by: Literal["rate_card", "last_invoices"]
    metrics: list[ForecastMetric]
    excluded: list[Excluded]


class TrendDay(TypedDict):
    day: str
    quantity: str
    closed: bool


TrendLine = TypedDict("TrendLine", {"from": str, "to": str, "intercept": str, "slope": str})
"""`intercept` is the value on day `from`; each later day adds `slope`. Negative values are shown as 0."""


class Trend(TypedDict):
    metric: str
    unit: str
    days: list[TrendDay]
    line: TrendLine | None


class Payment(TypedDict):
    object_id: str
    kind: Literal["payment", "refund", "dispute"]
    status: str
    amount_minor: int
    currency: str
    occurred_at: str
    source: str
    invoice_number: str | None
    gateway_invoice_id: str | None
    method: dict[str, str | None] | None
    failure: dict[str, str | None] | None


class ToldApart(TypedDict):
    """An invoice that is paid in one system and open in the other: what each says is left."""

    document_id: str
    number: str | None
    ledger_minor: int
    ledger_currency: str
    gateway_minor: int
    gateway_currency: str
    handling: Handling | None


class Discrepancy(TypedDict):
    code: str
    period: Span | None
    band: Band | None
    amount_minor: int | None
    currency: str | None
    percent: str | None
    text: str
    mark: MarkWord | None
    invoice: ToldApart | None
    """Of `paid_in_one_system`."""


class Reconciliation(TypedDict):
    """Column `reconciliations.payload`, and an element of the detail's `reconciliations`."""

    period: Span
    currency: str | None
    expected_minor: int | None
    billed_minor: int | None
    amount_minor: int | None
    percent: str | None
    band: Band
    due: bool
    """The period has ended: it is judged."""
    period_assumed: bool
    priced_by: Literal["rate_card", "invoices"]
    """`invoices`: a metric without a price is rated at the invoices' own."""
    reasons: list[Reason]
    receipt: Receipt
    mark: MarkWord | None
    handling: Handling | None
    sign_off: SignOff | None
    rule_undone: By | None
    """Who took back what the rule had resolved."""
    explained: list[ExplainedPart]
    """The variance of a judged period in parts that add up to it, in a fixed order; empty where it is 0."""
    unexplained_minor: int | None


class InvoicePeriod(TypedDict):
    start: str
    end: str
    assumed: bool


class InvoiceLine(TypedDict):
    line_id: str
    kind: str
    item_name: str | None
    description: str | None
    quantity: str | None
    unit_price: str | None
    amount_minor: int
    service_date: str | None


class Method(TypedDict):
    kind: str
    brand: str | None
    last4: str | None


class GatewayFailure(TypedDict):
    """Why the last attempt did not work, and what it was made with."""

    code: str | None
    decline_code: str | None
    advice_code: str | None
    message: str | None
    failed_at: str | None
    method: Method | None


class GatewayInvoice(TypedDict):
    """The gateway's side of an invoice: what a retry of its payment depends on."""

    ref: str
    status: str
    """The gateway's own word."""
    currency: str
    remaining_minor: int | None
    ledger_remaining_minor: int
    """The ledger's balance: less than the gateway's where money came that the gateway does not know of."""
    attempt_count: int | None
    next_attempt_at: str | None
    method: Method | None
    failure: GatewayFailure | None


class Invoice(TypedDict):
    """Column `invoices.payload`."""

    document_id: str
    number: str | None
    kind: Literal["invoice"]
    period: InvoicePeriod | None
    issued_on: str
    due_on: str | None
    currency: str
    total_minor: int
    tax_minor: int
    remaining_minor: int
    paid_minor: int
    credited_minor: int
    status: InvoiceStatus
    paid_at: str | None
    via: str | None
    gateway_invoice_id: str | None
    gateway: GatewayInvoice | None
    lines: list[InvoiceLine]


class AccountDetail(TypedDict):
    """Column `accounts.payload`: what the account page adds to the item."""

    time_zone: str
    active_from: str | None
    active_to: str | None
    refs: list[LinkedRef]
    forecast: Forecast
    trend_detail: list[Trend]
    invoices: list[Invoice]
    """The latest 10; the rest is in the table `invoices`."""
    invoices_total: int
    payments: list[Payment]
    """The latest 20."""
    discrepancies: list[Discrepancy]
    reconciliations: list[Reconciliation]
    auto_reconciled: bool
    partials: list[Partial]
    decision_ids: list[str]
    """The latest 200 decisions that this row knows: one that is not among them is still travelling."""


class Watermark(TypedDict):
    """An element of `watermarks.entries`: a counted sync that rows rest on."""

    source: str
    scope: str
    from_day: NotRequired[str]
    to_day: NotRequired[str]
    """Last day, included; absent: up to now."""
    as_of: str


class TimelineData(TypedDict):
    """Column `timeline.payload`."""

    title: str
    before: str | None
    after: str | None
    data: dict[str, str | int | None]


class SourcePayload(TypedDict):
    """Column `sources.payload`: scopes of this source and what the last report said."""

    scopes: int
    incomplete_scopes: int
    gaps: int
