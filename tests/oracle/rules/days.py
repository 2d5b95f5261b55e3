"""Days, periods, shares and rounding, worked out by counting. Nothing here is shared with the product."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
Span = tuple[date, date]
"""Half-open days."""


def zone_named(name: str) -> Any:
    """The zone, or UTC where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return UTC


def day_in(zone: str, instant: datetime) -> date:
    """What the calendar on the wall says there."""
    return instant.astimezone(zone_named(zone)).date()


@lru_cache(maxsize=10_000)
def beginning(zone: str, day: date) -> datetime:
    """The first instant of a day, found by walking towards it in quarters of an hour."""
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    while day_in(zone, instant) < day:
        instant += timedelta(minutes=15)
    return instant


def days_of(span: Span) -> list[date]:
    """Every day, in order."""
    found, day = [], span[0]
    while day < span[1]:
        found.append(day)
        day += ONE_DAY
    return found


def month_of(day: date) -> Span:
    """The calendar month around a day."""
    first = day
    while first.day != 1:
        first -= ONE_DAY
    last = first + ONE_DAY
    while last.day != 1:
        last += ONE_DAY
    return first, last


def quarter_of(day: date) -> Span:
    """The calendar quarter around a day."""
    first, last = month_of(day)
    while first.month not in {1, 4, 7, 10}:
        first = month_of(first - ONE_DAY)[0]
    while last.month not in {1, 4, 7, 10}:
        last = month_of(last)[1]
    return first, last


@lru_cache(maxsize=10_000)
def begins_period(anchor: int, day: date) -> bool:
    """Whether a period begins: on the anchor day, or on the last day of a month that has none."""
    ends_month = (day + ONE_DAY).day == 1
    return day.day == anchor or (ends_month and day.day < anchor)


@lru_cache(maxsize=10_000)
def period_of(anchor: int, day: date) -> Span:
    """The period around a day."""
    first = day
    while not begins_period(anchor, first):
        first -= ONE_DAY
    last = first + ONE_DAY
    while not begins_period(anchor, last):
        last += ONE_DAY
    return first, last


def period_before(anchor: int, day: date) -> Span:
    """The period that was over before the one around the day began."""
    return period_of(anchor, period_of(anchor, day)[0] - ONE_DAY)


def share(zone: str, proration: str, whole: Span, part: Span) -> Fraction:
    """How much of the whole the part is, by the contract's way of counting."""
    if proration == "none" or (part[0] <= whole[0] and whole[1] <= part[1]):
        return Fraction(1)
    if proration == "day":
        return Fraction(len(days_of(part)), len(days_of(whole)))
    lasts = [(beginning(zone, last) - beginning(zone, first)).total_seconds() for first, last in (part, whole)]
    return Fraction(int(lasts[0]), int(lasts[1]))


def meet(one: Span, other: Span) -> Span | None:
    """The days that both have."""
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first < last else None


def nearest(value: Fraction) -> int:
    """Rounded to a whole number, halves away from zero."""
    if value < 0:
        return -nearest(-value)
    whole = int(value)
    return whole + 1 if value - whole >= Fraction(1, 2) else whole
