"""The quarter's end, by the straight line: units first, then money through the rate card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from reconciler.domain import line as straight
from reconciler.domain.completeness import Completeness, coverage_of
from reconciler.domain.periods import day_in
from reconciler.domain.rating import price_of
from reconciler.domain.snapshot import Account, Coverage, Rate, Series, Snapshot
from trueup_billing import Period, Source, month_of, quarter_of

METHOD = "linear least squares"
METHOD_VERSION = 1
HISTORY_MONTHS = 3
PROJECT_ZONE = "UTC"
"""The analytics project's zone, whose days the buckets are."""

Status = Literal["ok", "not_enough_history", "cannot_judge", "ended", "no_rate_card"]


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
    backtest_error: Fraction | None
    rate: Rate | None

    @property
    def slope(self) -> Fraction:
        """Units per day."""
        return self.line.slope * Fraction(1, 10**self.scale)

    @property
    def intercept(self) -> Fraction:
        """Units on `from_day`, by the line."""
        return self.line.intercept * Fraction(1, 10**self.scale)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The quarter of today; the amounts are None unless the status is `ok`."""

    status: Status
    quarter: Period
    metrics: tuple[MetricForecast, ...] = ()
    currency: str | None = None
    amount_minor: int | None = None
    low_minor: int | None = None
    high_minor: int | None = None
    excluded: tuple[tuple[str, str], ...] = ()


def history_start(today: date) -> date:
    """The first day of the three complete months before the current one."""
    start = month_of(today).start
    for _ in range(HISTORY_MONTHS):
        start = month_of(start - timedelta(days=1)).start
    return start


def forecast(snapshot: Snapshot, completeness: Completeness, today: date) -> Forecast:
    """Project every rated metric to the end of the quarter and add up their money."""
    account, quarter = snapshot.account, quarter_of(today)
    if account.active_to is not None and account.active_to <= today:
        return Forecast("ended", quarter)
    if completeness.of(Source.AMPLITUDE):
        return Forecast("cannot_judge", quarter)
    if not account.usage_rates:
        return Forecast("no_rate_card", quarter)
    found: list[MetricForecast] = []
    for metric in sorted({rate.metric for rate in account.usage_rates}):
        one = _metric(snapshot, metric, coverage_of(completeness, metric), today)
        if one is None:
            return Forecast("not_enough_history", quarter)
        found.append(one)
    return _in_money(quarter, tuple(found))


def _in_money(quarter: Period, metrics: tuple[MetricForecast, ...]) -> Forecast:
    priced = [(one, one.rate) for one in metrics if one.rate is not None]
    if not priced:
        return Forecast("no_rate_card", quarter, metrics)
    currency = priced[0][1].currency
    excluded = [("no_price", one.metric) for one in metrics if one.rate is None]
    excluded += [("other_currency", one.metric) for one, rate in priced if rate.currency != currency]
    summed = [(one, rate) for one, rate in priced if rate.currency == currency]
    return Forecast(
        "ok",
        quarter,
        metrics,
        currency,
        sum(price_of(one.projected, rate) for one, rate in summed),
        sum(price_of(one.low, rate) for one, rate in summed),
        sum(price_of(one.high, rate) for one, rate in summed),
        tuple(excluded),
    )


def _metric(snapshot: Snapshot, metric: str, coverage: tuple[Coverage, ...], today: date) -> MetricForecast | None:
    """None while there is not enough history."""
    account, start = snapshot.account, history_start(today)
    whole_months = Period(start, month_of(today).start)
    inside = all(any(part.covers(day) for part in coverage) for day in whole_months.days())
    if not inside or (account.active_from is not None and account.active_from > start):
        return None
    quarter = quarter_of(today)
    first_open = first_open_day(coverage, start, today)
    series = snapshot.usage.get(metric) or Series(metric, _unit(account, metric))
    used = range(start.toordinal(), first_open.toordinal())
    if len(used) < 2:
        return None
    xs = range(len(used))
    through = straight.fit(xs, [series.days.get(day, 0) for day in used])
    actual = series.total(quarter.start, max(first_open, quarter.start))
    remaining = range(max(first_open, quarter.start).toordinal() - used[0], quarter.end.toordinal() - used[0])
    unit_of_count = 10**series.scale
    rest = through.total(remaining) / unit_of_count
    margin = through.margin(len(remaining)) / unit_of_count
    return MetricForecast(
        metric=metric,
        unit=series.unit,
        actual=actual,
        projected=actual + rest,
        low=actual + max(Fraction(0), rest - margin),
        high=actual + rest + margin,
        line=through,
        scale=series.scale,
        from_day=start,
        to_day=first_open - timedelta(days=1),
        backtest_error=_backtest(series, whole_months),
        rate=_rate_on(account, metric, max(first_open, quarter.start)),
    )


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
    end = day_in(PROJECT_ZONE, part.as_of).toordinal()
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


def _rate_on(account: Account, metric: str, day: date) -> Rate | None:
    """Only a price that holds for every unit can rate a quarter at once."""
    for rate in account.usage_rates:
        if rate.kind != "per_unit" or rate.included:
            continue
        if rate.metric == metric and rate.valid_from <= day and (rate.valid_to is None or day < rate.valid_to):
            return rate
    return None


def _unit(account: Account, metric: str) -> str:
    return next(rate.unit for rate in account.usage_rates if rate.metric == metric)
