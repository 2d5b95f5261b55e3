"""Metered usage: the current value of one bucket."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from trueup_billing import join_key
from trueup_contracts.envelope import DecimalText, Event, Instant, Part, RefText


class EarlierValue(Part):
    """What a bucket held at an instant after its day was over, by the source's own times of upload."""

    at: Instant
    quantity: DecimalText


class UsageObservedV1(Event):
    """The value of one bucket as of `observed_at`; it replaces the former value and is never added to it."""

    topic: ClassVar[str] = "trueup.usage.observed.v1"
    type: ClassVar[str] = "trueup.usage.observed.v1"

    ref: RefText
    metric: str
    bucket: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]
    """A day (2026-10-01) in `time_zone`, or a month (2026-10) for what cannot be added up over days."""
    grain: Literal["day", "month"] = "day"
    quantity: DecimalText
    unit: str
    time_zone: str = "UTC"
    """The zone whose days the buckets are: the analytics project's, not the account's."""
    observed_at: Instant
    earlier: list[EarlierValue] | None = None
    """Where something was uploaded after the bucket's day: what was there before, oldest first. Absent: not known."""

    def key(self) -> str:
        return join_key(self.ref, self.metric, self.bucket)
