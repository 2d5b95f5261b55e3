"""Counts of the company's own, waiting to be held against metered usage."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from reconciler.domain.calibration import Check, Verdict
from reconciler.domain.snapshot import Scope


@dataclass(frozen=True, slots=True)
class Waiting:
    """One metric with the checks that nobody cleared, and the verdicts that some of them have."""

    metric: str
    version: int
    checks: Sequence[Check]
    judged: Sequence[Verdict]


class CalibrationTurn(Protocol):
    """One transaction that holds some metrics for itself."""

    waiting: Sequence[Waiting]
    scopes: Sequence[Scope]

    async def metered(self, check: Check) -> Fraction:
        """The usage of all customers on the days of the check."""
        ...

    async def store(self, verdict: Verdict, at: datetime) -> None:
        """Keep a verdict and let it be seen."""
        ...

    async def settle(self, metric: str, *, version: int | None, off_reason: str | None) -> None:
        """Switch the metric's projection off or on; a change dirties every account. `version`: all of it is judged."""
        ...


class CalibrationStore(Protocol):
    """Where counts and verdicts are kept."""

    def turn(self) -> AbstractAsyncContextManager[CalibrationTurn]:
        """The metrics that wait; those that another replica looks at are skipped."""
        ...
