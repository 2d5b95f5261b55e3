"""Bands: exact at every edge, both signs, no percent rounded before it is compared."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.policy import Policy
from reconciler.domain.variance import judge, percent_text
from trueup_billing import Period
from trueup_billing.words import Band

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


def band(
    expected: int, billed: int, *, currency: str = "USD", today: date = date(2026, 11, 23), lines: bool = True
) -> Band:
    return judge(
        expected_minor=expected,
        billed_minor=billed,
        has_lines=lines,
        currency=currency,
        period=OCTOBER,
        today=today,
        policy=Policy(),
    )


@pytest.mark.parametrize(
    ("billed", "over", "under"),
    [
        (100_000, "matched", "matched"),
        (100_002, "matched", "matched"),
        (101_900, "auto_resolved", "auto_resolved"),
        (101_999, "auto_resolved", "auto_resolved"),
        (102_000, "within_tolerance", "within_tolerance"),
        (104_900, "within_tolerance", "within_tolerance"),
        (105_000, "within_tolerance", "within_tolerance"),
        (105_001, "over_billed", "under_billed"),
        (105_100, "over_billed", "under_billed"),
        (107_000, "over_billed", "under_billed"),
        (140_000, "over_billed", "under_billed"),
    ],
)
def test_bands_are_exact_on_both_sides(billed: int, over: str, under: str) -> None:
    assert band(100_000, billed) == over
    assert band(100_000, 200_000 - billed) == under


def test_rounding_band_outranks_percent() -> None:
    assert band(10, 12) == "matched"
    assert band(10, 13) == "over_billed"


def test_over_the_cap_a_small_percentage_needs_a_person() -> None:
    assert band(100_000_000, 101_000_001) == "needs_review"
    assert band(100_000_000, 101_000_000) == "auto_resolved"
    assert band(100_000_000, 94_000_000) == "under_billed"
    assert band(100_000_000, 101_400_000, currency="JPY") == "auto_resolved"
    assert band(100_000_000, 101_500_001, currency="JPY") == "needs_review"


def test_zero_cases_are_told_apart() -> None:
    assert band(0, 0) == "no_activity"
    assert band(0, 0, lines=False) == "no_activity"
    assert band(0, 1) == "billed_without_usage"
    assert band(0, -500) == "under_billed"


def test_a_missing_invoice_is_missing_only_after_the_lag() -> None:
    assert band(500, 0, lines=False, today=date(2026, 11, 5)) == "not_due"
    assert band(500, 0, lines=False, today=date(2026, 11, 6)) == "missing_invoice"
    assert band(500, 0, lines=True, today=date(2026, 11, 6)) == "under_billed"


def test_a_running_month_is_never_judged() -> None:
    assert band(100, 900, today=date(2026, 10, 31)) == "not_due"
    assert band(100, 900, today=date(2026, 11, 1)) == "over_billed"


@pytest.mark.parametrize(
    ("variance", "expected", "text"),
    [
        (700, 10_000, "7.00"),
        (-500, 10_000, "-5.00"),
        (1, 3, "33.33"),
        (-1, 3, "-33.33"),
        (2, 3, "66.67"),
        (5, 100_000, "0.01"),
        (-5, 100_000, "-0.01"),
        (4, 100_000, "0.00"),
        (-4, 100_000, "0.00"),
        (0, 10, "0.00"),
        (5, 0, None),
    ],
)
def test_percent_has_two_digits_half_away_from_zero(variance: int, expected: int, text: str | None) -> None:
    assert percent_text(variance, expected) == text


@given(expected=st.integers(1, 10**15), billed=st.integers(0, 10**15))
def test_flagged_exactly_when_more_than_five_percent(expected: int, billed: int) -> None:
    size = abs(billed - expected)
    flagged = band(expected, billed) in {"over_billed", "under_billed"}
    assert flagged == (100 * size > 5 * expected and size > 2)


@given(expected=st.integers(1, 10**9), size=st.integers(0, 10**9), factor=st.integers(2, 1000))
def test_a_band_does_not_depend_on_scale(expected: int, size: int, factor: int) -> None:
    """Away from rounding band and cap, the same share is the same band."""
    policy_free = size > 2 and size * factor <= 1_000_000
    if policy_free:
        assert band(expected, expected + size) == band(expected * factor, (expected + size) * factor)
