"""Periods begin on the contract's anchor day and are half-open days in the account's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reconciler.builders import account

from reconciler.domain.periods import day_in, next_midnight, period_at, period_before, periods_of, share_of, zone_of
from trueup_billing import Period, month_of

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2026, 2, 27), date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2026, 2, 28), date(2026, 3, 31)),
        (date(2028, 2, 29), date(2028, 2, 29), date(2028, 3, 31)),
        (date(2026, 4, 30), date(2026, 4, 30), date(2026, 5, 31)),
        (date(2027, 1, 1), date(2026, 12, 31), date(2027, 1, 31)),
    ],
)
def test_domain_rule_09_anchor_31_falls_back_to_the_last_day(day: date, start: date, end: date) -> None:
    assert period_at(31, day) == Period(start, end)


@given(day=DAYS, anchor=st.integers(1, 31))
def test_every_day_lies_in_exactly_one_period(day: date, anchor: int) -> None:
    period = period_at(anchor, day)
    assert day in period
    assert period_at(anchor, period.end).start == period.end
    assert period_before(anchor, day).end == period.start


@given(day=DAYS)
def test_without_an_anchor_a_period_is_a_calendar_month(day: date) -> None:
    assert period_at(1, day) == month_of(day)


def test_the_periods_begin_inside_the_coverage_and_end_with_today() -> None:
    found = periods_of(account(anchor_day=15), date(2026, 8, 20), date(2026, 11, 14))
    assert [one.start for one in found] == [date(2026, 9, 15), date(2026, 10, 15)]
    assert periods_of(account(anchor_day=15), date(2026, 12, 1), date(2026, 11, 14)) == ()
    assert [one.start for one in periods_of(account(anchor_day=15), None, date(2026, 11, 14))] == [
        date(2026, 9, 15),
        date(2026, 10, 15),
    ]
    ended = account(active_from=date(2026, 9, 20), active_to=date(2026, 10, 1))
    assert [one.start for one in periods_of(ended, date(2026, 8, 1), date(2026, 11, 14))] == [date(2026, 9, 1)]


def test_domain_rule_09_a_day_may_have_23_hours() -> None:
    march = Period(date(2026, 3, 1), date(2026, 4, 1))
    berlin = account(time_zone="Europe/Berlin")
    assert share_of(berlin, "second", march, date(2026, 3, 29), date(2026, 3, 30)) == Fraction(23, 31 * 24 - 1)
    assert share_of(berlin, "day", march, date(2026, 3, 29), date(2026, 3, 30)) == Fraction(1, 31)
    assert share_of(berlin, "none", march, date(2026, 3, 29), date(2026, 3, 30)) == 1
    assert share_of(berlin, "second", march, march.start, march.end) == 1


def test_an_unknown_zone_reads_as_utc() -> None:
    assert zone_of("Mars/Base") is zone_of("UTC")
    instant = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert day_in("Europe/Berlin", instant) == date(2026, 11, 24)
    assert next_midnight("UTC", instant) == instant + timedelta(minutes=30)
