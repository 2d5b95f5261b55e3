"""How a line was worked out, in words that end in the very amount of the line."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from tests.unit.reconciler.builders import rate

from reconciler.domain.expected import ExpectedPart
from reconciler.domain.formula import figure_text, formula_of
from reconciler.domain.snapshot import Tier
from reconciler.domain.text import span_text
from trueup_billing import Period

TIERS = (Tier(Fraction(1_000), Fraction("0.02")), Tier(None, Fraction("0.01")))


def formula(quantity: int, share: Fraction = Fraction(1), price: str = "0.01", **more: Any) -> str:
    part = ExpectedPart(rate(price, **more), Fraction(quantity), 0, date(2026, 10, 1), date(2026, 10, 31), share)
    return formula_of(part)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1_234_567), "1,234,567"),
        (Fraction(2_469, 2), "1,234.5"),
        (Fraction(1, 3), "≈ 0.333333"),
        (Fraction(-1, 2), "-0.5"),
        (Fraction(-2_469, 2), "-1,234.5"),
    ],
)
def test_figures_have_their_thousands_apart_and_say_when_they_are_rounded(value: Fraction, text: str) -> None:
    assert figure_text(value) == text


def test_usage_is_quantity_times_price() -> None:
    assert formula(12_500) == "12,500 calls × 0.01 USD"
    assert formula(1_500, kind="graduated", tiers=TIERS) == "1,000 calls × 0.02 USD + 500 calls × 0.01 USD"


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"included": Fraction(500)}, "1,000 calls × 0.01 USD (of 1,500 calls, 500 included)"),
        ({"kind": "volume", "tiers": TIERS}, "1,500 calls × 0.01 USD (all units at the tier reached)"),
        (
            {"kind": "package", "package_size": Fraction(1_000)},
            "2 packages of 1000 calls × 0.01 USD (1,500 calls in begun packages)",
        ),
        ({"kind": "as_invoiced"}, "1,500 calls × 0.01 USD (the invoices' own price)"),
    ],
)
def test_what_a_person_would_ask_is_said_behind_it(more: dict[str, Any], text: str) -> None:
    assert formula(1_500, **more) == text


def test_a_part_of_the_period_is_said() -> None:
    half = formula(1_500, Fraction(1, 2), included=Fraction(1_000))
    assert half == "1,000 calls × 0.01 USD (of 1,500 calls, 500 included; tiers and allowance for 1/2 of the period)"
    assert formula(1, Fraction(16, 31), kind="flat", amount_minor=3_100) == "31.00 USD × 16/31 of the period"


def test_fees_minimums_and_discounts_name_what_they_are_made_of() -> None:
    assert formula(1, kind="flat", amount_minor=3_100) == "31.00 USD"
    least = formula(20_000, kind="minimum", amount_minor=50_000)
    assert least == "up to the minimum of 500.00 USD, less 200.00 USD reached"
    assert formula(20_000, kind="discount", percent=Fraction(25, 2)) == "12.5 % off 200.00 USD"
    assert formula(20_000, kind="discount", amount_minor=1_000) == "10.00 USD off 200.00 USD"


def test_a_period_that_is_no_month_is_said_by_its_days() -> None:
    assert span_text(Period(date(2026, 10, 1), date(2026, 11, 1))) == "October 2026"
    assert span_text(Period(date(2026, 10, 15), date(2026, 11, 15))) == "15 October to 14 November 2026"
    assert span_text(Period(date(2026, 12, 15), date(2027, 1, 15))) == "15 December 2026 to 14 January 2027"
