"""Metered usage against a count: exact limits, whole days only, and a verdict that a person clears."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from tests.unit.reconciler.builders import FIRST_DAY, NOW, gap, scope

from reconciler.domain.calibration import Check, is_counted, judge
from reconciler.domain.snapshot import Coverage
from reconciler.usecases.calibrate import off_reason
from trueup_billing import Source

CHECK = Check("cc_1", "api_calls", date(2026, 11, 1), date(2026, 11, 14), Fraction(1_000), 7)


@pytest.mark.parametrize(
    ("metered", "state", "drift"),
    [
        (1_070, "within", "7.00"),
        (930, "within", "-7.00"),
        (Fraction(1_070_001, 1_000), "over", "7.00"),
        (929, "over", "-7.10"),
        (0, "over", "-100.00"),
    ],
)
def test_exactly_the_limit_is_within_it(metered: Fraction | int, state: str, drift: str) -> None:
    found = judge(CHECK, Fraction(metered))
    assert (found.state, found.drift_percent) == (state, drift)


def test_a_count_of_nothing_agrees_with_nothing_only() -> None:
    empty = replace(CHECK, reference=Fraction(0))
    assert (judge(empty, Fraction(0)).state, judge(empty, Fraction(1)).state) == ("within", "over")
    assert judge(empty, Fraction(1)).reason.startswith("usage where the reference count has none")


def test_the_reason_says_how_far_off_and_when() -> None:
    assert judge(CHECK, Fraction(1_114)).reason == "11.40 % drift, 2026-11-01 to 2026-11-14; allowed 7 %"


def test_days_are_compared_once_all_of_them_were_counted_whole() -> None:
    whole = scope(Source.AMPLITUDE)
    assert is_counted(CHECK, [whole])
    before_the_end = Coverage(FIRST_DAY, None, datetime(2026, 11, 14, 23, tzinfo=UTC))
    short = Coverage(date(2026, 11, 2), None, NOW)
    after = datetime(2026, 11, 15, 3, tzinfo=UTC)
    here, there = (Coverage(FIRST_DAY, None, after, zone) for zone in ("UTC", "America/Los_Angeles"))
    assert is_counted(CHECK, [replace(whole, coverage=(here,))])
    assert not is_counted(CHECK, [replace(whole, coverage=(there,))]), "there the last day is not over yet"
    assert not is_counted(CHECK, [])
    assert not is_counted(CHECK, [replace(whole, scope="usage|storage|0")])
    assert not is_counted(CHECK, [replace(whole, coverage=(before_the_end,))])
    assert not is_counted(CHECK, [replace(whole, coverage=(short,))])
    assert not is_counted(CHECK, [replace(whole, as_of=None, coverage=())])
    assert not is_counted(CHECK, [replace(whole, incomplete_reason="truncated")])
    assert not is_counted(CHECK, [replace(whole, gaps=gap("amplitude:acct_1"))])
    assert not is_counted(CHECK, [whole, replace(whole, scope="usage|api_calls|1", coverage=(short,))])


def test_a_good_count_after_a_bad_one_does_not_switch_the_metric_on_again() -> None:
    bad = judge(CHECK, Fraction(1_200))
    good = judge(replace(CHECK, check_id="cc_2", to_day=date(2026, 11, 20)), Fraction(1_000))
    assert off_reason([good]) is None
    assert off_reason([bad, good]) == bad.reason
