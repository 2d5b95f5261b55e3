"""What a quantity costs under each kind of component: exact, and rounded once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reconciler.builders import rate

from reconciler.domain.rating import first_price, price_of, steps_of
from reconciler.domain.snapshot import Rate, Tier

TIERS = (
    Tier(Fraction(1_000), Fraction("0.01")),
    Tier(Fraction(5_000), Fraction("0.008")),
    Tier(None, Fraction("0.005")),
)


def graduated(**more: Any) -> Rate:
    return rate("0", kind="graduated", tiers=TIERS, **more)


def volume(**more: Any) -> Rate:
    return rate("0", kind="volume", tiers=TIERS, **more)


@pytest.mark.parametrize(
    ("quantity", "amount_minor"),
    [(0, 0), (1_000, 1_000), (1_001, 1_001), (5_000, 4_200), (6_000, 4_700), (100_000, 51_700)],
)
def test_domain_rule_07_graduated_units_cost_what_their_own_tier_says(quantity: int, amount_minor: int) -> None:
    assert price_of(Fraction(quantity), graduated()) == amount_minor


@pytest.mark.parametrize(
    ("quantity", "amount_minor"),
    [(0, 0), (1_000, 1_000), (1_001, 801), (5_000, 4_000), (5_001, 2_501), (100_000, 50_000)],
)
def test_domain_rule_07_volume_puts_all_units_at_the_tier_reached(quantity: int, amount_minor: int) -> None:
    assert price_of(Fraction(quantity), volume()) == amount_minor


def test_domain_rule_07_late_units_can_lower_a_volume_bill() -> None:
    assert price_of(Fraction(5_001), volume()) < price_of(Fraction(5_000), volume())


@pytest.mark.parametrize(("quantity", "amount_minor"), [(0, 0), (1, 500), (1_000, 500), (1_001, 1_000)])
def test_domain_rule_07_a_begun_package_costs_the_whole(quantity: int, amount_minor: int) -> None:
    assert price_of(Fraction(quantity), rate("5", kind="package", package_size=Fraction(1_000))) == amount_minor


def test_what_is_included_costs_nothing_and_comes_off_before_the_tiers() -> None:
    assert price_of(Fraction(900), rate("0.01", included=Fraction(1_000))) == 0
    assert price_of(Fraction(1_500), rate("0.01", included=Fraction(1_000))) == 500
    assert price_of(Fraction(2_001), graduated(included=Fraction(1_000))) == 1_001


def test_domain_rule_10_bounds_and_allowance_shrink_with_the_share_of_the_period() -> None:
    half = Fraction(1, 2)
    assert price_of(Fraction(600), graduated(), half) == 580
    assert price_of(Fraction(600), volume(), half) == 480
    assert price_of(Fraction(600), rate("0.01", included=Fraction(1_000)), half) == 100


def test_the_steps_say_what_was_multiplied() -> None:
    steps = steps_of(Fraction(1_500), graduated())
    assert [(int(step.quantity), str(step.unit_price)) for step in steps] == [(1_000, "1/100"), (500, "1/125")]
    assert [step.quantity for step in steps_of(Fraction(0), graduated())] == [0]


def test_the_first_price_weighs_metrics() -> None:
    assert first_price(graduated()) == Fraction("0.01")
    assert first_price(rate("5", kind="package", package_size=Fraction(1_000))) == Fraction("0.005")


@given(quantity=st.fractions(0, 10**7, max_denominator=1000), share=st.fractions("1/31", 1, max_denominator=31))
def test_domain_rule_18_a_line_is_rounded_once(quantity: Fraction, share: Fraction) -> None:
    for one in (graduated(), volume(), rate("0.0037", included=Fraction(17)), rate("0.0037")):
        exact = sum((step.major for step in steps_of(quantity, one, share)), Fraction(0)) * 100
        assert abs(price_of(quantity, one, share) - exact) <= Fraction(1, 2)


@given(first=st.integers(0, 10**6), more=st.integers(0, 10**6))
def test_graduated_never_falls_with_more_units(first: int, more: int) -> None:
    assert price_of(Fraction(first), graduated()) <= price_of(Fraction(first + more), graduated())


def test_less_than_nothing_has_no_tier_and_costs_nothing() -> None:
    tiered = rate("0", kind="graduated", tiers=(Tier(Fraction(10), Fraction(2)), Tier(None, Fraction(1))))
    assert steps_of(Fraction(-5), tiered) == ()
    assert price_of(Fraction(-5), tiered) == 0
    assert [step.quantity for step in steps_of(Fraction(0), tiered)] == [0]
    assert [step.quantity for step in steps_of(Fraction(10), tiered)] == [10]
