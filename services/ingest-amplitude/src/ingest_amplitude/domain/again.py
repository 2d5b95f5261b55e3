"""Which past days are asked for again: events come late, and a month is settled only some days after its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.domain.unread import Days, is_asked
from ingest_amplitude.domain.windows import day_start, days_between
from trueup_billing import month_of

DAY = timedelta(days=1)
DAYS_PER_QUESTION = 31
"""A sum split by account over 31 days costs 279 of the 1000 that five minutes give."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How far asking again has come: the last night, and the first day of the last month that was settled."""

    night: date | None = None
    month: date | None = None


NO_MARKS = Marks()
AT_ONCE = date.min
"""A night that does not wait for its hour."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How often; see the settings."""

    trailing_days: int = 3
    reread_days: int = 10
    reread_hour: int = 3
    close_days: int = 4


USUAL = Rules()


@dataclass(frozen=True, slots=True)
class Again:
    """Days to ask for, both included, and the marks once they were read."""

    first: date
    last: date
    marks: Marks


def first_marks(marks: Marks, today: date, rules: Rules) -> Marks:
    """Where a scope begins that was never asked again: what was just read needs no second look tonight."""
    last_month = month_of(month_of(today).start - DAY).start
    settled = last_month if _is_settled(today, rules) else month_of(last_month - DAY).start
    return Marks(marks.night or today, marks.month or settled)


def reopened(marks: Marks, lowered: Sequence[date], today: date, rules: Rules) -> Marks:
    """The marks when less is claimed of these days than was: they are due again at once."""
    if marks.night is not None and any(day <= today - rules.trailing_days * DAY for day in lowered):
        marks = replace(marks, night=AT_ONCE)
    last_month = month_of(month_of(today).start - DAY).start
    if marks.month is not None and any(last_month <= day < month_of(today).start for day in lowered):
        marks = replace(marks, month=min(marks.month, month_of(last_month - DAY).start))
    return marks


def next_look(
    metric: Metric,
    known: Mapping[date, datetime],
    marks: Marks,
    *,
    now: datetime,
    first: date,
    unread: Days | None,
    rules: Rules,
) -> Again | None:
    """What is to be asked for next, besides the trailing days; None when nothing is due.

    Args:
        metric: what is asked for.
        known: each day that is covered, with its instant.
        marks: how far asking again has come.
        now: in the project's zone.
        first: the first day that is read at all.
        unread: days that the export could not read, of a past that it reads otherwise; None: questions read all of it.
        rules: how often.
    """
    last = _last_past(metric, now.date(), rules)
    missing = [
        day
        for day in days_between(first, last)
        if not (_is_read(metric, known, day, now) if unread is None else is_asked(day, unread, known))
    ]
    found = _filling(metric, missing, marks, first) if missing else None
    return found or _at_night(metric, marks, now, first, rules) or _settling(marks, now, first, rules)


def _filling(metric: Metric, missing: Sequence[date], marks: Marks, first: date) -> Again:
    """The newest of the missing days, a question's worth of them."""
    last = missing[-1]
    if metric.additive:
        return Again(next(day for day in missing if last - day < DAYS_PER_QUESTION * DAY), last, marks)
    return Again(max(first, month_of(last).start), month_of(last).end - DAY, marks)


def _last_past(metric: Metric, today: date, rules: Rules) -> date:
    """The last day that the trailing question does not ask for."""
    return today - rules.trailing_days * DAY if metric.additive else month_of(today).start - DAY


def _is_read(metric: Metric, known: Mapping[date, datetime], day: date, now: datetime) -> bool:
    """A day, or month, that was last looked at while it ran is not read whole."""
    if day not in known or now.tzinfo is None:
        return day in known
    end = day + DAY if metric.additive else month_of(day).end
    return known[day] >= day_start(end, now.tzinfo)


def _at_night(metric: Metric, marks: Marks, now: datetime, first: date, rules: Rules) -> Again | None:
    today = now.date()
    waits = now.hour < rules.reread_hour and marks.night != AT_ONCE
    if marks.night is None or marks.night >= today or waits:
        return None
    last = _last_past(metric, today, rules)
    if metric.additive:
        begin = today - (rules.reread_days - 1) * DAY
    elif marks.month is not None and marks.month >= month_of(last).start:
        return None  # settled: it is not looked at night by night any more
    else:
        begin = month_of(last).start
    begin = max(first, begin)
    return Again(begin, last, replace(marks, night=today)) if begin <= last else None


def _settling(marks: Marks, now: datetime, first: date, rules: Rules) -> Again | None:
    today = now.date()
    last = month_of(today).start - DAY
    if marks.month is None or marks.month >= month_of(last).start or not _is_settled(today, rules) or last < first:
        return None
    return Again(max(first, month_of(last).start), last, replace(marks, month=month_of(last).start))


def _is_settled(today: date, rules: Rules) -> bool:
    return today >= month_of(today).start + rules.close_days * DAY
