"""Exact numbers as people and programs read them."""

from __future__ import annotations

from fractions import Fraction

from trueup_billing import Currency, Money, round_half_up

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def scaled_text(value: int, scale: int) -> str:
    """`scaled_text(1250, 2)` is "12.5": like `quantity_text`, for values that are read by the thousand."""
    return str(value) if scale == 0 else quantity_text(Fraction(value, 10**scale))


def quantity_text(value: Fraction) -> str:
    """Decimal text rounded half up to 6 digits, trailing zeros stripped, never "-0"."""
    millionths = round_half_up(value * 10**6)
    whole, rest = divmod(abs(millionths), 10**6)
    digits = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
    return f"-{digits}" if millionths < 0 else digits


def money_text(amount_minor: int, currency: str) -> str:
    """An amount with its currency: `5,200.00 USD`."""
    return str(Money(amount_minor, Currency(currency)))


def month_text(year: int, month: int) -> str:
    """`October 2026`."""
    return f"{_MONTHS[month - 1]} {year}"
