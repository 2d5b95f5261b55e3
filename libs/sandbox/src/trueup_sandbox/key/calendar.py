"""Days and periods of the key: calendar months in the account's zone, written out plainly."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from trueup_sandbox.clock import to_instant

ONE_DAY = timedelta(days=1)


def local_day(at_ms: int, time_zone: str) -> date:
    """The day it is in a zone."""
    return to_instant(at_ms).astimezone(ZoneInfo(time_zone)).date()


def first_of_next(day: date) -> date:
    """The first day of the month after the day's."""
    return date(day.year + 1, 1, 1) if day.month == 12 else date(day.year, day.month + 1, 1)


def month_before(day: date) -> date:
    """The first day of the month before the day's."""
    return (day.replace(day=1) - ONE_DAY).replace(day=1)


def quarter(day: date) -> tuple[date, date]:
    """The first day of the day's calendar quarter and of the one after."""
    first = date(day.year, {1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 6: 4, 7: 7, 8: 7, 9: 7}.get(day.month, 10), 1)
    return first, first_of_next(first_of_next(first_of_next(first)))


def days_between(first: date, end: date) -> list[date]:
    """Every day from the first to the one before the end."""
    return [first + timedelta(days=count) for count in range((end - first).days)]


def nearest(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    whole, rest = divmod(abs(value), 1)
    up = int(whole) + (1 if rest >= Fraction(1, 2) else 0)
    return up if value >= 0 else -up


def percent_text(part: int, whole: int) -> str | None:
    """Part of whole in percent with two digits, sign kept; nothing without a whole."""
    if whole == 0:
        return None
    hundredths = nearest(Fraction(part * 10_000, whole))
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"


def decimal_text(value: Fraction) -> str:
    """At most six digits after the point, no trailing zeros."""
    millionths = nearest(value * 1_000_000)
    sign = "-" if millionths < 0 else ""
    text = f"{abs(millionths) // 1_000_000}.{abs(millionths) % 1_000_000:06d}".rstrip("0").rstrip(".")
    return sign + text if text != "0" else "0"
