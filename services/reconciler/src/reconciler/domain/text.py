"""Exact numbers as people and programs read them."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from trueup_billing import Currency, Money, Period, round_half_up

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


def span_text(period: Period) -> str:
    """`October 2026` for a calendar month, else its first and last day: `15 October to 14 November 2026`."""
    start, last = period.start, period.end - timedelta(days=1)
    if start.day == 1 and period.end.day == 1:
        return f"{_MONTHS[start.month - 1]} {start.year}"
    year = f" {start.year}" if start.year != last.year else ""
    return f"{start.day} {_MONTHS[start.month - 1]}{year} to {last.day} {_MONTHS[last.month - 1]} {last.year}"


def start_text(first: date) -> str:
    """A period by its first day alone: `October 2026`, or `Period from 15 October 2026`."""
    month = f"{_MONTHS[first.month - 1]} {first.year}"
    return month if first.day == 1 else f"Period from {first.day} {month}"
