"""Exact numbers in words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reconciler.domain.text import quantity_text, scaled_text


@pytest.mark.parametrize(
    ("value", "scale", "text"), [(1250, 2, "12.5"), (1250, 0, "1250"), (-5, 1, "-0.5"), (300, 2, "3"), (0, 3, "0")]
)
def test_a_scaled_number_reads_as_the_quantity_it_is(value: int, scale: int, text: str) -> None:
    assert scaled_text(value, scale) == text == quantity_text(Fraction(value, 10**scale))
