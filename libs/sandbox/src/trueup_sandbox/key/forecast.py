"""The straight line to the end of the quarter, by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from trueup_sandbox.key.calendar import days_between, decimal_text, first_of_next, month_before, quarter
from trueup_sandbox.key.cards import month_minor
from trueup_sandbox.key.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Line:
    """y = intercept + slope · x, x being the day's proleptic number."""

    slope: Fraction
    intercept: Fraction

    def sum_over(self, days: list[date]) -> Fraction:
        """Σ max(0, y) over the days."""
        scale = self.slope.denominator * self.intercept.denominator
        rise, base = int(self.slope * scale), int(self.intercept * scale)
        return Fraction(sum(max(0, base + rise * day.toordinal()) for day in days), scale)


def fit(points: list[tuple[int, int]]) -> Line:
    """Least squares through (x, y), exact."""
    count = len(points)
    sum_x, sum_y = sum(x for x, _ in points), sum(y for _, y in points)
    sum_xx, sum_xy = sum(x * x for x, _ in points), sum(x * y for x, y in points)
    slope = Fraction(count * sum_xy - sum_x * sum_y, count * sum_xx - sum_x * sum_x)
    return Line(slope, (sum_y - slope * sum_x) / count)


def forecast(evidence: Evidence, usage_reasons: bool) -> dict[str, Any]:
    """Status, quarter-end amount and projected quantity for each metric."""
    account, today = evidence.account, evidence.today
    status = None
    if account.active_to is not None and account.active_to <= today:
        status = "ended"
    elif usage_reasons:
        status = "cannot_judge"
    elif not all(_long_enough(evidence, metric) for metric in evidence.metrics()):
        status = "not_enough_history"
    if status is not None:
        return {"status": status, "amount_minor": None, "metrics": []}
    lines = {metric: _line(evidence, metric) for metric in evidence.metrics()}

    def used(metric: str, day: date) -> int | Fraction:
        return evidence.used(metric, day) if _closed(evidence, metric, day) else lines[metric].sum_over([day])

    first, end = quarter(evidence.today)
    if account.active_to is not None:
        end = min(end, account.active_to)
    days = days_between(first, end)
    parts = [
        {"metric": metric, "projected_quantity": decimal_text(Fraction(sum(used(metric, day) for day in days)))}
        for metric in lines
    ]
    amount = sum(
        month_minor(account, used, month, first_of_next(month), over=True)
        for month in (first, first_of_next(first), first_of_next(first_of_next(first)))
    )
    return {"status": "ok", "amount_minor": amount, "currency": account.currency.code, "metrics": parts}


def history_start(today: date) -> date:
    """The first day of the three complete months before today's."""
    return month_before(month_before(month_before(today)))


def _long_enough(evidence: Evidence, metric: str) -> bool:
    first = history_start(evidence.today)
    start = evidence.sight.starts(metric)
    return start is not None and start <= first and evidence.account.active_from <= first


def _closed(evidence: Evidence, metric: str, day: date) -> bool:
    return day < evidence.today and evidence.sight.seen_through(metric, day)


def _line(evidence: Evidence, metric: str) -> Line:
    days = days_between(history_start(evidence.today), first_of_next(evidence.today))
    known = [day for day in days if _closed(evidence, metric, day)]
    return fit([(day.toordinal(), evidence.used(metric, day)) for day in known])
