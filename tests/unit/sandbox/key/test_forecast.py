from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup_sandbox.key.forecast import fit
from trueup_sandbox.world.world import World

Ask = Callable[..., dict[str, Any]]


@given(st.integers(-50, 50), st.integers(-1000, 1000), st.sets(st.integers(0, 200), min_size=2))
def test_points_on_a_line_give_that_line(slope: int, base: int, places: set[int]) -> None:
    line = fit([(x, base + slope * x) for x in places])
    assert (line.slope, line.intercept) == (Fraction(slope), Fraction(base))


def test_a_falling_line_stops_at_zero() -> None:
    line = fit([(date(2026, 1, day).toordinal(), 30 - day) for day in range(1, 29)])
    assert line.sum_over([date(2026, 2, 10)]) == 0


def test_the_amount_is_what_a_spreadsheet_says(still_world: World, ask: Ask) -> None:
    """The textbook formula on the same days, with floats."""
    account = next(one for one in still_world.accounts if one.planted and one.planted.name == "variance_0")
    answer = ask(still_world, account.client_id)["forecast"]
    usage, series = still_world.desk.usage, account.series[0]
    days = [date(2026, 8, 1) + timedelta(days=count) for count in range((date(2026, 11, 23) - date(2026, 8, 1)).days)]
    values = [usage.planned(series, day, day + timedelta(days=1)) for day in days]
    mean_x, mean_y = (len(days) - 1) / 2, sum(values) / len(values)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in enumerate(values)) / sum(
        (x - mean_x) ** 2 for x in range(len(days))
    )
    rest = sum(mean_y + slope * (x - mean_x) for x in range(len(days), (date(2027, 1, 1) - date(2026, 8, 1)).days))
    closed = sum(value for day, value in zip(days, values, strict=True) if day >= date(2026, 10, 1))
    projected = Fraction(answer["metrics"][0]["projected_quantity"])
    assert float(projected) == pytest.approx(closed + rest, rel=1e-9)
    assert answer["amount_minor"] == pytest.approx(
        float(projected * Fraction(account.prices[0].unit_price) * 100), abs=1
    )


def test_a_day_closes_only_once_it_was_seen_to_its_end(still_world: World, ask: Ask) -> None:
    account = still_world.accounts[0]
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    whole = ask(still_world, account.client_id, now=now, seen=now)["forecast"]
    late = ask(still_world, account.client_id, now=now, seen=now - timedelta(hours=13))["forecast"]
    assert whole["status"] == late["status"] == "ok"
    assert whole["metrics"] != late["metrics"]


def test_new_accounts_have_too_little_history(still_world: World, ask: Ask) -> None:
    for account in still_world.accounts:
        if account.active_from > date(2026, 8, 1):
            assert ask(still_world, account.client_id)["forecast"]["status"] in {"not_enough_history", "ended"}
