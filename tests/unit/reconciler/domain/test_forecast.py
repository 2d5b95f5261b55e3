"""The straight line, exact, and agreeing with the calculation by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from statistics import linear_regression
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reconciler.builders import FIRST_DAY, NOW, account, links, rate, scope, scopes, series, snapshot

from reconciler.domain.completeness import assess
from reconciler.domain.forecast import Forecast, forecast
from reconciler.domain.line import fit
from reconciler.domain.policy import Policy
from reconciler.domain.snapshot import Coverage
from trueup_billing import Source

TODAY = NOW.date()


def days(start: date, end: date, value: Any = lambda offset: 100) -> dict[date, int]:
    return {start + timedelta(days=offset): value(offset) for offset in range((end - start).days)}


def run(usage: dict[date, int], *, now: datetime = NOW, **more: Any) -> Forecast:
    one = snapshot(usage={"api_calls": series(usage)}, **more)
    return forecast(one, assess(one, Policy(), now), now.date())


def covered(as_of: datetime, from_day: date = FIRST_DAY) -> Any:
    return scopes(amplitude=scope(Source.AMPLITUDE, coverage=(Coverage(from_day, None, as_of),)))


def test_flat_usage_goes_on() -> None:
    found = run(days(FIRST_DAY, TODAY))
    assert (found.status, found.amount_minor) == ("ok", 92 * 100)
    [one] = found.metrics
    assert [one.slope, one.intercept, one.actual, one.projected] == [0, 100, 53 * 100, 92 * 100]
    assert (one.from_day, one.to_day, one.line.points) == (date(2026, 8, 1), date(2026, 11, 22), 114)
    assert one.low == one.high == one.projected
    assert one.backtest_error == 0


def test_today_is_projected_not_counted() -> None:
    usage = days(FIRST_DAY, TODAY) | {TODAY: 10**9}
    assert run(usage).amount_minor == 92 * 100


def test_a_day_is_closed_only_when_the_source_counted_it_after_its_end() -> None:
    early = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    found = run(days(FIRST_DAY, TODAY), scopes=covered(early))
    assert found.metrics[0].to_day == date(2026, 11, 21)


def test_a_closed_day_without_usage_is_zero() -> None:
    found = run({})
    assert (found.status, found.amount_minor) == ("ok", 0)


def test_a_falling_line_is_never_negative() -> None:
    start = date(2026, 8, 1)
    found = run(days(start, TODAY, lambda offset: max(0, 1_000 - 10 * offset)))
    assert found.metrics[0].projected >= found.metrics[0].actual
    assert found.metrics[0].slope < 0


@given(st.lists(st.integers(0, 10**6), min_size=114, max_size=114))
def test_it_agrees_with_the_calculation_by_hand(values: list[int]) -> None:
    start = date(2026, 8, 1)
    [one] = run(days(start, TODAY, lambda offset: values[offset])).metrics
    slope, intercept = linear_regression(range(114), values)
    rest = sum(max(0.0, intercept + slope * x) for x in range(114, 153))
    actual = sum(values[61:])
    assert float(one.projected) == pytest.approx(actual + rest, rel=1e-9, abs=1e-3)


def test_under_three_complete_months_there_is_not_enough_history() -> None:
    usage = days(FIRST_DAY, TODAY)
    assert run(usage, scopes=covered(NOW, date(2026, 8, 1))).status == "ok"
    assert run(usage, scopes=covered(NOW, date(2026, 8, 2))).status == "not_enough_history"
    assert run(usage, account=account(active_from=date(2026, 8, 2))).status == "not_enough_history"


def test_ended_unlinked_and_unpriced_accounts_have_none() -> None:
    usage = days(FIRST_DAY, TODAY)
    assert run(usage, account=account(active_to=TODAY)).status == "ended"
    assert run(usage, account=account(active_to=TODAY + timedelta(days=1))).status == "ok"
    assert run(usage, links=links(without=Source.AMPLITUDE)).status == "cannot_judge"
    assert run(usage, links=links(without=Source.STRIPE)).status == "ok"
    assert run(usage, account=account(rates=())).status == "no_rate_card"
    over = account(rates=(rate(valid_to=date(2026, 11, 23)),))
    assert run(usage, account=over).status == "no_rate_card"


def test_the_price_of_the_first_remaining_day_counts() -> None:
    rates = (rate("0.01", valid_to=TODAY), rate("0.03", valid_from=TODAY))
    assert run(days(FIRST_DAY, TODAY), account=account(rates=rates)).amount_minor == 92 * 300


def test_the_range_widens_with_noise() -> None:
    noisy = run(days(FIRST_DAY, TODAY, lambda offset: 100 + 50 * (offset % 2))).metrics[0]
    assert noisy.low < noisy.projected < noisy.high


def test_the_line_is_exact() -> None:
    line = fit(range(4), [1, 3, 5, 7])
    assert [line.intercept, line.slope, line.residual] == [1, 2, 0]
    thirds = fit([0, 1, 2], [0, 1, 1])
    assert (thirds.slope, thirds.intercept, thirds.residual) == (Fraction(1, 2), Fraction(1, 6), Fraction(1, 6))
    with pytest.raises(ValueError, match="two points"):
        fit([3, 3], [1, 2])


def test_one_account_takes_less_than_ten_milliseconds() -> None:
    one = snapshot(usage={"api_calls": series(days(FIRST_DAY, TODAY, lambda offset: offset * 7919 % 1000))})
    completeness = assess(one, Policy(), NOW)
    began = process_time()
    for _ in range(20):
        forecast(one, completeness, TODAY)
    assert (process_time() - began) / 20 < 0.010
