"""Money is exact, in minor units, and currencies never meet."""

from __future__ import annotations

import operator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup_billing import Currency, CurrencyMismatch, InvalidValue, Money

USD, JPY, KWD = Currency("USD"), Currency("JPY"), Currency("KWD")
minor = st.integers(min_value=-(10**15), max_value=10**15)
currencies = st.sampled_from([USD, JPY, KWD])


@given(amount=minor, currency=currencies)
def test_major_and_back_is_the_same(amount: int, currency: Currency) -> None:
    money = Money(amount, currency)
    assert Money.from_major(money.to_major(), currency) == money


@given(a=minor, b=minor, c=minor)
def test_sums_do_not_depend_on_order_and_minus_undoes_plus(a: int, b: int, c: int) -> None:
    x, y, z = (Money(n, USD) for n in (a, b, c))
    assert (x + y) + z == x + (z + y)
    assert x + y - y == x
    assert x + -x == Money(0, USD)
    assert (x < y) == (a < b)


@pytest.mark.parametrize(
    ("major", "currency", "expected"),
    [
        (Decimal("0.005"), USD, 1),
        (Decimal("-0.005"), USD, -1),
        (Decimal("0.0049"), USD, 0),
        (Fraction(1, 3), USD, 33),
        (Decimal("1234.5"), JPY, 1235),
        (Decimal("1.0005"), KWD, 1001),
        (7, USD, 700),
    ],
)
def test_domain_rule_18_rounding_happens_once_halves_away_from_zero(
    major: Any, currency: Currency, expected: int
) -> None:
    assert Money.from_major(major, currency).amount_minor == expected


def test_domain_rule_19_two_currencies_are_never_added_or_compared() -> None:
    for meet in (operator.add, operator.sub, operator.lt, operator.le):
        with pytest.raises(CurrencyMismatch, match="USD and JPY"):
            meet(Money(1, USD), Money(1, JPY))
    assert Money(1, USD) != Money(1, JPY)


@pytest.mark.parametrize("amount", [1.0, "1", True, None, Decimal(1)])
def test_domain_rule_18_only_integers_are_money(amount: Any) -> None:
    with pytest.raises(InvalidValue):
        Money(amount, USD)


@pytest.mark.parametrize("code", ["usd", "US", "USDX", "U1D", "", "ÄÖÜ"])
def test_a_currency_is_three_capitals(code: str) -> None:
    with pytest.raises(InvalidValue, match="ISO 4217"):
        Currency(code)


def test_exponents_and_text() -> None:
    assert (USD.exponent, JPY.exponent, KWD.exponent) == (2, 0, 3)
    assert str(Money(520_000, USD)) == "5,200.00 USD"
    assert str(Money(-1_234_567, JPY)) == "-1,234,567 JPY"
