"""Gaps are drawn as gaps, the line ends at quarter end, and nothing leaves the frame."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dashboard_api.report_samples import account

from dashboard_api.domain.exports.chart import chart

TREND = account()["trend_detail"][0]


def line(intercept: str, slope: str) -> dict[str, str]:
    return {"from": "2026-08-01", "to": "2026-12-31", "intercept": intercept, "slope": slope}


def drawn(**changes: Any) -> dict[str, Any]:
    made = chart(TREND | changes)
    assert made is not None
    return made


def test_usage_is_solid_up_to_yesterday_and_the_forecast_goes_on_from_there() -> None:
    made = drawn()
    assert [len(part) for part in made["actual"]] == [40, 74], "cut at the gap, and without the day that is not over"
    assert made["actual"][0][0][0] == 0.0
    assert made["forecast"][0][0] == made["actual"][-1][-1][0] == made["fitted"][-1][0]
    assert made["forecast"][-1][0] == 1.0
    assert [each["text"] for each in made["months"]] == ["Aug", "Sep", "Oct", "Nov", "Dec"]
    assert "API calls a day" in made["alt"]


def test_without_a_line_there_is_no_forecast() -> None:
    made = drawn(line=None)
    assert (made["fitted"], made["forecast"]) == ([], [])
    assert made["actual"][-1][-1][0] == 1.0


def test_a_falling_line_stays_at_zero() -> None:
    made = drawn(line=line("1000", "-10"))
    heights = [height for _, height in made["fitted"] + made["forecast"]]
    assert min(heights) == 0.0
    assert len(made["fitted"]) == 3, "bent where it reaches zero"


def test_nothing_known_is_no_chart() -> None:
    assert chart(TREND | {"days": []}) is None
    assert chart(TREND | {"days": [{"day": "2026-08-01", "quantity": None, "closed": True}]}) is None
    assert chart(TREND | {"days": [{"day": "2026-08-01", "quantity": "5", "closed": False}]}) is None


def test_a_single_day_and_no_usage_at_all_are_drawn() -> None:
    [day] = [{"day": "2026-08-01", "quantity": "0", "closed": True}]
    assert drawn(days=[day], line=None)["actual"] == [[(0.0, 0.0)]]


@given(st.integers(-(10**6), 10**9), st.integers(-(10**6), 10**6), st.lists(st.integers(0, 10**12), min_size=1))
def test_everything_is_inside_the_frame(intercept: int, slope: int, quantities: list[int]) -> None:
    days = [
        {"day": f"2026-{8 + each // 28:02}-{each % 28 + 1:02}", "quantity": str(quantity), "closed": True}
        for each, quantity in enumerate(quantities[:100])
    ]
    made = drawn(days=days, line=line(str(intercept), str(slope)))
    points = [*made["fitted"], *made["forecast"], *(point for part in made["actual"] for point in part)]
    assert all(0.0 <= x <= 1.0 and 0.0 <= y <= 1.0 for x, y in points)
