"""The straight line, exact, and agreeing with the calculation by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import process_time
from typing import Any

import pytest
from tests.unit.reconciler.builders import (
    FIRST_DAY,
    NOW,
    account,
    invoice,
    links,
    rate,
    scope,
    scopes,
    series,
    snapshot,
)

from reconciler.domain.completeness import assess
from reconciler.domain.forecast import Forecast, LeftOut, forecast
from reconciler.domain.policy import Policy
from reconciler.domain.snapshot import Coverage, Line
from trueup_billing import Source

TODAY = NOW.date()


def days(start: date, end: date, value: Any = lambda offset: 100) -> dict[date, int]:
    return {start + timedelta(days=offset): value(offset) for offset in range((end - start).days)}


def run(usage: dict[date, int], *, now: datetime = NOW, **more: Any) -> Forecast:
    one = snapshot(usage={"api_calls": series(usage)}, **more)
    return forecast(one, assess(one, Policy(), now), now.date())


def covered(as_of: datetime, from_day: date = FIRST_DAY) -> Any:
    return scopes(amplitude=scope(Source.AMPLITUDE, coverage=(Coverage(from_day, None, as_of),)))


def item(amount_minor: int) -> Line:
    return Line("1", "item", amount_minor, date(2026, 10, 31))


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


def test_each_day_is_rated_at_its_own_price() -> None:
    rates = (rate("0.01", valid_to=TODAY), rate("0.03", valid_from=TODAY))
    found = run(days(FIRST_DAY, TODAY), account=account(rates=rates))
    assert (found.amount_minor, found.priced_by) == (53 * 100 + 39 * 300, "rate_card")


def test_money_is_rounded_once_for_each_month_as_the_invoice_does() -> None:
    found = run(days(FIRST_DAY, TODAY), account=account(rates=(rate("0.000005"),)))
    # 31, 30 and 31 days of 100 units at 0.0005 cents: 1.55, 1.5 and 1.55 cents.
    assert found.amount_minor == 2 + 2 + 2


def test_an_account_that_ends_within_the_quarter_is_projected_to_its_last_day() -> None:
    found = run(days(FIRST_DAY, TODAY), account=account(active_to=date(2026, 12, 1)))
    assert found.amount_minor == found.metrics[0].projected == 61 * 100


def test_what_is_counted_by_the_month_is_not_extrapolated() -> None:
    found = run(days(FIRST_DAY, TODAY), month_metrics=frozenset({"api_calls"}))
    assert (found.status, found.amount_minor) == ("nothing_to_project", None)
    assert found.excluded == (LeftOut("month_grain", "api_calls"),)


def test_a_metric_whose_calibration_failed_is_left_out_with_its_reason() -> None:
    both = account(rates=(rate(), rate("0.02", metric="storage")))
    usage = {name: series(days(FIRST_DAY, TODAY), metric=name) for name in ("api_calls", "storage")}
    wide = scope(Source.AMPLITUDE, scope="usage|storage|0")
    one = snapshot(
        usage=usage, account=both, scopes=(*scopes(), wide), uncalibrated={"api_calls": "9.10 % off the reference"}
    )
    found = forecast(one, assess(one, Policy(), NOW), TODAY)
    assert (found.status, found.amount_minor) == ("ok", 92 * 200)
    assert found.excluded == (LeftOut("calibration_drift", "api_calls", "9.10 % off the reference"),)


def test_a_minimum_of_the_whole_card_fills_no_gap_of_a_metric_that_is_left_out() -> None:
    floor = rate("0", kind="minimum", metric="", component="commitment", item_id=None, amount_minor=1_000_000)
    fee = rate("0", kind="flat", metric="", component="fee", item_id=None, amount_minor=5_000)
    both = account(rates=(rate(), rate("0.02", metric="storage"), fee, floor))
    usage = {name: series(days(FIRST_DAY, TODAY), metric=name) for name in ("api_calls", "storage")}
    wide = scope(Source.AMPLITUDE, scope="usage|storage|0")
    whole = snapshot(usage=usage, account=both, scopes=(*scopes(), wide))
    assert forecast(whole, assess(whole, Policy(), NOW), TODAY).amount_minor == 3 * (1_000_000 + 5_000)
    one = replace(whole, uncalibrated={"api_calls": "9.10 % off the reference"})
    found = forecast(one, assess(one, Policy(), NOW), TODAY)
    assert (found.status, found.amount_minor) == ("ok", 92 * 200 + 3 * 5_000)
    assert LeftOut("minimum", floor.name) in found.excluded


def test_partial_usage_gives_no_forecast_and_says_which_source() -> None:
    partial = scope(Source.AMPLITUDE, incomplete_reason="truncated")
    found = run(days(FIRST_DAY, TODAY), scopes=scopes(amplitude=partial))
    assert (found.status, found.excluded) == ("cannot_judge", (LeftOut("partial", "amplitude"),))


@pytest.mark.parametrize("source", [Source.QUICKBOOKS, Source.STRIPE])
def test_an_account_of_which_anything_is_missing_stays_out_of_projections(source: Source) -> None:
    partial = scope(source, incomplete_reason="incomplete_answer")
    found = run(days(FIRST_DAY, TODAY), scopes=scopes(**{source.value: partial}))
    assert (found.status, found.excluded) == ("cannot_judge", (LeftOut("partial", source),))


def test_where_the_card_ends_the_last_invoice_s_effective_price_goes_on() -> None:
    ended = account(rates=(rate("0.01", valid_to=date(2026, 11, 1)),))
    billed = invoice(20_000, lines=[replace(item(20_000), item_id="1", quantity="8000")])
    found = run(days(FIRST_DAY, TODAY), account=ended, documents=(billed,))
    assert (found.status, found.priced_by) == ("ok", "last_invoices")
    # October by the card, November and December at 20,000 cents ÷ 8,000 units.
    assert found.amount_minor == 31 * 100 + 61 * 250


def test_a_hole_in_the_middle_of_the_card_is_the_card_s_own_word() -> None:
    holed = (rate("0.01", valid_to=date(2026, 10, 11)), rate("0.01", valid_from=date(2026, 10, 21)))
    assert run(days(FIRST_DAY, TODAY), account=account(rates=holed)).amount_minor == 82 * 100


def test_one_off_lines_and_credits_of_the_quarter_are_listed() -> None:
    usage_line = replace(item(10_000), item_id="1")
    once = replace(item(50_000), line_id="2", item_id="9", item_name="Onboarding")
    paper = replace(invoice(60_000, lines=[usage_line, once]), issued_on=date(2026, 11, 1))
    credit = replace(invoice(500, number="CM-1", identity="8"), kind="credit_memo", issued_on=date(2026, 11, 2))
    found = run(days(FIRST_DAY, TODAY), documents=(paper, credit))
    assert found.amount_minor == 92 * 100
    assert found.excluded == (LeftOut("credit", "CM-1"), LeftOut("one_off_line", "Onboarding"))


def test_currencies_are_not_added() -> None:
    both = account(rates=(rate(), rate("0.02", metric="storage", currency="EUR")))
    usage = {name: series(days(FIRST_DAY, TODAY), metric=name) for name in ("api_calls", "storage")}
    wide = scope(Source.AMPLITUDE, scope="usage|storage|0")
    one = snapshot(usage=usage, account=both, scopes=(*scopes(), wide))
    found = forecast(one, assess(one, Policy(), NOW), TODAY)
    assert (found.currency, found.amount_minor) == ("USD", 92 * 100)
    assert found.excluded == (LeftOut("other_currency", "storage"),)


def test_the_quarter_of_the_range_adds_up_to_its_ends() -> None:
    falling = run(days(FIRST_DAY, TODAY, lambda offset: max(0, 400 - 2 * offset + 30 * (offset % 3)))).metrics[0]
    start, end = date(2026, 10, 1), date(2027, 1, 1)
    for goal in (falling.low, falling.projected, falling.high):
        assert falling.series(goal).total(start, end) == goal


def test_a_line_that_gives_nothing_spreads_its_range_evenly() -> None:
    dead = run(days(FIRST_DAY, TODAY, lambda offset: max(0, 1_000 - 10 * offset))).metrics[0]
    assert dead.projected == dead.actual < dead.high
    december = dead.series(dead.high).total(date(2026, 12, 1), date(2027, 1, 1))
    assert december == (dead.high - dead.actual) * 31 / 39


def test_a_series_with_decimals_is_projected_as_what_it_says() -> None:
    whole = run(days(FIRST_DAY, TODAY, lambda offset: 100 + offset))
    usage = {"api_calls": series(days(FIRST_DAY, TODAY, lambda offset: 100 * (100 + offset)), scale=2)}
    one = snapshot(usage=usage)
    scaled = forecast(one, assess(one, Policy(), NOW), TODAY)
    assert (scaled.amount_minor, scaled.low_minor, scaled.high_minor) == (
        whole.amount_minor,
        whole.low_minor,
        whole.high_minor,
    )
    [these], [those] = scaled.metrics, whole.metrics
    assert (these.slope, these.intercept, these.projected) == (those.slope, those.intercept, those.projected)


def test_a_metric_without_usage_is_counted_in_the_unit_of_its_own_rate() -> None:
    rates = (
        rate(metric="storage", unit="GB"),
        rate(metric="api_calls", unit="calls"),
        rate(metric="seats", unit="seats"),
    )
    read = [scope(Source.AMPLITUDE, scope=f"usage|{metric}|0") for metric in ("storage", "seats")]
    one = snapshot(account=account(rates=rates), usage={}, scopes=(*scopes(), *read))
    found = forecast(one, assess(one, Policy(), NOW), TODAY)
    assert {each.metric: each.unit for each in found.metrics} == {
        "api_calls": "calls",
        "seats": "seats",
        "storage": "GB",
    }


def test_the_range_widens_with_noise() -> None:
    noisy = run(days(FIRST_DAY, TODAY, lambda offset: 100 + 50 * (offset % 2))).metrics[0]
    assert noisy.low < noisy.projected < noisy.high


def test_one_account_takes_less_than_ten_milliseconds() -> None:
    one = snapshot(usage={"api_calls": series(days(FIRST_DAY, TODAY, lambda offset: offset * 7919 % 1000))})
    completeness = assess(one, Policy(), NOW)
    began = process_time()
    for _ in range(20):
        forecast(one, completeness, TODAY)
    assert (process_time() - began) / 20 < 0.010


def test_days_that_nobody_counted_to_their_end_make_no_line() -> None:
    old = datetime(2026, 8, 2, 12, tzinfo=UTC)
    found = run(
        days(FIRST_DAY, TODAY),
        scopes=scopes(amplitude=scope(Source.AMPLITUDE, coverage=(Coverage(FIRST_DAY, None, old),))),
    )
    assert found.status == "not_enough_history"


def test_a_run_of_days_that_ended_closes_no_further_ones() -> None:
    ended = Coverage(date(2026, 8, 1), date(2026, 11, 10), NOW)
    found = run(days(FIRST_DAY, TODAY), scopes=scopes(amplitude=scope(Source.AMPLITUDE, coverage=(ended,))))
    assert [one.to_day for one in found.metrics] == [date(2026, 11, 10)]
