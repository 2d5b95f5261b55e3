"""Answering a segmentation request from the world's usage."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from trueup_sandbox.providers.amplitude.chart import BadChart, Chart
from trueup_sandbox.scenario import Metric
from trueup_sandbox.world.accounts import Series
from trueup_sandbox.world.usage import UsageBook
from trueup_sandbox.world.world import World

OTHER = "other"
"""The value of a property on events that do not count."""

Rows = list[tuple[str, list[int]]]


def answer(world: World, chart: Chart, as_of_ms: int) -> dict[str, Any]:
    """The chart's data as far as it was visible at the instant.

    Raises:
        BadChart: no such event or property.
    """
    rows = _rows(world, chart, as_of_ms)
    if chart.split is None:
        labels: list[Any] = [0]
        rows = [("", [sum(column) for column in zip(*(values for _, values in rows), strict=True)])] if rows else []
    else:
        rows.sort(key=lambda row: -sum(row[1]))
    cut = rows[: chart.limit]
    if chart.split is not None:
        labels = [[0, name] for name, _ in cut]
    starts = [span[0].isoformat() for span in _spans(chart)]
    return {
        "data": {
            "series": [values for _, values in cut],
            "seriesLabels": labels,
            "seriesCollapsed": [[{"setId": "", "value": sum(values)}] for _, values in cut],
            "xValues": starts,
        },
        "timeComputed": as_of_ms,
        "wasCached": False,
        "cacheFreshness": "FRESH",
        "novaCost": chart.cost,
        "minSampleRate": 1.0,
        "realtimeDataMissing": False,
        "timedOutRealtimeData": False,
        "prunedResult": len(rows) > len(cut),
        "hitChunkGroupByLimit": False,
    }


def _spans(chart: Chart) -> list[tuple[date, date]]:
    """Each point of the chart: its first day and the one after its last."""
    days = [chart.start + timedelta(days=day) for day in range(chart.days)]
    begins = [day for day in days if not chart.monthly or day == chart.start or day.day == 1]
    return list(pairwise([*begins, chart.end + timedelta(days=1)]))


def _rows(world: World, chart: Chart, as_of_ms: int) -> Rows:
    if all(metric.event_type != chart.event_type for metric in world.scenario.metrics):
        raise BadChart(f"Unknown event: {chart.event_type}")
    if chart.measure == "sums" and not chart.groups:
        raise BadChart("Sum of property value needs the property as the first group_by")
    if chart.split not in {None, "account_id"}:
        raise BadChart(f"Unknown event property: {chart.split}")
    rows: Rows = []
    for one in world.desk.usage.series:
        name = world.accounts[one.account].amplitude_id
        if one.metric.event_type != chart.event_type or (chart.only is not None and name not in chart.only):
            continue
        kinds = _kinds_that_pass(one.metric, chart)
        values = [kinds * _count(world.desk.usage, one, chart, span, as_of_ms) for span in _spans(chart)]
        if any(values):
            rows.append((name, values))
    return rows


def _kinds_that_pass(metric: Metric, chart: Chart) -> int:
    """Of what counts, and of what comes beside it with other values: how many of the two the filters let through."""
    beside = dict.fromkeys(metric.only, OTHER)
    kinds = [metric.only, beside] if metric.only else [metric.only]
    return sum(all(one.passes(kind if one.owner == "event" else {}) for one in chart.filters) for kind in kinds)


def _count(usage: UsageBook, one: Series, chart: Chart, span: tuple[date, date], as_of_ms: int) -> int:
    """One point of one account: a property that the events do not have adds up to nothing."""
    days = range(usage.index(span[0]), usage.index(span[1]))
    if chart.measure == "totals":
        return sum(usage.reports_on(one.index, day, as_of_ms) for day in days)
    first_seen = sum(usage.value(one.index, day, as_of_ms) for day in days)
    if chart.measure == "sums":
        named = one.metric.measure == "sums" and chart.groups[0] == one.metric.property
        return first_seen * one.metric.raw_per_unit if named else 0
    if one.metric.measure == "sums":
        return int(first_seen > 0)  # one meter reports for all of the account
    begun = usage.index(span[0].replace(day=1))
    before = sum(usage.value(one.index, day, as_of_ms) for day in range(begun, days.start))
    return first_seen + before // 2  # half of those seen before in the month come again
