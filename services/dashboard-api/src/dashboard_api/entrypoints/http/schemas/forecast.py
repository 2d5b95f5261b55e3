"""The projection to quarter end, with everything needed to work it out by hand."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from dashboard_api.entrypoints.http.schemas.words import Answer, Days, DecimalText, Money, PercentText


class MetricForecast(Answer):
    """One metric's least-squares line over daily usage."""

    metric: str
    unit: str
    actual_quantity: DecimalText | None = None
    projected_quantity: DecimalText | None = None
    low_quantity: DecimalText | None = None
    high_quantity: DecimalText | None = None
    slope: DecimalText | None = None
    intercept: DecimalText | None = None
    days_used: int | None = None
    from_day: date | None = None
    to_day: date | None = None
    backtest_error_percent: PercentText | None = None


class Excluded(Answer):
    """What the projection leaves out, and why."""

    code: str
    detail: str | None = Field(default=None, description="A metric, an item, a document or a source.")
    note: str | None = None


class Forecast(Answer):
    """The quarter's projection; the amounts are null unless `status` is ok."""

    status: Literal["ok", "not_enough_history", "cannot_judge", "ended", "no_rate_card", "nothing_to_project"]
    quarter: Days | None
    amount: Money | None
    low: Money | None
    high: Money | None
    method: str
    version: int
    basis: str | None
    priced_by: Literal["rate_card", "last_invoices"] | None = Field(
        default=None, description="Effective prices of the last invoices stand in where the rate card has none."
    )
    metrics: list[MetricForecast]
    excluded: list[Excluded]


class TrendDay(Answer):
    """Usage of one day; `quantity` is null where it is not known."""

    day: date
    quantity: DecimalText | None
    closed: bool


class TrendLine(Answer):
    """The straight line through the days used, drawn from `from` to `to`."""

    from_: date = Field(alias="from")
    to: date
    intercept: DecimalText
    slope: DecimalText


class Trend(Answer):
    """The chart of one metric."""

    metric: str
    unit: str
    days: list[TrendDay]
    line: TrendLine | None
