from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup_sandbox.key.money import FLAGGED, Verdict, band, worst


@pytest.mark.parametrize(
    ("expected", "billed", "lines", "verdict"),
    [
        (0, 0, 0, "no_activity"),
        (10_000, 0, 0, "missing_invoice"),
        (10_000, 0, 1, "under_billed"),
        (0, 5, 1, "billed_without_usage"),
        (100, 102, 1, "matched"),
        (100, 98, 1, "matched"),
        (10_000, 10_199, 1, "auto_resolved"),
        (10_000, 10_200, 1, "within_tolerance"),
        (10_000, 9_801, 1, "auto_resolved"),
        (10_000, 10_500, 1, "within_tolerance"),
        (10_000, 10_501, 1, "over_billed"),
        (10_000, 9_499, 1, "under_billed"),
        (100_000_000, 101_000_000, 1, "auto_resolved"),
        (100_000_000, 101_000_001, 1, "needs_review"),
        (100_000_000, 95_000_000, 1, "needs_review"),
        (100_000_000, 94_999_999, 1, "under_billed"),
    ],
)
def test_every_edge_of_the_bands(expected: int, billed: int, lines: int, verdict: str) -> None:
    assert band(expected, billed, lines, "USD", lag_over=True) == verdict


def test_an_invoice_is_not_missing_before_the_lag_is_over() -> None:
    assert band(10_000, 0, 0, "USD", lag_over=False) == "not_due"


def test_the_cap_is_the_currencys_own() -> None:
    assert band(100_000_000, 101_200_000, 1, "JPY", lag_over=True) == "auto_resolved"
    assert band(100_000_000, 101_600_000, 1, "JPY", lag_over=True) == "needs_review"


@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_more_than_five_percent_is_always_a_flag_and_less_never(expected: int, billed: int) -> None:
    over = 100 * abs(billed - expected) > 5 * expected and abs(billed - expected) > 2
    assert (band(expected, billed, 1, "EUR", lag_over=True) in FLAGGED) == over


def verdict(month: int, expected: int, billed: int, word: str, *, judged: bool = True) -> Verdict:
    return Verdict(
        date(2026, month, 1),
        date(2026, month + 1, 1),
        expected,
        billed,
        word,
        judged,
        [("unexplained", billed - expected)],
    )


class TestWorst:
    def test_a_flag_outranks_everything(self) -> None:
        flag = verdict(5, 100, 110, "over_billed")
        assert (
            worst([flag, verdict(6, 10**9, 103 * 10**7, "needs_review"), verdict(7, 100, 104, "within_tolerance")])
            == flag
        )

    def test_nothing_to_compare_with_is_worst(self) -> None:
        free = verdict(5, 0, 10, "billed_without_usage")
        assert worst([free, verdict(6, 100, 400, "over_billed")]) == free

    def test_of_equals_the_latest(self) -> None:
        later = verdict(6, 100, 110, "over_billed")
        assert worst([verdict(5, 100, 90, "under_billed"), later]) == later

    def test_without_activity_the_latest_judged_month(self) -> None:
        quiet = verdict(6, 0, 0, "no_activity")
        assert worst([verdict(5, 0, 0, "no_activity"), quiet, verdict(7, 5, 0, "not_due", judged=False)]) == quiet
        assert worst([verdict(7, 5, 0, "not_due", judged=False)]) is None
