"""The straight line through daily values, exact: integer sums, one division at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

_Z80 = Fraction(32, 25)
"""Eight of ten outcomes lie within 1.28 standard deviations."""


@dataclass(frozen=True, slots=True)
class Line:
    """`y = (level + rise * x) / divisor`; all integers, `divisor` > 0, `x` a whole number of days."""

    level: int
    rise: int
    divisor: int
    points: int
    sum_x: int
    residual: Fraction
    """Sum of squared residuals."""

    @property
    def intercept(self) -> Fraction:
        """The value at x = 0."""
        return Fraction(self.level, self.divisor)

    @property
    def slope(self) -> Fraction:
        """The change per day."""
        return Fraction(self.rise, self.divisor)

    def total(self, xs: range) -> Fraction:
        """The sum over days; a day on which the line is negative counts 0."""
        values = (self.level + self.rise * x for x in xs)
        return Fraction(sum(value for value in values if value > 0), self.divisor)

    def margin(self, xs: range) -> Fraction:
        """Half the width of the 80 % range of a sum over further days, to a millionth.

        The textbook's prediction interval of simple regression, for a sum of m further days instead of one: their own
        scatter (m), the doubt about the level (m² / n), and the doubt about the slope, which grows with the distance.
        """
        n, m = self.points, len(xs)
        if n < 3 or m == 0:
            return Fraction(0)
        away = n * sum(xs) - m * self.sum_x
        spread = m + Fraction(m * m, n) + Fraction(away * away, n * self.divisor)
        square = self.residual / (n - 2) * spread
        return Fraction(isqrt(square.numerator * 10**12 // square.denominator), 10**6) * _Z80


def fit(xs: Sequence[int], ys: Sequence[int]) -> Line:
    """Ordinary least squares through at least two points with different x.

    Raises:
        ValueError: fewer than two different x.
    """
    n, sum_x, sum_y = len(xs), sum(xs), sum(ys)
    sum_xx = sum(x * x for x in xs)
    sum_xy = sum(x * y for x, y in zip(xs, ys, strict=True))
    divisor = n * sum_xx - sum_x * sum_x
    if divisor <= 0:
        raise ValueError("a line needs two points with different x")
    rise = n * sum_xy - sum_x * sum_y
    level = sum_y * sum_xx - sum_x * sum_xy
    spread = n * sum(y * y for y in ys) - sum_y * sum_y
    residual = Fraction(spread, n) - Fraction(rise * rise, n * divisor)
    return Line(level, rise, divisor, n, sum_x, residual)
