"""The straight line to the end of the quarter, by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
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


def forecast(evidence: Evidence, *, unknown: bool) -> dict[str, Any]:
    """Status, the quarter's amount with its range, and each metric's units with theirs.

    `unknown`: usage cannot be judged upon, or something of the account is missing.
    """
    today = evidence.today
    metrics = [metric for metric in evidence.metrics() if metric not in evidence.by_month]
    kept = tuple(price for price in evidence.account.prices if price.metric in metrics)
    account = replace(evidence.account, prices=kept)
    status = None
    if account.active_to is not None and account.active_to <= today:
        status = "ended"
    elif unknown:
        status = "cannot_judge"
    elif not metrics:
        status = "nothing_to_project"
    elif not all(_long_enough(evidence, metric) for metric in metrics):
        status = "not_enough_history"
    if status is not None:
        return {"status": status, "amount_minor": None, "metrics": []}
    first, end = quarter(today)
    if account.active_to is not None:
        end = min(end, account.active_to)
    found = [_outlook(evidence, metric, days_between(first, end)) for metric in metrics]
    months = (first, first_of_next(first), first_of_next(first_of_next(first)))

    def money(rests: dict[str, Fraction]) -> int:
        """The quarter, month by month, when so many units are still to come of each metric."""
        outlooks = {one.metric: one for one in found}

        def used(metric: str, day: date) -> int | Fraction:
            one = outlooks[metric]
            return one.to_come(day, rests[metric]) if day in one.ahead else evidence.used(metric, day)

        return sum(month_minor(account, used, month, first_of_next(month), over=True) for month in months)

    return {
        "status": "ok",
        "amount_minor": money({one.metric: one.rest for one in found}),
        "low_minor": money({one.metric: one.least for one in found}),
        "high_minor": money({one.metric: one.rest + one.margin for one in found}),
        "currency": account.currency.code,
        "metrics": [one.shown() for one in found],
    }


@dataclass(frozen=True, slots=True)
class Outlook:
    """One metric's quarter: what is counted, what the line gives for the days ahead, and how far off that may be."""

    metric: str
    line: Line
    ahead: list[date]
    counted: Fraction
    rest: Fraction
    margin: Fraction
    error_percent: Fraction | None

    @property
    def least(self) -> Fraction:
        """At least nothing is still to come."""
        return max(Fraction(0), self.rest - self.margin)

    def to_come(self, day: date, whole: Fraction) -> Fraction:
        """The day's part of what is still to come: as the line parts it, evenly where the line gives nothing."""
        return self.line.sum_over([day]) * whole / self.rest if self.rest else whole / len(self.ahead)

    def shown(self) -> dict[str, str | None]:
        """As text."""
        return {
            "metric": self.metric,
            "projected_quantity": decimal_text(self.counted + self.rest),
            "low_quantity": decimal_text(self.counted + self.least),
            "high_quantity": decimal_text(self.counted + self.rest + self.margin),
            "backtest_error_percent": None if self.error_percent is None else decimal_text(self.error_percent),
        }


def _outlook(evidence: Evidence, metric: str, days: list[date]) -> Outlook:
    points = _points(evidence, metric)
    line = fit(points)
    ahead = [day for day in days if not _closed(evidence, metric, day)]
    counted = Fraction(sum(evidence.used(metric, day) for day in days if _closed(evidence, metric, day)))
    margin = spread(points, line, [day.toordinal() for day in ahead])
    return Outlook(metric, line, ahead, counted, line.sum_over(ahead), margin, _missed(evidence, metric))


def spread(points: list[tuple[int, int]], line: Line, ahead: list[int]) -> Fraction:
    """1.28 standard errors of a sum of days to come, by the textbook: s · √(m + m²/n + (Σ(x − x̄))² / Σ(x − x̄)²)."""
    n, m = len(points), len(ahead)
    if n < 3 or m == 0:
        return Fraction(0)
    mean = Fraction(sum(x for x, _ in points), n)
    squares = sum(((x - mean) * (x - mean) for x, _ in points), Fraction(0))
    offs = [y - line.intercept - line.slope * x for x, y in points]
    missed = sum((off * off for off in offs), Fraction(0))
    away = sum((x - mean for x in ahead), Fraction(0))
    variance = missed / (n - 2) * (m + Fraction(m * m, n) + away * away / squares)
    with localcontext() as context:
        context.prec = 60
        root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
    return Fraction(root) * Fraction(128, 100)


def _missed(evidence: Evidence, metric: str) -> Fraction | None:
    """By how many percent the line through two months misses the third; nothing where that one was empty."""
    start = history_start(evidence.today)
    third = first_of_next(first_of_next(start))
    last = days_between(third, first_of_next(third))
    used = sum(evidence.used(metric, day) for day in last)
    line = fit([(day.toordinal(), evidence.used(metric, day)) for day in days_between(start, third)])
    return abs(line.sum_over(last) - used) * 100 / used if used > 0 else None


def history_start(today: date) -> date:
    """The first day of the three complete months before today's."""
    return month_before(month_before(month_before(today)))


def _long_enough(evidence: Evidence, metric: str) -> bool:
    first = history_start(evidence.today)
    start = evidence.sight.starts(metric)
    return start is not None and start <= first and evidence.account.active_from <= first


def _closed(evidence: Evidence, metric: str, day: date) -> bool:
    return day < evidence.today and evidence.sight.seen_through(metric, day)


def _points(evidence: Evidence, metric: str) -> list[tuple[int, int]]:
    days = days_between(history_start(evidence.today), first_of_next(evidence.today))
    return [(day.toordinal(), evidence.used(metric, day)) for day in days if _closed(evidence, metric, day)]
