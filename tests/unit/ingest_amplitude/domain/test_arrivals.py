"""What a bucket held before late events came."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ingest_amplitude.domain.arrivals import VALUES_MAX, earlier_values

DAY_END = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_values_grow_by_the_hour() -> None:
    late = {DAY_END + 5 * HOUR: Decimal(2), DAY_END + HOUR: Decimal("0.5")}
    assert earlier_values(late, Decimal(10), DAY_END) == (
        (DAY_END, Decimal("7.5")),
        (DAY_END + HOUR, Decimal(8)),
        (DAY_END + 5 * HOUR, Decimal(10)),
    )


def test_what_came_in_the_hour_in_which_the_day_ended_was_there() -> None:
    assert earlier_values({DAY_END: Decimal(2)}, Decimal(10), DAY_END) == ((DAY_END, Decimal(10)),)
    assert earlier_values({DAY_END - HOUR: Decimal(2)}, Decimal(10), DAY_END) == ((DAY_END, Decimal(10)),)


def test_of_very_many_the_oldest_are_forgotten() -> None:
    late = {DAY_END + number * HOUR: Decimal(1) for number in range(1, 60)}
    found = earlier_values(late, Decimal(100), DAY_END)
    assert len(found) == VALUES_MAX
    assert found[-1] == (DAY_END + 59 * HOUR, Decimal(100))
    assert found[0] == (DAY_END + 36 * HOUR, Decimal(77))
