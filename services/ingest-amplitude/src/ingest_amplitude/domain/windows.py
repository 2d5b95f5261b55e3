"""Which hours to export and which days to ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Whole hours of upload time, UTC, from `start` up to, not including, `end`."""

    start: datetime
    end: datetime

    def __len__(self) -> int:
        return int((self.end - self.start) / HOUR)


def whole_hour(moment: datetime) -> datetime:
    """The start of the hour that holds the moment, UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def history_start(now: datetime, zone: tzinfo, months: int) -> date:
    """The first day of the month `months` before this one, in the project's zone."""
    today = now.astimezone(zone).date()
    index = today.year * 12 + today.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def day_start(day: date, zone: tzinfo) -> datetime:
    """The instant at which a day of the project's zone begins, UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def last_day_before(moment: datetime, zone: tzinfo) -> date:
    """The day that was running just before the moment."""
    return (moment - timedelta(microseconds=1)).astimezone(zone).date()


def trailing_days(now: datetime, zone: tzinfo, days: int, not_before: date) -> tuple[date, date]:
    """The first and last day of the trailing window, today included, never before the history begins."""
    today = now.astimezone(zone).date()
    return max(today - timedelta(days=days - 1), not_before), today


def days_between(first: date, last: date) -> list[date]:
    """Every day from first to last, both included."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
