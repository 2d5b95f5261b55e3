"""`GET /api/v1/accounts/{client_id}/reconciliations/{period}/explain`: a figure with the rows and steps behind it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from dashboard_api.entrypoints.http.schemas.account import BilledPart, CreditPart, ExpectedPart, ExplainedPart
from dashboard_api.entrypoints.http.schemas.words import (
    Answer,
    CurrencyCode,
    Days,
    DecimalText,
    PercentText,
    Reason,
    SourceName,
)
from trueup_billing.words import Band


class FormerValue(Answer):
    """What a bucket held before, counted after its day was over."""

    observed_at: datetime
    quantity: DecimalText


class UsageRow(Answer):
    """One bucket of usage as it is stored."""

    source: SourceName
    id: str = Field(description="Customer, metric and day.")
    version: int
    day: date
    quantity: DecimalText
    unit: str
    observed_at: datetime
    earlier: list[FormerValue]


class DocumentRow(Answer):
    """The document that a line stands on."""

    id: str
    ref: str
    state: str
    version: int
    source_version: str | None
    created_at: datetime | None
    observed_at: datetime | None


class ExplainedLine(ExpectedPart):
    """A line of the rate card with the usage that it rates."""

    rows: list[UsageRow]
    rows_quantity: DecimalText | None = Field(description="The rows added up; null for what is not metered.")
    rows_agree: bool = Field(description="False: rows have changed since the period was decided.")


class BilledLine(BilledPart):
    """An invoice line with its document; null when that is no longer linked to the account."""

    document: DocumentRow | None


class CreditLine(CreditPart):
    """A credit with the invoice that it was applied to."""

    document: DocumentRow | None


class Step(Answer):
    """One step of the arithmetic."""

    kind: Literal["line", "sum", "figure", "part"]
    text: str
    amount_minor: int | None


class CardVersion(Answer):
    """The latest version of the account's rate card."""

    version: int
    imported_at: datetime
    imported_by: str


class Explanation(Answer):
    """One period, from its input rows to its figure."""

    client_id: str
    name: str
    revision: int
    version: int = Field(description="Of the period's figures; former versions are kept.")
    decided_at: datetime
    period: Days
    currency: CurrencyCode | None
    band: Band
    due: bool
    percent: PercentText | None
    priced_by: Literal["rate_card", "invoices"]
    reasons: list[Reason]
    expected_minor: int | None
    billed_minor: int | None
    amount_minor: int | None
    unexplained_minor: int | None
    rate_card: CardVersion | None
    expected: list[ExplainedLine]
    billed: list[BilledLine]
    credits: list[CreditLine]
    explained: list[ExplainedPart]
    boundary: list[str] = Field(
        default=[], description="Hours of the first or last day that belong to a neighbouring period, in words."
    )
    steps: list[Step]
    rows_agree: bool
