"""Days and periods in an account's own zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reconciler.domain.snapshot import Account
from trueup_billing import Period, month_of, months_between

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


def periods_of(account: Account, coverage_start: date | None, today: date) -> tuple[Period, ...]:
    """The months to reconcile, oldest first: whole ones inside the usage coverage up to the month of today.

    Without any coverage only the last complete month and the current one are named, so that a row that cannot be
    judged can say for which month.
    """
    first = coverage_start or month_of(today.replace(day=1) - timedelta(days=1)).start
    if first > today:
        return ()
    return tuple(
        period for period in months_between(first, today) if period.start >= first and is_active_during(account, period)
    )
