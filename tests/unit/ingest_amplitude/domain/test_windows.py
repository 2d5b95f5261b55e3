"""Which hours and days are asked for."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from ingest_amplitude.domain.windows import (
    Hours,
    chunks,
    day_start,
    days_between,
    history_start,
    last_day_before,
    trailing_days,
    whole_hour,
)

NOW = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)
LOS_ANGELES = ZoneInfo("America/Los_Angeles")


class TestHistoryStart:
    def test_is_a_month_start_in_the_projects_zone(self) -> None:
        assert history_start(NOW, UTC, 8) == date(2025, 7, 1)
        assert history_start(NOW, LOS_ANGELES, 8) == date(2025, 6, 1)  # still February there

    def test_january(self) -> None:
        assert history_start(datetime(2026, 1, 5, tzinfo=UTC), UTC, 1) == date(2025, 12, 1)


class TestHours:
    def test_chunks_cover_the_range_once(self) -> None:
        start = whole_hour(NOW)
        pieces = list(chunks(start, start + timedelta(hours=50), 24))
        assert [len(piece) for piece in pieces] == [24, 24, 2]
        assert all(a.end == b.start for a, b in pairwise(pieces))

    def test_halves(self) -> None:
        first, second = Hours(NOW, NOW + timedelta(hours=3)).halves()
        assert (len(first), len(second), first.end) == (1, 2, second.start)
        with pytest.raises(ValueError, match="one hour"):
            first.halves()


class TestDays:
    def test_a_day_starts_in_its_zone(self) -> None:
        assert day_start(date(2026, 3, 1), LOS_ANGELES) == datetime(2026, 3, 1, 8, tzinfo=UTC)

    def test_the_day_before_a_midnight_is_the_one_that_ended(self) -> None:
        assert last_day_before(datetime(2026, 3, 1, tzinfo=UTC), UTC) == date(2026, 2, 28)
        assert last_day_before(datetime(2026, 3, 1, 1, tzinfo=UTC), UTC) == date(2026, 3, 1)

    def test_the_trailing_window_holds_today_and_stays_in_the_history(self) -> None:
        assert trailing_days(NOW, UTC, 3, date(2025, 1, 1)) == (date(2026, 2, 27), date(2026, 3, 1))
        assert trailing_days(NOW, UTC, 3, date(2026, 3, 1)) == (date(2026, 3, 1), date(2026, 3, 1))

    def test_days_between_includes_both(self) -> None:
        assert len(days_between(date(2026, 2, 27), date(2026, 3, 1))) == 3
