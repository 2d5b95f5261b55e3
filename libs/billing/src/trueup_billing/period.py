"""Periods: half-open runs of calendar days in an account's billing time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from trueup_billing.errors import InvalidValue


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidValue(f"a period ends after it starts, not {self.start} to {self.end}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __len__(self) -> int:
        return (self.end - self.start).days

    def days(self) -> Iterator[date]:
        """Every day of the period, in order."""
        for offset in range(len(self)):
            yield self.start + timedelta(days=offset)

    @property
    def next(self) -> Period:
        """The calendar month that starts where this one ends (for monthly periods)."""
        return month_of(self.end)

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"


def month_of(day: date) -> Period:
    """The calendar month that holds the day."""
    start = day.replace(day=1)
    end = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return Period(start, end)


def months_between(first: date, last: date) -> Iterator[Period]:
    """The calendar months from the one holding `first` to the one holding `last`, both included."""
    period = month_of(first)
    while period.start <= last:
        yield period
        period = period.next


def quarter_of(day: date) -> Period:
    """The calendar quarter that holds the day."""
    start = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return Period(start, month_of(start).next.next.end)
