"""What the company itself counted of a metric, to hold the metered usage against."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from trueup_contracts.envelope import DecimalText, Event, Instant, Part


class ReferenceCount(Part):
    """The company's own count of one metric over a run of days, all clients together."""

    check_id: str
    from_day: date
    to_day: date
    """The last day, included."""
    reference: DecimalText
    limit_percent: int
    """More drift than this, either way, and the metric is not projected."""
    counted_at: Instant


class MetricCalibratedV1(Event):
    """All counts of one metric that nobody has cleared; the whole of it, every time. None left: it is projected again."""

    topic: ClassVar[str] = "trueup.metrics.calibrated.v1"
    type: ClassVar[str] = "trueup.metrics.calibrated.v1"

    metric: str
    checks: list[ReferenceCount] = []
    changed_at: Instant

    def key(self) -> str:
        return self.metric
