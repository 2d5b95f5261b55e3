"""One metric to the end of the quarter: units, not money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from reconciler.domain import line as straight
from reconciler.domain.periods import day_in
from reconciler.domain.snapshot import Account, Coverage, Series
from trueup_billing import Period, month_of, quarter_of

HISTORY_MONTHS = 3


@dataclass(frozen=True, slots=True)
class MetricForecast:
    """One metric's quarter. Quantities are exact; `line` is in units / 10**scale with x = days since `from_day`."""

    metric: str
    unit: str
    actual: Fraction
    projected: Fraction
    low: Fraction
    high: Fraction
    line: straight.Line
    scale: int
    from_day: date
    to_day: date
    ahead: range
    """Ordinals of the days that the line stands for; it may be empty, but its start is always the first open day."""
    backtest_error: Fraction | None
    counted: Series

    @property
    def slope(self) -> Fraction:
        """Units per day."""
        return self.line.slope * Fraction(1, 10**self.scale)

    @property
    def intercept(self) -> Fraction:
        """Units on `from_day`, by the line."""
        return self.line.intercept * Fraction(1, 10**self.scale)

    def series(self, goal: Fraction) -> Projected:
        """The quarter's usage day by day, the days to come bent so that the quarter adds up to `goal` units."""
        rest, wanted = self.projected - self.actual, goal - self.actual
        return Projected(
            metric=self.metric,
            unit=self.unit,
            days=self.counted.days,
            scale=self.scale,
            forecast=self,
            factor=wanted / rest if rest else Fraction(0),
            each_day=Fraction(0) if rest else wanted / max(1, len(self.ahead)),
        )


@dataclass(frozen=True, slots=True)
class Projected(Series):
    """A series whose remaining days follow the line, times `factor`; where the line gives nothing, `each_day` each."""

    forecast: MetricForecast | None = None
    factor: Fraction = Fraction(1)
    each_day: Fraction = Fraction(0)

    def total(self, start: date, end: date) -> Fraction:
        """The exact sum of the half-open days."""
        assert self.forecast is not None  # noqa: S101  only `MetricForecast.series` makes one
        ahead, origin = self.forecast.ahead, self.forecast.from_day.toordinal()
        counted = Series.total(self, start, min(end, date.fromordinal(ahead.start)))
        days = range(max(start.toordinal(), ahead.start), min(end.toordinal(), ahead.stop))
        by_line = self.forecast.line.total(range(days.start - origin, days.stop - origin))
        return counted + by_line * self.factor * Fraction(1, 10**self.scale) + self.each_day * len(days)


def history_start(today: date) -> date:
    """The first day of the three complete months before the current one."""
    start = month_of(today).start
    for _ in range(HISTORY_MONTHS):
        start = month_of(start - timedelta(days=1)).start
    return start


def project(account: Account, series: Series, coverage: tuple[Coverage, ...], today: date) -> MetricForecast | None:
    """The line through the closed days, carried on to the quarter's or the account's end; None: too little history."""
    start = history_start(today)
    whole_months = Period(start, month_of(today).start)
    inside = all(any(part.covers(day) for part in coverage) for day in whole_months.days())
    if not inside or (account.active_from is not None and account.active_from > start):
        return None
    quarter = quarter_of(today)
    first_open = first_open_day(coverage, start, today)
    used = range(start.toordinal(), first_open.toordinal())
    if len(used) < 2:
        return None
    through = straight.fit(range(len(used)), [series.days.get(day, 0) for day in used])
    ahead = _days_ahead(account, quarter, first_open)
    actual = series.total(quarter.start, date.fromordinal(ahead.start))
    xs = range(ahead.start - used[0], ahead.stop - used[0])
    unit = Fraction(1, 10**series.scale)
    rest = through.total(xs) * unit
    margin = through.margin(xs) * unit
    return MetricForecast(
        metric=series.metric,
        unit=series.unit,
        actual=actual,
        projected=actual + rest,
        low=actual + max(Fraction(0), rest - margin),
        high=actual + rest + margin,
        line=through,
        scale=series.scale,
        from_day=start,
        to_day=first_open - timedelta(days=1),
        ahead=ahead,
        backtest_error=_backtest(series, whole_months),
        counted=series,
    )


def _days_ahead(account: Account, quarter: Period, first_open: date) -> range:
    """Ordinals of the quarter's days that are not closed and on which the account is still active."""
    end = quarter.end if account.active_to is None else min(quarter.end, account.active_to)
    return range(max(first_open, quarter.start).toordinal(), end.toordinal())


def first_open_day(coverage: tuple[Coverage, ...], start: date, today: date) -> date:
    """The first day from `start` on that is not closed: closed days run without holes up to it.

    A closed day can no longer grow: it is over for the account, and the source counted it after it had ended.
    """
    closed = [closed_days(part) for part in coverage]
    day = start.toordinal()
    while day < today.toordinal() and any(day in days for days in closed):
        day += 1
    return date.fromordinal(day)


def closed_days(part: Coverage) -> range:
    """Ordinals of the days that were over at the source when it counted them."""
    end = day_in(part.time_zone, part.as_of).toordinal()
    if part.to_day is not None:
        end = min(end, part.to_day.toordinal() + 1)
    return range(part.from_day.toordinal(), end)


def _backtest(series: Series, months: Period) -> Fraction | None:
    """How far the line through the first two months missed the third, in percent of it; None where that was 0."""
    last = month_of(months.end - timedelta(days=1))
    days = range(months.start.toordinal(), last.start.toordinal())
    values = [series.days.get(day, 0) for day in days]
    actual = sum(series.days.get(day, 0) for day in range(last.start.toordinal(), last.end.toordinal()))
    if actual <= 0:
        return None
    through = straight.fit(range(len(days)), values)
    predicted = through.total(range(len(days), len(days) + len(last)))
    return 100 * abs(predicted - actual) / actual
