"""The rate card applied to usage: one rounding per metric and rate, on active days only."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reconciler.builders import account, rate, series, snapshot

from reconciler.domain.expected import expected_for
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
