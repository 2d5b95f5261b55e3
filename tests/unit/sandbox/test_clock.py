from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from trueup_sandbox.clock import HOUR_MS, Clock, day_start_ms, to_instant, to_ms, utc_day


class TestClock:
    def test_no_two_stamps_are_alike_even_when_the_wall_stands_still(self) -> None:
        clock = Clock(lambda: 5_000)
        assert [clock.stamp() for _ in range(3)] == [5_000, 5_001, 5_002]

    def test_a_stamp_after_a_reading_is_later_than_it(self) -> None:
        clock = Clock(lambda: 5_000)
        read = clock.read()
        assert clock.stamp() > read

    def test_a_reading_is_at_or_after_every_stamp(self) -> None:
        clock = Clock(lambda: 5_000)
        last = max(clock.stamp() for _ in range(10))
        assert clock.read() >= last

    def test_no_stamp_falls_on_an_hour(self) -> None:
        assert Clock(lambda: 7 * HOUR_MS).stamp() % HOUR_MS != 0

    def test_a_wall_that_goes_back_is_not_followed(self) -> None:
        times = iter([9_000, 4_000])
        clock = Clock(lambda: next(times))
        assert clock.stamp() < clock.stamp()

    def test_a_clock_that_is_wrong_never_goes_back_when_it_is_set_right(self) -> None:
        now = [5_000]
        clock = Clock(lambda: now[0])
        clock.set_wrong(20_000)
        assert clock.read() == 25_000
        clock.set_wrong(0)
        now[0] = 6_000
        assert (clock.read(), clock.stamp()) == (25_000, 25_001)
        now[0] = 30_000
        assert clock.read() == 30_000
        clock.set_wrong(-20_000)
        now[0] = 51_000
        assert clock.read() == 31_000


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda one: one.year > 1970))
def test_milliseconds_and_instants_are_inverse(drawn: datetime) -> None:
    instant = drawn.replace(microsecond=drawn.microsecond // 1000 * 1000)
    assert to_instant(to_ms(instant)) == instant
    assert utc_day(to_ms(instant)) == instant.date()


def test_days_start_at_midnight_utc() -> None:
    assert to_instant(day_start_ms(date(2026, 3, 1))) == datetime(2026, 3, 1, tzinfo=UTC)
