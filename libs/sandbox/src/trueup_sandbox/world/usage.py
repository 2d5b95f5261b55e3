"""The usage of the world: what each series reports on each day, and when each report became visible.

A day's planned quantity follows from the seed and is never stored. Days of the history arrive as one report, days since
the world's birth as four. Reports beyond the plan (`Extra`) are stored: planted ones, late ones and live happenings.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from trueup_sandbox.clock import DAY_MS, HOUR_MS, day_start_ms
from trueup_sandbox.world.accounts import Account, Cast, Series
from trueup_sandbox.world.chance import mix

_WEEK_PERCENT = (104, 108, 110, 109, 103, 84, 82)
PORTIONS = 4
PORTION_S = 21_600
MILLISECOND = 137
"""Planned reports come at this millisecond of their second, so that none falls on an hour."""
_MARGIN_DAYS = 40


@dataclass(frozen=True, slots=True, order=True)
class Extra:
    """A report beyond the plan."""

    at_ms: int
    series: int
    day: int
    """Days since the start of the history."""
    quantity: int


class Report(NamedTuple):
    """One planned event of a series and day."""

    quantity: int
    at_ms: int
    """When it was uploaded and became visible."""
    number: int
    """Which of the day's reports it is."""


@dataclass(slots=True)
class _Sums:
    """Extras of one series and day: instants and running totals, for a quick look-up as of any instant."""

    at_ms: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)

    def add(self, at_ms: int, quantity: int) -> None:
        self.at_ms.append(at_ms)
        self.totals.append(quantity + (self.totals[-1] if self.totals else 0))

    def at(self, as_of_ms: int) -> int:
        place = bisect_right(self.at_ms, as_of_ms)
        return self.totals[place - 1] if place else 0


class UsageBook:
    """Every quantity of every series on every day, as of any instant."""

    def __init__(self, cast: Cast, *, seed: int, first_day: date, born_day: date) -> None:
        self.series = cast.series
        self.first_day = first_day
        self._accounts = cast.accounts
        self._seed = seed
        self._first_ms = day_start_ms(first_day)
        self._born_index = (born_day - first_day).days
        self._planned = [array("q") for _ in cast.series]
        self._sums: dict[tuple[int, int], _Sums] = {}
        self._by_hour: dict[int, list[Extra]] = defaultdict(list)
        self._times = [[one.second_of_day + PORTION_S * portion for portion in range(PORTIONS)] for one in cast.series]
        self._hours: list[list[int]] = [[] for _ in range(PORTION_S // 3600)]
        for one in cast.series:
            self._hours[one.second_of_day // 3600].append(one.index)
        self.extend_to(born_day + timedelta(days=_MARGIN_DAYS))

    def index(self, day: date) -> int:
        """Days since the start of the history."""
        return (day - self.first_day).days

    def day(self, index: int) -> date:
        """The inverse of `index`."""
        return self.first_day + timedelta(days=index)

    def extend_to(self, day: date) -> None:
        """Work out the plan up to the day, included."""
        end = self.index(day) + 1
        for one, planned in zip(self.series, self._planned, strict=True):
            if len(planned) < end:
                planned.extend(self._plan(one, self._accounts[one.account], len(planned), end))

    def _plan(self, one: Series, account: Account, start: int, end: int) -> list[int]:
        active_from = self.index(account.active_from)
        active_to = self.index(account.active_to) if account.active_to else end
        weekday = self.first_day.weekday()
        daily, growth, subject = one.daily, one.growth_permille, mix(self._seed, one.index)
        return [
            daily * (1000 + growth * day // 365) * _WEEK_PERCENT[(weekday + day) % 7] * (950 + mix(subject, day) % 101)
            // 100_000_000
            if active_from <= day < active_to
            else 0
            for day in range(start, end)
        ]  # fmt: skip

    def plan(self, series: int, day: date, quantity: int) -> None:
        """Overrule the plan of one day; only for what is planted while the history is made."""
        self._planned[series][self.index(day)] = quantity

    def planned(self, series: int, start: date, end: date) -> int:
        """The planned total of the half-open days."""
        return sum(self._planned[series][max(0, self.index(start)) : self.index(end)])

    def add(self, extra: Extra) -> None:
        """Store a report beyond the plan."""
        key = (extra.series, extra.day)
        if (sums := self._sums.get(key)) is None:
            sums = self._sums[key] = _Sums()
        sums.add(extra.at_ms, extra.quantity)
        self._by_hour[extra.at_ms // HOUR_MS].append(extra)

    def value(self, series: int, day: int, as_of_ms: int) -> int:
        """The total of a series on a day (by index), as far as it was visible at the instant."""
        if day < 0:
            return 0
        sums = self._sums.get((series, day))
        extra = sums.at(as_of_ms) if sums else 0
        start_ms = self._first_ms + day * DAY_MS
        if start_ms + DAY_MS <= as_of_ms and day < len(self._planned[series]):
            return self._planned[series][day] + extra
        return extra + sum(report.quantity for report in self._reports(series, day) if report.at_ms <= as_of_ms)

    def reports_on(self, series: int, day: int, as_of_ms: int) -> int:
        """How many reports of a series on a day (by index) were visible at the instant."""
        if day < 0:
            return 0
        sums = self._sums.get((series, day))
        extra = bisect_right(sums.at_ms, as_of_ms) if sums else 0
        return extra + sum(report.at_ms <= as_of_ms for report in self._reports(series, day))

    def total(self, series: int, start: date, end: date, as_of_ms: int) -> int:
        """The total of the half-open days as far as it was visible at the instant."""
        return sum(self.value(series, day, as_of_ms) for day in range(self.index(start), self.index(end)))

    def _reports(self, series: int, day: int) -> list[Report]:
        """The planned reports of a day."""
        if day >= len(self._planned[series]):
            self.extend_to(self.day(day + _MARGIN_DAYS))
        quantity = self._planned[series][day]
        if quantity == 0:
            return []
        start_ms = self._first_ms + day * DAY_MS
        times = self._times[series]
        if day < self._born_index:
            slot = self.series[series].slot
            return [Report(quantity, start_ms + times[slot] * 1000 + MILLISECOND, slot)]
        part = quantity // PORTIONS
        parts = [part] * (PORTIONS - 1) + [quantity - part * (PORTIONS - 1)]
        return [
            Report(parts[number], start_ms + times[number] * 1000 + MILLISECOND, number) for number in range(PORTIONS)
        ]

    def moves(self, series: int, after_ms: int, until_ms: int) -> list[int]:
        """The instants after the first and up to the second one at which some day of a series grew."""
        days = range((after_ms - self._first_ms) // DAY_MS, (until_ms - self._first_ms) // DAY_MS + 1)
        planned = {report.at_ms for day in days if day >= 0 for report in self._reports(series, day)}
        hours = range(after_ms // HOUR_MS, until_ms // HOUR_MS + 1)
        extra = {one.at_ms for hour in hours for one in self.extras_in(hour) if one.series == series}
        return sorted(at_ms for at_ms in planned | extra if after_ms < at_ms <= until_ms)

    def any_in(self, hour: int) -> bool:
        """Whether anything may have been uploaded in an hour (hours since 1970)."""
        return hour * HOUR_MS >= self._first_ms or hour in self._by_hour

    def planned_in(self, hour: int) -> tuple[int, int, list[tuple[int, int]]]:
        """Planned reports uploaded in an hour (since 1970): day by index, slot of the day, and (series, quantity)."""
        start_ms = hour * HOUR_MS
        day = (start_ms - self._first_ms) // DAY_MS
        slot, second = divmod(start_ms % DAY_MS // 1000, PORTION_S)
        reporting = self._hours[second // 3600]
        if not 0 <= day < self._born_index:
            found = (
                []
                if day < 0
                else [
                    (one, report.quantity)
                    for one in reporting
                    for report in self._reports(one, day)
                    if report.number == slot
                ]
            )
            return day, slot, found
        series, planned = self.series, self._planned
        return (
            day,
            slot,
            [(one, planned[one][day]) for one in reporting if series[one].slot == slot and planned[one][day]],
        )

    def extras_in(self, hour: int) -> list[Extra]:
        """Reports beyond the plan uploaded in an hour (since 1970)."""
        return self._by_hour.get(hour, [])
