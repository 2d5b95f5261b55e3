"""The company's own counts, as the use cases ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from dashboard_api.domain.access import Principal
from dashboard_api.domain.calibration import Count
from dashboard_api.ports.reads import Json
from trueup_contracts.calibrations import ReferenceCount
from trueup_contracts.envelope import Event


@dataclass(frozen=True, slots=True)
class Taken:
    """How counts came to us, and what they are held against."""

    origin: str
    at: datetime
    limit_percent: int


class CalibrationChange(Protocol):
    """One transaction on the counts; changes wait for each other."""

    async def metrics(self) -> Sequence[str]:
        """The metrics that are metered."""

    async def add(self, principal: Principal, counts: Sequence[Count], taken: Taken) -> None:
        """Keep counts."""

    async def clear(self, principal: Principal, metric: str, reason: str, at: datetime) -> int:
        """Clear every count of a metric that nobody has cleared, if one of them was found over its limit; how many."""

    async def was_counted(self, metric: str) -> bool:
        """Whether there is any count of the metric."""

    async def standing(self, metric: str) -> Sequence[ReferenceCount]:
        """The counts of a metric that nobody has cleared, the latest first."""

    async def version(self) -> int:
        """A new version."""

    async def audit(self, principal: Principal, action: str, detail: Mapping[str, object]) -> None:
        """Write down who did what."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Put events on the outbox of this transaction."""


class Calibrations(Protocol):
    """Counts and verdicts."""

    def change(self) -> AbstractAsyncContextManager[CalibrationChange]:
        """One change at a time."""

    async def overview(self, principal: Principal, *, interval_days: int, today: date) -> Json:
        """A JSON list, one entry for each metric."""


class ReferenceDatabase(Protocol):
    """The company's own database, read and nothing else."""

    async def counts(self, first: date, last: date) -> Sequence[tuple[str, Decimal]]:
        """Metric and count for the days, `last` included.

        Raises:
            InvalidRequest: the query failed, took too long or answered something else; its answer is in no message.
        """
