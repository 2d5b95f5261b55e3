"""Decimals are exact, finite and of sensible size; their text is the shortest."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup_billing import InvalidValue, format_decimal, parse_decimal, round_half_up

sensible = st.decimals(min_value=Decimal("-1e20"), max_value=Decimal("1e20"), allow_nan=False, places=6)


@given(value=sensible)
def test_text_and_back_is_the_same_value(value: Decimal) -> None:
    text = format_decimal(value)
    assert parse_decimal(text) == value
    assert "E" not in text
    assert not ("." in text and text.endswith("0"))


@given(value=st.fractions(min_value=-(10**9), max_value=10**9))
def test_rounding_is_nearest_and_symmetric(value: Fraction) -> None:
    rounded = round_half_up(value)
    assert abs(rounded - value) <= Fraction(1, 2)
    assert round_half_up(-value) == -rounded


@pytest.mark.parametrize(
    ("value", "text"),
    [("1E+2", "100"), ("1.50", "1.5"), ("-0", "0"), ("0.000", "0"), ("-0.10", "-0.1"), ("100", "100")],
)
def test_the_shortest_form(value: str, text: str) -> None:
    assert format_decimal(Decimal(value)) == text


@pytest.mark.parametrize("value", [("0.5", 1), ("-0.5", -1), ("1.5", 2), ("2.5", 3), ("-2.5", -3), ("0.49", 0)])
def test_halves_go_away_from_zero(value: tuple[str, int]) -> None:
    assert round_half_up(Decimal(value[0])) == value[1]


@pytest.mark.parametrize("value", [1.0, True, "NaN", "Infinity", "-inf", "", "1,5", "1e61", "1e-61", "9" * 61, "0x1"])
def test_what_is_no_exact_number_is_refused(value: Any) -> None:
    with pytest.raises(InvalidValue):
        parse_decimal(value)
