"""Counts of the company's own, as they are read from the bus."""

from __future__ import annotations

from datetime import date

from reconciler.ports.words import Instant, Version, Wire, check_decimal


class ReferenceCount(Wire, frozen=True):
    """`calibrations.ReferenceCount`."""

    check_id: str
    from_day: date
    to_day: date
    reference: str
    limit_percent: int
    counted_at: Instant

    def __post_init__(self) -> None:
        check_decimal(self.reference)


class Calibrated(Wire, frozen=True):
    """`MetricCalibratedV1`."""

    version: Version
    metric: str
    changed_at: Instant
    checks: list[ReferenceCount] = []
