"""The wall clock in whole milliseconds, such that no two changes share an instant and no reading is overtaken."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_EPOCH_DAY = date(1970, 1, 1).toordinal()


class Clock:
    """Stamps for changes and readings for answers.

    A change stamped after a reading always carries a later instant, so "as of that reading" is exact.
    """

    def __init__(self, wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._wall_ms = wall_ms
        self._ahead_ms = 0
        self.most_ahead_ms = 0
        """How far ahead of the wall clock it has ever been."""
        self._last_ms = 0

    def set_wrong(self, ahead_ms: int) -> None:
        """Be ahead by so much, or behind if less than nothing. Set right, it waits for the wall clock and never goes back."""
        self._ahead_ms = ahead_ms
        self.most_ahead_ms = max(self.most_ahead_ms, ahead_ms)

    def read(self) -> int:
        """Now, in milliseconds since 1970; everything stamped so far is at or before it."""
        self._last_ms = max(self._wall_ms() + self._ahead_ms, self._last_ms)
        return self._last_ms

    def stamp(self) -> int:
        """The instant of a change, after every earlier stamp and reading; never exactly on an hour, where exports cut."""
        at_ms = max(self._wall_ms() + self._ahead_ms, self._last_ms + 1)
        self._last_ms = at_ms + 1 if at_ms % HOUR_MS == 0 else at_ms
        return self._last_ms

    def resume(self, at_ms: int) -> None:
        """Never go back behind an instant that was stamped before a restart."""
        self._last_ms = max(self._last_ms, at_ms)


def to_ms(instant: datetime) -> int:
    """Milliseconds since 1970 of an aware instant, cut, not rounded."""
    seconds = int(instant.timestamp() // 1)
    return seconds * 1000 + instant.microsecond // 1000


def to_instant(at_ms: int) -> datetime:
    """The aware instant, in UTC."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).replace(microsecond=at_ms % 1000 * 1000)


def day_start_ms(day: date) -> int:
    """Midnight UTC at the start of the day."""
    return (day.toordinal() - _EPOCH_DAY) * DAY_MS


def utc_day(at_ms: int) -> date:
    """The UTC day of an instant."""
    return date.fromordinal(_EPOCH_DAY + at_ms // DAY_MS)
