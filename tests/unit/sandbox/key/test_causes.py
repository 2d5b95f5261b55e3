from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from trueup_sandbox.world.happenings import Happenings
from trueup_sandbox.world.months import earlier, next_month
from trueup_sandbox.world.world import World

Ask = Callable[..., dict[str, Any]]


def period_of(world: World, ask: Ask, name: str, **more: Any) -> dict[str, Any]:
    account = next(one for one in world.accounts if one.planted and one.planted.name == name)
    answer = ask(world, account.client_id, **more)
    found: dict[str, Any] = next(one for one in answer["periods"] if one["start"] == world.planted_month.isoformat())
    return found


@pytest.mark.parametrize(
    ("name", "causes"),
    [
        ("variance_0", []),
        ("variance_7_over", ["unexplained"]),
        ("missing_invoice", ["missing_invoice"]),
        ("late_usage", ["late_usage"]),
        ("credit_memo", []),
        ("tiered_card", []),
        ("minimum_not_billed", ["minimum"]),
        ("discount_forgotten", ["discount"]),
        ("plan_change", ["plan_change"]),
        ("progressive", []),
        ("true_up", []),
        ("duplicate_invoice", ["duplicate_invoice"]),
    ],
)
def test_what_was_planted_is_what_explains(still_world: World, ask: Ask, name: str, causes: list[str]) -> None:
    found = period_of(still_world, ask, name)
    assert [part["cause"] for part in found["explained"]] == causes
    assert sum(part["amount_minor"] for part in found["explained"]) == found["variance_minor"]


def test_a_plan_change_explains_about_seven_percent(still_world: World, ask: Ask) -> None:
    found = period_of(still_world, ask, "plan_change")
    assert -8 < float(found["percent"]) < -6
    assert found["unexplained_minor"] == 0


def test_usage_of_a_closed_month_that_comes_now_is_late(world: World, ask: Ask, wall: Any) -> None:
    account = next(one for one in world.accounts if one.planted and one.planted.name == "variance_0")
    world.add_usage(account.series[0], world.planted_month, 400)
    wall.turn(minutes=5)
    found = period_of(world, ask, "variance_0", now=wall.now)
    assert found["explained"] == [{"cause": "late_usage", "amount_minor": found["variance_minor"]}]
    assert found["variance_minor"] < 0


def test_credit_on_a_right_bill_explains_itself(world: World, ask: Ask, wall: Any) -> None:

    made = Happenings(world).make("credit")
    wall.turn(minutes=5)
    answer = ask(world, made.client_id, now=wall.now)
    off = [one for one in answer["periods"] if one["due"] and one["variance_minor"]]
    assert all([part["cause"] for part in one["explained"]] == ["credit"] for one in off)


def test_every_other_month_of_every_account_agrees(still_world: World, ask: Ask) -> None:
    assert next_month(earlier(still_world.planted_month, 1)) == still_world.planted_month
    for account in still_world.accounts:
        for period in ask(still_world, account.client_id, now=datetime(2026, 11, 23, 12, tzinfo=UTC)).get(
            "periods", []
        ):
            if period["due"] and period["start"] != still_world.planted_month.isoformat():
                assert (period["variance_minor"], period["explained"]) == (0, []), (account.client_id, period)
