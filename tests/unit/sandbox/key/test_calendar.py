from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup_sandbox.clock import to_ms
from trueup_sandbox.key.calendar import decimal_text, local_day, month_before, nearest, percent_text, quarter


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", 1), ("America/Los_Angeles", 30), ("Asia/Tokyo", 1), ("Europe/Berlin", 1)]
)
def test_the_day_is_the_zones(zone: str, day: int) -> None:
    assert local_day(to_ms(datetime(2026, 12, 1, 2, tzinfo=UTC)), zone).day == day


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_halves_go_away_from_zero(value: Decimal) -> None:
    assert nearest(Fraction(value)) == int(value.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(7, 100, "7.00"), (-5, 100, "-5.00"), (1, 3, "33.33"), (-1, 20_000, "-0.01"), (0, 9, "0.00"), (1, 0, None)],
)
def test_percent(part: int, whole: int, text: str | None) -> None:
    assert percent_text(part, whole) == text


@pytest.mark.parametrize(
    ("value", "text"), [("12.5", "12.5"), ("0.0000005", "0.000001"), ("-0.0000001", "0"), ("1000", "1000")]
)
def test_quantities_have_six_digits_and_no_idle_zeros(value: str, text: str) -> None:
    assert decimal_text(Fraction(value)) == text


def test_quarters_and_months() -> None:
    assert quarter(date(2026, 11, 23)) == (date(2026, 10, 1), date(2027, 1, 1))
    assert quarter(date(2026, 3, 31)) == (date(2026, 1, 1), date(2026, 4, 1))
    assert month_before(date(2026, 1, 15)) == date(2025, 12, 1)
