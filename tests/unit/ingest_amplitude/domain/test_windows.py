"""Which hours and days are asked for."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from ingest_amplitude.domain.windows import (
    day_start,
    days_between,
    history_start,
    last_day_before,
    trailing_days,
)

NOW = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)
LOS_ANGELES = ZoneInfo("America/Los_Angeles")


class TestHistoryStart:
    def test_is_a_month_start_in_the_projects_zone(self) -> None:
        assert history_start(NOW, UTC, 8) == date(2025, 7, 1)
        assert history_start(NOW, LOS_ANGELES, 8) == date(2025, 6, 1)  # still February there

    def test_january(self) -> None:
        assert history_start(datetime(2026, 1, 5, tzinfo=UTC), UTC, 1) == date(2025, 12, 1)


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
