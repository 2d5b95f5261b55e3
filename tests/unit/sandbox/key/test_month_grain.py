"""Users, who are counted by the month: the project's charts, the bills and the answer key speak of the same numbers."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from starlette.datastructures import QueryParams

from trueup_sandbox.clock import Clock, to_ms
from trueup_sandbox.key.answers import answer
from trueup_sandbox.key.asked import AccountAsked
from trueup_sandbox.providers.amplitude import chart as charts
from trueup_sandbox.providers.amplitude import segmentation
from trueup_sandbox.scenario import Metric, Scenario
from trueup_sandbox.world.world import World

SEATS = Metric(
    metric="seats", event_type="signed_in", measure="uniques", unit="users", item_id="9", item_name="Seats", share=1,
    prices=[Decimal(2)],
)  # fmt: skip
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def seats(scenario: Scenario, wall: Any) -> World:
    update = {"metrics": [*scenario.metrics, SEATS], "planted": []}
    return World(scenario.model_copy(update=update), clock=Clock(wall))


def users(world: World, start: str, end: str, interval: str) -> dict[str, list[int]]:
    event = {"event_type": "signed_in", "group_by": [{"type": "event", "value": "account_id"}]}
    asked = {"e": json.dumps(event), "m": "uniques", "start": start, "end": end, "i": interval, "limit": "1000"}
    data = segmentation.answer(world, charts.parse(QueryParams(asked)), world.clock.read())["data"]
    return {name: row for (_, name), row in zip(data["seriesLabels"], data["series"], strict=True)}


def test_days_do_not_add_up_to_the_month(seats: World) -> None:
    months = users(seats, "20261001", "20261031", "30")
    days = users(seats, "20261001", "20261031", "1")
    assert len(months) > 40
    assert all(len(row) == 1 for row in months.values())
    assert all(sum(days[name]) > month for name, [month] in months.items())
    assert all(max(days[name]) <= month for name, [month] in months.items())


def test_the_key_rates_the_months_users(seats: World, wall: Any) -> None:
    now = wall.now
    names = [metric.metric for metric in seats.scenario.metrics]
    marks = [
        {"source": "amplitude", "scope": f"usage|{name}|0", "from_day": "2026-08-01", "as_of": now.isoformat()}
        for name in names
    ] + [{"source": one, "scope": "all", "as_of": now.isoformat()} for one in ("quickbooks", "stripe")]
    charted = users(seats, "20261001", "20261031", "30")
    judged = 0
    for account in seats.accounts:
        asked = AccountAsked.model_validate({"client_id": account.client_id, "now": now, "watermarks": marks})
        found = answer(seats, asked)
        october = next((one for one in found.get("periods", []) if one["start"] == "2026-10-01"), None)
        prices = {price.metric: price for price in account.prices}
        if october is None or set(prices) != {"seats"}:
            continue
        judged += 1
        price = prices["seats"].unit_price * 10**account.currency.exponent
        assert october["expected_minor"] == charted[account.amplitude_id][0] * price
        assert october["billed_minor"] == october["expected_minor"]
        assert found["forecast"]["status"] == "nothing_to_project"
    assert judged > 2


def test_contracts_about_users_hold_for_whole_months(seats: World) -> None:
    for account in seats.accounts:
        if any(price.metric == "seats" for price in account.prices):
            assert account.active_from.day == 1
            assert account.active_to is None or account.active_to.day == 1


def test_what_does_not_count_comes_beside(scenario: Scenario, wall: Any) -> None:
    only = Metric(
        metric="gb", event_type="bytes", property="bytes", unit="GB", raw_per_unit=1000, item_id="1", item_name="GB",
        share=1, prices=[Decimal("0.02")], only={"environment": "production"},
    )  # fmt: skip
    world = World(scenario.model_copy(update={"metrics": [only], "planted": []}), clock=Clock(wall))
    day = wall.now.date() - timedelta(days=1)

    def asked(**filters: Any) -> int:
        groups = [{"type": "event", "value": name} for name in ("bytes", "account_id")]
        event = {"event_type": "bytes", "group_by": groups} | filters
        given = {"e": json.dumps(event), "m": "sums", "start": f"{day:%Y%m%d}", "end": f"{day:%Y%m%d}", "limit": "1000"}
        data = segmentation.answer(world, charts.parse(QueryParams(given)), world.clock.read())["data"]
        return sum(sum(row) for row in data["series"])

    def environment(operator: str, value: str) -> list[dict[str, Any]]:
        return [
            {"subprop_type": "event", "subprop_key": "environment", "subprop_op": operator, "subprop_value": [value]}
        ]

    usage = world.desk.usage
    true = 1000 * sum(usage.value(one.index, usage.index(day), to_ms(wall.now)) for one in usage.series)
    assert true > 0
    assert asked() == 2 * true
    assert asked(filters=environment("is", "production")) == true
    assert asked(filters=environment("is not", "production")) == true
    assert asked(filters=environment("is", "staging")) == 0
