"""Days and periods in an account's own zone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reconciler.domain.snapshot import Account
from trueup_billing import Period

UTC = ZoneInfo("UTC")


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; an unknown one reads as UTC, because configuration is checked where it is entered."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def day_in(zone: str, instant: datetime) -> date:
    """The calendar day of an instant in a zone."""
    return instant.astimezone(zone_of(zone)).date()


def next_midnight(zone: str, instant: datetime) -> datetime:
    """The instant at which the next day begins there (the first one, where a clock change repeats it), in UTC."""
    tomorrow = day_in(zone, instant) + timedelta(days=1)
    local = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone_of(zone))
    return local.astimezone(UTC)


def is_active_during(account: Account, period: Period) -> bool:
    """Whether the period overlaps the account's active days."""
    started = account.active_from is None or account.active_from < period.end
    return started and (account.active_to is None or account.active_to > period.start)


def active_part(account: Account, start: date, end: date) -> tuple[date, date]:
    """The half-open days clipped to the active ones; empty when the second is not after the first."""
    first = start if account.active_from is None else max(start, account.active_from)
    last = end if account.active_to is None else min(end, account.active_to)
    return first, last


def _begins(year: int, month: int, anchor_day: int) -> date:
    """The day of a month on which a period begins: the anchor day, or the month's last where it has none."""
    return date(year, month, min(anchor_day, monthrange(year, month)[1]))


@lru_cache(maxsize=4096)
def period_at(anchor_day: int, day: date) -> Period:
    """The period that holds the day."""
    start = _begins(day.year, day.month, anchor_day)
    if start > day:
        start = _begins(day.year - (day.month == 1), (day.month - 2) % 12 + 1, anchor_day)
    return Period(start, _begins(start.year + start.month // 12, start.month % 12 + 1, anchor_day))


def period_before(anchor_day: int, day: date) -> Period:
    """The last period that is over on the day."""
    return period_at(anchor_day, period_at(anchor_day, day).start - timedelta(days=1))


def share_of(
    account: Account, proration: Literal["day", "second", "none"], whole: Period, start: date, end: date
) -> Fraction:
    """What share of the whole the half-open days are: by days, or by seconds in the account's zone (a day may have 23 h)."""
    if proration == "none" or (start <= whole.start and whole.end <= end):
        return Fraction(1)
    if proration == "day":
        return Fraction((end - start).days, len(whole))
    zone = account.time_zone
    return Fraction(_seconds(zone, start, end), _seconds(zone, whole.start, whole.end))


def _seconds(zone: str, start: date, end: date) -> int:
    first, last = (datetime(day.year, day.month, day.day, tzinfo=zone_of(zone)).astimezone(UTC) for day in (start, end))
    return int((last - first).total_seconds())


def periods_of(account: Account, coverage_start: date | None, today: date) -> tuple[Period, ...]:
    """The periods to reconcile, oldest first: whole ones inside the usage coverage up to the one of today.

    Without any coverage only the last complete period and the current one are named, so that a row that cannot be
    judged can say for which one.
    """
    first = coverage_start or period_before(account.anchor_day, today).start
    if first > today:
        return ()
    return tuple(
        period
        for period in _run(account.anchor_day, first, today)
        if period.start >= first and is_active_during(account, period)
    )


def _run(anchor_day: int, first: date, last: date) -> Iterator[Period]:
    period = period_at(anchor_day, first)
    while period.start <= last:
        yield period
        period = period_at(anchor_day, period.end)
