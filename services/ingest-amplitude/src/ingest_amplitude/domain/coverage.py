"""Which days are known as of when: the claim that goes with the published values."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ingest_amplitude.domain.windows import days_between


@dataclass(frozen=True, slots=True)
class Run:
    """Days from `first` to `last`, both included, complete up to the instant `as_of`."""

    first: date
    last: date
    as_of: datetime


Coverage = tuple[Run, ...]


def overlay(coverage: Iterable[Run], run: Run, spared: Collection[date] = ()) -> Coverage:
    """Add a run, but for the `spared` days, of which it does not speak.

    Where two speak of the same day, the later instant holds: knowledge never gets older.
    """
    known = by_day(coverage)
    for day in days_between(run.first, run.last):
        if day in spared:
            continue
        known[day] = max(known.get(day, run.as_of), run.as_of)
    return _runs(known)


def cap(coverage: Iterable[Run], as_of: datetime) -> Coverage:
    """Claim nothing later than `as_of`: for accounts that join and were not asked for until then."""
    return _runs({day: min(moment, as_of) for day, moment in by_day(coverage).items()})


def without(coverage: Iterable[Run], days: Collection[date]) -> Coverage:
    """Claim nothing of these days."""
    return _runs({day: as_of for day, as_of in by_day(coverage).items() if day not in days})


def by_day(coverage: Iterable[Run]) -> dict[date, datetime]:
    """Each covered day with its instant."""
    return {day: run.as_of for run in coverage for day in days_between(run.first, run.last)}


def _runs(known: dict[date, datetime]) -> Coverage:
    runs: list[Run] = []
    for day in sorted(known):
        last = runs[-1] if runs else None
        if last is not None and last.as_of == known[day] and day - last.last == timedelta(days=1):
            runs[-1] = Run(last.first, day, last.as_of)
        else:
            runs.append(Run(day, day, known[day]))
    return tuple(runs)


def seamless(coverage: Iterable[Run], first: date, last: date) -> bool:
    """Whether every day from first to last is covered."""
    known = by_day(coverage)
    return all(day in known for day in days_between(first, last))
