"""Calibration: the company's own counts beside metered usage."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dashboard_api.entrypoints.http.schemas.words import Answer, DecimalText, PercentText


class CountAsked(BaseModel):
    """The days to count; both are included."""

    model_config = ConfigDict(extra="forbid")

    from_day: date
    to_day: date


class Clearance(BaseModel):
    """Why a metric may be projected again."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")


class Cleared(Answer):
    """It is taken; the forecasts follow."""

    metric: str
    state: Literal["applying"]


class LastCount(Answer):
    """The latest count of a metric and what came of it; the verdict is null until the usage of its days is whole."""

    from_day: date
    to_day: date
    reference: DecimalText
    metered: DecimalText | None
    drift_percent: PercentText | None
    limit_percent: int
    verdict: Literal["within", "over"] | None
    origin: Literal["csv", "sql"]
    taken_by: str
    taken_at: datetime
    judged_at: datetime | None
    cleared_by: str | None
    cleared_at: datetime | None
    cleared_reason: str | None


class CalibrationItem(Answer):
    """One metric. `off`: it is not projected until a person clears it."""

    metric: str
    state: Literal["never", "waiting", "on", "off"]
    due_on: date
    is_due: bool
    last: LastCount | None


class Calibrations(Answer):
    """Every metric that is metered or was counted."""

    items: list[CalibrationItem]
    interval_days: int
    has_database: bool = Field(description="Whether counts can be asked of the company's own database.")
