"""The quarter's end, by the straight line: units first, then money through the rate card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from reconciler.domain.completeness import Completeness, coverage_of, metrics_of
from reconciler.domain.effective import left_out_lines, with_effective_prices
from reconciler.domain.expected import rated
from reconciler.domain.prices import invoiced_prices
from reconciler.domain.projection import MetricForecast, Projected, project
from reconciler.domain.snapshot import Series, Snapshot
from trueup_billing import Period, months_between, quarter_of

METHOD = "linear least squares"
METHOD_VERSION = 2
"""1: money at the price of the first day left, a range of the days' scatter alone. 2: each month rated as it will be
billed, with the range of a prediction."""

Status = Literal["ok", "not_enough_history", "cannot_judge", "ended", "no_rate_card", "nothing_to_project"]
PricedBy = Literal["rate_card", "last_invoices"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a forecast does not hold: `what` is a metric, an item, a document or a source; `note` says more of it."""

    code: str
    what: str
    note: str | None = None


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
    excluded: tuple[LeftOut, ...] = ()
    priced_by: PricedBy = "rate_card"


def forecast(snapshot: Snapshot, completeness: Completeness, today: date) -> Forecast:
    """Project every metric that can be to the end of the quarter, and turn it into money."""
    account, quarter = snapshot.account, quarter_of(today)
    if account.active_to is not None and account.active_to <= today:
        return Forecast("ended", quarter)
    if reasons := completeness.against_projection:
        excluded_for = tuple(LeftOut(one.code, one.source or "") for one in reasons)
        return Forecast("cannot_judge", quarter, excluded=excluded_for)
    metrics, excluded = _metrics(snapshot)
    if not metrics:
        return Forecast("nothing_to_project" if excluded else "no_rate_card", quarter, excluded=tuple(excluded))
    excluded += [LeftOut("accepted_gap", one.source) for one in completeness.partials]
    found: list[MetricForecast] = []
    for metric in metrics:
        series = snapshot.usage.get(metric) or Series(metric, _unit(snapshot, metric))
        one = project(account, series, coverage_of(completeness, metric), today)
        if one is None:
            return Forecast("not_enough_history", quarter, excluded=tuple(excluded))
        found.append(one)
    return _in_money(snapshot, quarter, tuple(found), excluded)


def _metrics(snapshot: Snapshot) -> tuple[list[str], list[LeftOut]]:
    """The metrics to project, and those that are not: counted by the month, or switched off by a calibration."""
    metrics: list[str] = []
    excluded: list[LeftOut] = []
    for metric in metrics_of(snapshot):
        if metric in snapshot.month_metrics:
            excluded.append(LeftOut("month_grain", metric))
        elif metric in snapshot.uncalibrated:
            excluded.append(LeftOut("calibration_drift", metric, snapshot.uncalibrated[metric]))
        else:
            metrics.append(metric)
    return metrics, excluded


def _in_money(
    snapshot: Snapshot, quarter: Period, metrics: tuple[MetricForecast, ...], excluded: list[LeftOut]
) -> Forecast:
    priced, priced_by = with_effective_prices(snapshot, [one.metric for one in metrics], quarter)
    currencies = {one.metric: _currencies(priced, one.metric) for one in metrics}
    currency = next((min(found) for found in currencies.values() if len(found) == 1), None)
    excluded = [*excluded, *(LeftOut("no_price", metric) for metric, found in currencies.items() if not found)]
    excluded += [LeftOut("other_currency", metric) for metric, found in currencies.items() if found - {currency}]
    if currency is None:
        return Forecast("no_rate_card", quarter, metrics, excluded=tuple(excluded))
    summed = [one for one in metrics if currencies[one.metric] == {currency}]
    card, minimums = card_of(priced, {one.metric for one in summed}, currency, whole=not excluded)
    excluded += [LeftOut("minimum", name) for name in minimums]
    excluded += [LeftOut(code, what) for code, what in left_out_lines(snapshot, quarter)]
    return Forecast(
        "ok",
        quarter,
        metrics,
        currency,
        rated_minor(card, quarter, [one.series(one.projected) for one in summed]),
        rated_minor(card, quarter, [one.series(one.low) for one in summed]),
        rated_minor(card, quarter, [one.series(one.high) for one in summed]),
        tuple(excluded),
        priced_by,
    )


def card_of(snapshot: Snapshot, metrics: set[str], currency: str, *, whole: bool) -> tuple[Snapshot, list[str]]:
    """The card without what is left out, and the minimums that go with it.

    A minimum asks for what usage does not reach: with a part of the usage missing it would fill a gap that is ours.
    """
    kept = [
        rate
        for rate in snapshot.account.rates
        if rate.currency == currency and (rate.metric in metrics or not rate.metric)
    ]
    dropped = [] if whole else [rate for rate in kept if rate.kind == "minimum" and not rate.metric]
    account = replace(snapshot.account, rates=tuple(rate for rate in kept if rate not in dropped))
    return replace(snapshot, account=account), sorted({rate.name for rate in dropped})


def rated_minor(snapshot: Snapshot, quarter: Period, usage: Sequence[Projected]) -> int:
    """Rate the units of the quarter month by month, as they will be billed: the one place that asks for prices.

    Calendar months, whatever day the account's periods begin on: what is foretold is a calendar quarter.
    """
    projected = {one.metric: one for one in usage}
    prices = invoiced_prices(snapshot)
    months = [month for month in months_between(quarter.start, quarter.end) if month.end <= quarter.end]
    return sum(
        rated(snapshot.account, projected, month, final=True, invoiced=prices.before(month)).amount_minor
        for month in months
    )


def _currencies(snapshot: Snapshot, metric: str) -> set[str]:
    return {rate.currency for rate in snapshot.account.usage_rates if rate.metric == metric}


def _unit(snapshot: Snapshot, metric: str) -> str:
    return next((rate.unit for rate in snapshot.account.rates if rate.metric == metric), "")
