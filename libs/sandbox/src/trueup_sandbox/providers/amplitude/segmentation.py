"""Answering a segmentation request from the world's usage."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from trueup_sandbox.providers.amplitude.chart import BadChart, Chart
from trueup_sandbox.world.world import World

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
    days = [(chart.start + timedelta(days=day)).isoformat() for day in range(chart.days)]
    return {
        "data": {
            "series": [values for _, values in cut],
            "seriesLabels": labels,
            "seriesCollapsed": [[{"setId": "", "value": sum(values)}] for _, values in cut],
            "xValues": days,
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


def _rows(world: World, chart: Chart, as_of_ms: int) -> Rows:
    properties = {metric.event_type: metric.property for metric in world.scenario.metrics}
    if chart.event_type not in properties:
        raise BadChart(f"Unknown event: {chart.event_type}")
    if chart.measure == "sums" and chart.groups[:1] != (properties[chart.event_type],):
        raise BadChart("Sum of property value needs the property as the first group_by")
    if chart.split not in {None, "account_id"}:
        raise BadChart(f"Unknown event property: {chart.split}")
    usage = world.desk.usage
    first, last = usage.index(chart.start), usage.index(chart.end) + 1
    rows: Rows = []
    for one in usage.series:
        name = world.accounts[one.account].amplitude_id
        if one.metric.event_type != chart.event_type or (chart.only is not None and name not in chart.only):
            continue
        if chart.measure == "sums":
            values = [usage.value(one.index, day, as_of_ms) for day in range(first, last)]
        else:
            values = [usage.reports_on(one.index, day, as_of_ms) for day in range(first, last)]
        if any(values):
            rows.append((name, values))
    return rows
