"""Where a period and the days that usage is counted by do not begin at the same instant.

Usage comes by days of the analytics project's zone and cannot be cut finer. In another zone the first or the last day of
a period holds hours of its neighbour. How much was used in those hours nobody can tell; what that day holds at most, one can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from reconciler.domain.expected import Expected
from reconciler.domain.formula import figure_text
from reconciler.domain.periods import zone_of
from reconciler.domain.snapshot import Snapshot
from trueup_billing import Period

_DAY = timedelta(days=1)


def boundary_of(snapshot: Snapshot, period: Period, expected: Expected) -> tuple[str, ...]:
    """One sentence for each end of the period that is no midnight of the project's zone; none where nothing was used."""
    used = {part.rate.metric for part in expected.parts if part.rate.is_usage and part.quantity}
    by_zone: dict[str, set[str]] = {}
    for scope in snapshot.scopes:
        for part in scope.coverage:
            if scope.metric in used:
                by_zone.setdefault(part.time_zone, set()).add(scope.metric)
    return tuple(text for there in sorted(by_zone) for text in _sentences(snapshot, period, there, by_zone[there]))


def _sentences(snapshot: Snapshot, period: Period, there: str, metrics: Iterable[str]) -> Iterator[str]:
    zone = snapshot.account.time_zone
    for at, verb, neighbour in ((period.start, "begins", "before"), (period.end, "ends", "after")):
        ahead = _ahead(zone, there, at)
        if not ahead:
            continue
        # A zone that is ahead has its midnight inside the project's day before.
        day, which = (at - _DAY, "last") if ahead > timedelta(0) else (at, "first")
        ours = "count here and belong to" if day in period else "belong here and count in"
        daily = [metric for metric in sorted(metrics) if metric not in snapshot.month_metrics]
        held = f" That day has {_held(snapshot, daily, day)}." if daily else ""
        yield (
            f"In {zone} the period {verb} at another hour than the days of {there}: the {which} "
            f"{_length_text(abs(ahead))} of {day.isoformat()} {ours} the period {neighbour}.{held}"
        )


def _ahead(zone: str, there: str, day: date) -> timedelta:
    """By how much the zone's midnight of a day comes before that of the project's."""
    ours, theirs = (datetime(day.year, day.month, day.day, tzinfo=zone_of(name)) for name in (zone, there))
    return theirs - ours


def _length_text(length: timedelta) -> str:
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    return f"{hours} h" + (f" {minutes} min" if minutes else "")


def _held(snapshot: Snapshot, metrics: list[str], day: date) -> str:
    series = [snapshot.usage[metric] for metric in metrics]
    return " and ".join(f"{figure_text(one.total(day, day + _DAY))} {one.unit}" for one in series)
