"""Metered usage against what the company itself counted: a metric that drifts too far is not projected.

The count is of all clients together, so a verdict is about the metric, for every account alike. It is made once for each
count and stays: usage that arrives later does not undo it, a person does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from reconciler.domain.projection import closed_days
from reconciler.domain.snapshot import Scope
from reconciler.domain.variance import percent_text

State = Literal["within", "over"]


@dataclass(frozen=True, slots=True)
class Check:
    """One count of one metric; `to_day` is the last day, included."""

    check_id: str
    metric: str
    from_day: date
    to_day: date
    reference: Fraction
    limit_percent: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a check. `drift_percent`: metered less reference, of the reference; None where that is 0."""

    check: Check
    metered: Fraction
    state: State
    drift_percent: str | None

    @property
    def reason(self) -> str:
        """Why the metric is not projected, in words."""
        check = self.check
        days = f"{check.from_day.isoformat()} to {check.to_day.isoformat()}"
        by = (
            "usage where the reference count has none"
            if self.drift_percent is None
            else f"{self.drift_percent} % drift"
        )
        return f"{by}, {days}; allowed {check.limit_percent} %"


def is_counted(check: Check, scopes: Sequence[Scope]) -> bool:
    """Whether every pull of the metric is complete, and had counted each of the days after it was over."""
    mine = [scope for scope in scopes if scope.metric == check.metric]
    days = range(check.from_day.toordinal(), check.to_day.toordinal() + 1)
    return bool(mine) and all(_counted_whole(scope, days) for scope in mine)


def _counted_whole(scope: Scope, days: range) -> bool:
    if scope.as_of is None or scope.incomplete_reason is not None or scope.gaps:
        return False
    closed = [closed_days(part) for part in scope.coverage]
    return all(any(day in part for part in closed) for day in days)


def judge(check: Check, metered: Fraction) -> Verdict:
    """By exact cross-multiplication: exactly the limit is within it."""
    off = metered - check.reference
    over = 100 * abs(off) > check.limit_percent * check.reference
    return Verdict(check, metered, "over" if over else "within", _drift(off, check.reference))


def _drift(off: Fraction, reference: Fraction) -> str | None:
    share = off / reference if reference else None
    return None if share is None else percent_text(share.numerator, share.denominator)
