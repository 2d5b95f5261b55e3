"""The grid: `GET /api/v1/accounts`."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from dashboard_api.entrypoints.http.schemas.decisions import MarkWord
from dashboard_api.entrypoints.http.schemas.flags import FlagMark
from dashboard_api.entrypoints.http.schemas.words import (
    Answer,
    CurrencyCode,
    Days,
    DecimalText,
    Money,
    PercentText,
    Reason,
    SourceName,
    SourceState,
)
from trueup_billing.words import Band, InvoiceStatus


class Usage(Answer):
    """Usage of one metric in the month to date."""

    metric: str
    quantity: DecimalText
    unit: str


class Variance(Answer):
    """Billed less expected of one period. The figures are null when it cannot be judged."""

    period: Days | None
    expected_minor: int | None
    billed_minor: int | None
    amount_minor: int | None
    unexplained_minor: int | None = Field(default=None, description="What of it no named cause accounts for.")
    percent: PercentText | None
    band: Band
    currency: CurrencyCode | None
    reasons: list[Reason] = []
    mark: MarkWord | None = Field(default=None, description="How people stand to it, in one word.")


class SourceAge(Answer):
    """How far one source is known, for this account."""

    source: SourceName
    as_of: datetime | None
    state: SourceState


class AccountItem(Answer):
    """One row of the grid."""

    client_id: str
    name: str
    active: bool
    usage_mtd: list[Usage]
    invoice_total: Money | None
    invoice_totals: list[Money] = Field(
        default=[], description="With a date range: the sums of the invoices inside it, one for each currency."
    )
    due_date: date | None
    status: InvoiceStatus | None = Field(description="Null when it is not known, or not for this role.")
    variance: Variance | None
    flagged: bool
    summary: str | None
    trend_metric: str | None = Field(default=None, description="The main metric.")
    trend: list[DecimalText] = Field(description="Daily totals of the main metric, the last 30 days, oldest first.")
    sources: list[SourceAge]
    policy_version: int | None = Field(default=None, description="The rules that the row was judged under.")
    revision: int
    reconciled_at: datetime | None
    flag: FlagMark | None = Field(description="The latest flag that somebody raised.")


class CurrencyTotal(Answer):
    """Sums over the filtered accounts, one for each currency; what is overdue is null for a role without payments."""

    currency: CurrencyCode
    invoice_total_minor: int
    overdue_minor: int | None
    overdue_count: int | None


class Totals(Answer):
    """Over all pages of the filtered portfolio."""

    by_currency: list[CurrencyTotal]
    accounts: int
    flagged: int
    cannot_judge: int


class SourceReport(Answer):
    """The state of one source for everybody: what the banner says."""

    source: SourceName
    as_of: datetime | None
    state: SourceState
    reason: str | None = None
    since: datetime | None = None


class Portfolio(Answer):
    """One page of the grid."""

    items: list[AccountItem]
    page: int
    page_size: int
    total: int
    totals: Totals
    as_of: list[SourceReport]


class Sources(Answer):
    """`GET /api/v1/sources`."""

    items: list[SourceReport]
