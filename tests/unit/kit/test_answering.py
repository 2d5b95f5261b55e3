"""When too many calls of late have failed, and when there are too few of them to say so."""

from __future__ import annotations

import pytest

from trueup_kit.answering import FAILED_MIN, Answered


@pytest.mark.parametrize(
    ("calls", "failed", "troubled"),
    [
        (0, 0, False),
        (5, FAILED_MIN - 1, False),  # two fifths, and still no more than bad luck
        (5, FAILED_MIN, True),
        (150, 3, False),  # 2 % exactly is not over 2 %
        (149, 3, True),
        (1000, 20, False),
        (1000, 21, True),
    ],
)
def test_over_two_per_cent_of_enough_failures(calls: int, failed: int, troubled: bool) -> None:
    trouble = Answered(calls, failed).trouble()
    assert (trouble is not None) == troubled
    if trouble is not None:
        assert f"{failed} of {calls}" in trouble
