"""The straight line: exact, and what a spreadsheet's LINEST gives on the same days."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from tests.unit.reconciler.builders import NOW

from reconciler.domain.line import fit
from reconciler.domain.projection import project
from reconciler.domain.snapshot import Account, Coverage, Series

SERIES = 10_000
TODAY, FIRST, END = date(2026, 11, 23), date(2026, 8, 1), date(2027, 1, 1)
USED, AHEAD = (TODAY - FIRST).days, (END - TODAY).days
COVERAGE = (Coverage(FIRST, None, NOW),)


def test_the_line_is_exact() -> None:
    line = fit(range(4), [1, 3, 5, 7])
    assert [line.intercept, line.slope, line.residual] == [1, 2, 0]
    thirds = fit([0, 1, 2], [0, 1, 1])
    assert (thirds.slope, thirds.intercept, thirds.residual) == (Fraction(1, 2), Fraction(1, 6), Fraction(1, 6))
    with pytest.raises(ValueError, match="two points"):
        fit([3, 3], [1, 2])


def values_of(seed: int) -> list[int]:
    """Daily usage as it comes: flat, growing, falling, seasonal, spiky, rare or none, from single units to billions."""
    draw = random.Random(seed)
    size, slope = 10 ** draw.uniform(0, 9), draw.uniform(-0.012, 0.02)
    noise, week, rare = draw.uniform(0, 0.6), draw.uniform(0, 0.7), draw.random() < 0.1
    found = []
    for day in range(USED):
        level = size * (1 + slope * day) * (1 - (week if day % 7 > 4 else 0)) * draw.uniform(1 - noise, 1 + noise)
        spike = 20 if draw.random() < 0.01 else 1
        found.append(0 if rare and draw.random() < 0.9 else max(0, round(level * spike)))
    return found


def test_ten_thousand_series_agree_with_linest_to_rounding() -> None:
    """`numpy.polyfit` on the same days, in floats: slope, intercept and the quarter's total agree to its precision."""
    account = Account("c1", "Acme")
    xs = np.arange(USED, dtype=np.float64)
    ahead = np.arange(USED, USED + AHEAD, dtype=np.float64)
    worst = 0.0
    for seed in range(SERIES):
        values = values_of(seed)
        days = {(FIRST + timedelta(days=offset)).toordinal(): value for offset, value in enumerate(values)}
        found = project(account, Series("m", "u", days), COVERAGE, TODAY)
        assert found is not None
        slope, intercept = np.polyfit(xs, np.array(values, dtype=np.float64), 1)
        rest = float(np.maximum(0.0, intercept + slope * ahead).sum())
        by_hand = sum(values[61:]) + rest
        scale = max(1.0, float(max(values)))
        assert float(found.slope) == pytest.approx(slope, rel=1e-9, abs=scale * 1e-11), seed
        assert float(found.intercept) == pytest.approx(intercept, rel=1e-9, abs=scale * 1e-10), seed
        assert float(found.projected) == pytest.approx(by_hand, rel=1e-9, abs=scale * 1e-9), seed
        worst = max(worst, abs(float(found.projected) - by_hand) / max(1.0, by_hand))
    assert worst < 1e-9


def test_the_range_is_that_of_a_prediction() -> None:
    """The textbook's prediction interval by the design matrix, for a sum of future days."""
    values = [100 + 3 * day + (day * 37 % 11) for day in range(50)]
    line, ahead = fit(range(50), values), range(60, 90)
    design = np.column_stack([np.ones(50), np.arange(50)])
    inverse = np.linalg.inv(design.T @ design)
    summed = np.array([len(ahead), sum(ahead)], dtype=np.float64)
    variance = float(line.residual) / 48 * (len(ahead) + summed @ inverse @ summed)
    assert float(line.margin(ahead)) == pytest.approx(1.28 * float(np.sqrt(variance)), rel=1e-6)


def test_there_is_no_range_without_days_or_without_a_third_point() -> None:
    assert fit(range(5), [1, 5, 2, 4, 3]).margin(range(5, 5)) == 0
    assert fit(range(2), [1, 5]).margin(range(2, 9)) == 0


def test_eight_of_ten_outcomes_lie_in_the_range() -> None:
    """Seeded days that scatter around a line: the share inside is the one that the range promises."""
    draw, inside, rounds = random.Random(7), 0, 1_500
    for _ in range(rounds):
        whole = [round(10_000 + 20 * day + draw.gauss(0, 800)) for day in range(USED + AHEAD)]
        line, ahead = fit(range(USED), whole[:USED]), range(USED, USED + AHEAD)
        inside += abs(sum(whole[USED:]) - line.total(ahead)) <= line.margin(ahead)
    assert 0.77 < inside / rounds < 0.83
