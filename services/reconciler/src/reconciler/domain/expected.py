"""What should have been billed: the rate card applied to the usage of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from reconciler.domain.periods import active_part
from reconciler.domain.snapshot import Rate, Snapshot
from trueup_billing import Currency, Period, round_half_up


@dataclass(frozen=True, slots=True)
class ExpectedPart:
    """One rounding: a metric under one rate on a run of days (`to_day` included)."""

    rate: Rate
    quantity: Fraction
    amount_minor: int
    from_day: date
    to_day: date


@dataclass(frozen=True, slots=True)
class Expected:
    """The parts of a period. More than one currency cannot be added up."""

    parts: tuple[ExpectedPart, ...]

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies of the rates in force."""
        return frozenset(part.rate.currency for part in self.parts)

    @property
    def amount_minor(self) -> int:
        """The sum; meaningful only within one currency."""
        return sum(part.amount_minor for part in self.parts)


def price_of(quantity: Fraction, rate: Rate) -> int:
    """Minor units of a quantity, rounded half up once."""
    return round_half_up(quantity * rate.unit_price * 10 ** Currency(rate.currency).exponent)


def expected_for(snapshot: Snapshot, period: Period) -> Expected:
    """Rate the usage of the period: metric by metric, each rate on its own days."""
    parts: list[ExpectedPart] = []
    for rate in sorted(snapshot.account.rates, key=lambda rate: (rate.metric, rate.valid_from)):
        start, end = active_part(snapshot.account, period.start, period.end)
        start = max(start, rate.valid_from)
        end = end if rate.valid_to is None else min(end, rate.valid_to)
        if end <= start:
            continue
        series = snapshot.usage.get(rate.metric)
        quantity = series.total(start, end) if series else Fraction(0)
        parts.append(ExpectedPart(rate, quantity, price_of(quantity, rate), start, end - timedelta(days=1)))
    return Expected(tuple(parts))
