"""Days of which the export met something that cannot be read: it says nothing of them any more, questions do.

The export's totals of such a day lack what could not be read, so it neither announces nor claims it, not later either;
what it goes on to meet of the day only makes a question due.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeAlias

from ingest_amplitude.domain.coverage import Coverage, by_day, without
from ingest_amplitude.domain.tally import Tally
from ingest_amplitude.domain.windows import days_between

Days: TypeAlias = Mapping[date, datetime]
"""Each unread day of a metric, and up to where the export had come when it last met something of it."""
Unread: TypeAlias = Mapping[str, Days]
"""metric → its unread days."""


def noticed(unread: Unread, tally: Tally, *, first: date, last: date, end: datetime) -> dict[str, dict[date, datetime]]:
    """What is new of unread days in exported hours.

    An event whose day nobody knows may lie on any from `first`, where the history begins, to `last`, that of its upload.
    `end`: up to where the export has come; an answer that was counted later knows of everything that was met.
    """
    met = {(metric, day) for metric, known in tally.unread for day in ([known] if known else days_between(first, last))}
    met |= {(key.metric, key.day) for key in tally.totals if key.day in unread.get(key.metric, {})}
    found: dict[str, dict[date, datetime]] = {}
    for metric, day in met:
        found.setdefault(metric, {})[day] = end
    return found


def together(unread: Unread, more: Unread) -> dict[str, dict[date, datetime]]:
    """Both; of a day that is in both the second holds."""
    return {name: {**unread.get(name, {}), **more.get(name, {})} for name in unread.keys() | more.keys()}


def is_asked(day: date, days: Days, known: Mapping[date, datetime]) -> bool:
    """Whether a question has answered for an unread day since the export last met something of it; others need none."""
    return day not in days or (day in known and known[day] >= days[day])


def claimable(coverage: Coverage, days: Days, *, joined: bool) -> Coverage:
    """Of the unread days only those that were asked for since.

    Args:
        coverage: what a scope claims.
        days: the metric's unread days.
        joined: whether accounts have just joined the scope: no question was asked for them.
    """
    known = by_day(coverage)
    return without(coverage, {day for day in days if joined or not is_asked(day, days, known)})
