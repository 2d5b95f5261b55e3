from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup_sandbox.key.forecast import fit, spread
from trueup_sandbox.world.world import World

Ask = Callable[..., dict[str, Any]]


@given(st.integers(-50, 50), st.integers(-1000, 1000), st.sets(st.integers(0, 200), min_size=2))
def test_points_on_a_line_give_that_line(slope: int, base: int, places: set[int]) -> None:
    line = fit([(x, base + slope * x) for x in places])
    assert (line.slope, line.intercept) == (Fraction(slope), Fraction(base))


def test_a_falling_line_stops_at_zero() -> None:
    line = fit([(date(2026, 1, day).toordinal(), 30 - day) for day in range(1, 29)])
    assert line.sum_over([date(2026, 2, 10)]) == 0


def test_a_line_without_scatter_and_days_without_a_sum_have_no_range() -> None:
    straight = [(x, 3 + 2 * x) for x in range(9)]
    assert spread(straight, fit(straight), [20, 21]) == 0
    bumpy = [(0, 0), (1, 5), (2, 1)]
    assert spread(bumpy, fit(bumpy), []) == 0
    assert spread(bumpy, fit(bumpy), [3]) > 0


@given(st.lists(st.integers(0, 10**6), min_size=4, max_size=60), st.integers(1, 40))
def test_the_range_is_that_of_matrices(values: list[int], ahead: int) -> None:
    """The same by the general formula of linear models, with floats."""
    points = list(enumerate(values))
    days = list(range(len(values), len(values) + ahead))
    design = np.array([[1.0, x] for x, _ in points])
    y = np.array(values, dtype=float)
    solved, *_ = np.linalg.lstsq(design, y, rcond=None)
    scatter = float(((y - design @ solved) ** 2).sum()) / (len(values) - 2)
    asked = np.array([float(ahead), float(sum(days))])
    root = math.sqrt(scatter * (ahead + float(asked @ np.linalg.inv(design.T @ design) @ asked)))
    assert float(spread(points, fit(points), days)) == pytest.approx(1.28 * root, rel=1e-6, abs=1e-3)


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
