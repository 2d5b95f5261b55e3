"""The rate card applied to usage: one rounding per metric and rate, on active days only."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reconciler.builders import account, rate, series, snapshot

from reconciler.domain.expected import expected_for
from reconciler.domain.snapshot import Rate
from trueup_billing import Period

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


def test_the_sum_is_rounded_once_and_half_up() -> None:
    days = {date(2026, 10, 1): 1, date(2026, 10, 2): 2}
    found = expected_for(snapshot(account=account(rates=(rate("0.005"),)), usage={"api_calls": series(days)}), OCTOBER)
    assert [part.amount_minor for part in found.parts] == [2]


def test_a_price_change_inside_the_month_rates_each_run_of_days() -> None:
    rates = (rate("0.01", valid_to=date(2026, 10, 16)), rate("0.02", valid_from=date(2026, 10, 16)))
    usage = {"api_calls": series({date(2026, 10, 15): 100, date(2026, 10, 16): 100})}
    found = expected_for(snapshot(account=account(rates=rates), usage=usage), OCTOBER)
    assert [(part.amount_minor, part.to_day) for part in found.parts] == [
        (100, date(2026, 10, 15)),
        (200, date(2026, 10, 31)),
    ]


def test_days_outside_the_active_time_are_not_rated() -> None:
    usage = {"api_calls": series({date(2026, 10, 5): 100, date(2026, 10, 20): 900})}
    ended = account(active_to=date(2026, 10, 20))
    assert expected_for(snapshot(account=ended, usage=usage), OCTOBER).amount_minor == 100
    started = account(active_from=date(2026, 10, 20))
    assert expected_for(snapshot(account=started, usage=usage), OCTOBER).amount_minor == 900


def test_minor_units_follow_the_currency() -> None:
    yen = snapshot(account=account(rates=(rate("0.5", currency="JPY"),)))
    assert expected_for(yen, OCTOBER).amount_minor == 5_000


def test_fractional_quantities_are_exact() -> None:
    usage = {"api_calls": series({date(2026, 10, 1): 1_000_001}, scale=6)}
    found = expected_for(snapshot(account=account(rates=(rate("1"),)), usage=usage), OCTOBER)
    assert (found.parts[0].quantity.numerator, found.parts[0].quantity.denominator) == (1_000_001, 10**6)
    assert found.amount_minor == 100


@given(values=st.lists(st.integers(0, 10**9), min_size=31, max_size=31), seed=st.randoms())
def test_the_order_of_facts_does_not_matter(values: list[int], seed: object) -> None:
    days = {OCTOBER.start + timedelta(days=offset): value for offset, value in enumerate(values)}
    turned = dict(reversed(days.items()))
    first = expected_for(snapshot(usage={"api_calls": series(days)}), OCTOBER)
    assert first == expected_for(snapshot(usage={"api_calls": series(turned)}), OCTOBER)
    assert first.amount_minor == sum(values)


def fee(amount_minor: int = 3_100, **more: Any) -> Rate:
    return rate("0", kind="flat", component="platform fee", amount_minor=amount_minor, **({"metric": ""} | more))


def minimum(amount_minor: int, **more: Any) -> Rate:
    return rate("0", kind="minimum", component="commitment", **({"metric": ""} | more), amount_minor=amount_minor)


def discount(*, percent: int | None = None, amount_minor: int = 0, **more: Any) -> Rate:
    off = None if percent is None else Fraction(percent)
    given: dict[str, Any] = {"metric": "", "component": "discount"} | more
    return rate("0", kind="discount", percent=off, amount_minor=amount_minor, **given)


def lines(*rates: Rate, period: Period = OCTOBER, final: bool = True, **more: Any) -> list[int]:
    one = snapshot(account=account(rates=rates, **more))
    return [part.amount_minor for part in expected_for(one, period, final=final).parts]


def test_domain_rule_02_fixed_minimum_and_discount_join_usage() -> None:
    assert lines(rate(), fee(), minimum(12_000), discount(percent=10)) == [10_000, 3_100, 2_000, -1_510]


def test_a_fee_is_prorated_by_the_days_on_which_it_holds() -> None:
    assert lines(fee(valid_from=date(2026, 10, 12))) == [2_000]
    assert lines(fee(valid_from=date(2026, 10, 12), proration="none")) == [3_100]
    assert lines(fee(), active_to=date(2026, 10, 11)) == [1_000]


def test_domain_rule_10_proration_by_second_knows_the_long_day() -> None:
    # The clocks go back in Berlin on 25 October 2026: that day has 25 of the month's 745 hours.
    one = fee(74_500, proration="second", valid_from=date(2026, 10, 25), valid_to=date(2026, 10, 26))
    assert lines(one, time_zone="Europe/Berlin") == [2_500]


def test_domain_rule_10_each_segment_has_its_own_version() -> None:
    change = date(2026, 10, 12)
    both = (fee(valid_to=change), fee(6_200, valid_from=change))
    assert lines(*both) == [1_100, 4_000]


def test_domain_rule_07_a_minimum_waits_for_the_final_state() -> None:
    assert lines(rate(), minimum(12_000), final=False) == [10_000]
    assert lines(rate(), minimum(9_000)) == [10_000, 0]
    assert lines(rate(), fee(), minimum(12_000)) == [10_000, 3_100, 2_000]
    assert lines(rate(), minimum(12_000, metric="seats")) == [10_000, 12_000]


def test_a_minimum_of_a_part_of_the_month_counts_the_usage_of_its_days_by_time() -> None:
    assert lines(rate(), minimum(31_000, valid_from=date(2026, 10, 17))) == [10_000, 15_000 - 4_839]
    split = (rate(valid_to=date(2026, 10, 5)), rate(valid_from=date(2026, 10, 5)))
    assert lines(*split, minimum(31_000, valid_to=date(2026, 10, 5))) == [0, 10_000, 4_000]


def test_a_discount_takes_off_what_it_covers_and_no_more() -> None:
    assert lines(rate(), fee(), discount(percent=50, metric="api_calls")) == [10_000, 3_100, -5_000]
    assert lines(rate(), discount(amount_minor=500)) == [10_000, -500]
    assert lines(rate(), discount(amount_minor=50_000)) == [10_000, -10_000]
    assert lines(rate(), discount(percent=80), discount(percent=80, component="second")) == [10_000, -8_000, -2_000]
    assert lines(rate(), discount(percent=10, valid_from=date(2026, 11, 1))) == [10_000]
    other = discount(percent=80, metric="seats", component="a")
    assert lines(rate(), fee(metric="seats"), other, discount(percent=80, metric="api_calls"))[2:] == [-8_000, -2_480]


def test_a_discount_of_some_days_takes_a_share_of_the_line() -> None:
    assert lines(fee(), discount(percent=100, valid_from=date(2026, 10, 22))) == [3_100, -1_000]


def test_domain_rule_01_without_a_price_the_invoices_own_is_used_and_said_so() -> None:
    one = snapshot(account=account(rates=(rate("0", kind="as_invoiced"),)))
    found = expected_for(one, OCTOBER, invoiced={"api_calls": Fraction("0.02")})
    assert (found.amount_minor, found.unpriced, found.parts[0].rate.kind) == (20_000, (), "as_invoiced")
    assert expected_for(one, OCTOBER).unpriced == ("api_calls",)
    assert expected_for(one, Period(date(2026, 9, 1), date(2026, 10, 1))).unpriced == ()


def test_a_metric_that_was_never_used_is_rated_as_nothing() -> None:
    assert lines(rate(metric="seats"), rate("0", metric="calls", kind="as_invoiced")) == [0]
