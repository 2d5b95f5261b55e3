from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.datastructures import QueryParams

from trueup_sandbox.providers.amplitude.chart import BadChart, parse

EVENT = {
    "event_type": "api_calls_metered",
    "group_by": [{"type": "event", "value": "quantity"}, {"type": "event", "value": "account_id"}],
    "filters": [
        {"subprop_type": "event", "subprop_key": "account_id", "subprop_op": "is", "subprop_value": ["acct_0001"]}
    ],
}


def params(**changed: Any) -> QueryParams:
    asked = {"e": json.dumps(EVENT), "m": "sums", "start": "20261001", "end": "20261031", "i": "1", "limit": "1000"}
    return QueryParams({name: value for name, value in (asked | changed).items() if value is not None})


def test_a_chart_and_its_cost() -> None:
    chart = parse(params())
    assert (chart.days, chart.cost, chart.split) == (31, 279, "account_id")
    assert chart.only == frozenset({"acct_0001"})
    assert parse(params(start="20261029")).cost == 27


@pytest.mark.parametrize(
    "changed",
    [{"e": "{"}, {"e": "[]"}, {"e": None}, {"m": "average"}, {"start": "2026-10-01"}, {"end": "20260901"}, {"limit": "1001"},
     {"g": "gp:plan"}, {"i": "-3600000"}, {"e": json.dumps({"event_type": "x", "group_by": [{"value": "a"}] * 3})}],
)  # fmt: skip
def test_what_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadChart):
        parse(params(**changed))
