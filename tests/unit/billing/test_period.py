"""Half-open periods tile the calendar without gap or overlap."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup_billing import InvalidValue, Period, month_of, months_between, quarter_of

days = st.dates(min_value=date(1970, 1, 1), max_value=date(2199, 12, 31))


@given(day=days)
def test_each_day_lies_in_exactly_one_month(day: date) -> None:
    month = month_of(day)
    assert day in month
    assert day not in month.next
    assert month.start.day == 1
    assert month_of(month.end - timedelta(days=1)) == month
    assert list(month.days())[-1] == month.end - timedelta(days=1)
    assert len(list(month.days())) == len(month)


@given(first=days, last=days)
def test_months_between_follow_each_other(first: date, last: date) -> None:
    months = list(months_between(first, min(last, first + timedelta(days=4000))))
    if last < first.replace(day=1):
        assert months == []
        return
    assert months[0] == month_of(first)
    assert all(one.end == following.start for one, following in pairwise(months))
    assert min(last, first + timedelta(days=4000)) in months[-1]


@given(day=days)
def test_a_quarter_is_three_months(day: date) -> None:
    quarter = quarter_of(day)
    assert day in quarter
    assert quarter.start.month in {1, 4, 7, 10}
    assert len(list(months_between(quarter.start, quarter.end - timedelta(days=1)))) == 3


def test_leap_years_and_year_ends() -> None:
    assert len(month_of(date(2028, 2, 10))) == 29
    assert month_of(date(2026, 12, 31)) == Period(date(2026, 12, 1), date(2027, 1, 1))
    assert quarter_of(date(2026, 11, 23)) == Period(date(2026, 10, 1), date(2027, 1, 1))


@pytest.mark.parametrize("end", [date(2026, 1, 1), date(2025, 12, 31)])
def test_a_period_has_days(end: date) -> None:
    with pytest.raises(InvalidValue):
        Period(date(2026, 1, 1), end)
