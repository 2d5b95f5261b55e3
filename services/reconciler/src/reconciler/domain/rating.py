"""What a quantity costs under one component of a rate card: exact, rounded by whoever makes a line of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from reconciler.domain.snapshot import Rate, Tier
from reconciler.domain.text import quantity_text
from trueup_billing import Currency, round_half_up

WHOLE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Step:
    """So many units (or packages) at one price; `major` is their exact product."""

    quantity: Fraction
    unit: str
    unit_price: Fraction

    @property
    def major(self) -> Fraction:
        """In major units of the card's currency."""
        return self.quantity * self.unit_price


def steps_of(quantity: Fraction, rate: Rate, share: Fraction = WHOLE) -> tuple[Step, ...]:
    """How a quantity is rated. `share` of the period shrinks allowance and tier bounds."""
    billable = quantity if not rate.included else max(Fraction(0), quantity - rate.included * share)
    if rate.kind == "graduated":
        return tuple(_graduated(billable, rate, share))
    if rate.kind == "volume":
        return (Step(billable, rate.unit, _tier_of(billable, rate.tiers, share).unit_price),)
    if rate.kind == "package":
        begun = -(-billable // rate.package_size)
        return (Step(Fraction(begun), f"packages of {quantity_text(rate.package_size)} {rate.unit}", rate.unit_price),)
    return (Step(billable, rate.unit, rate.unit_price),)


def _graduated(quantity: Fraction, rate: Rate, share: Fraction) -> Iterator[Step]:
    """Each unit at the price of the tier that it falls into; tiers that nothing falls into are left out."""
    begin = Fraction(0)
    tiers = iter(rate.tiers)
    while begin < quantity or begin == quantity == 0:
        tier = next(tiers)
        end = quantity if tier.up_to is None else min(quantity, tier.up_to * share)
        yield Step(end - begin, rate.unit, tier.unit_price)
        if quantity == 0:
            return
        begin = end


def _tier_of(quantity: Fraction, tiers: tuple[Tier, ...], share: Fraction) -> Tier:
    return next(tier for tier in tiers if tier.up_to is None or quantity <= tier.up_to * share)


def price_of(quantity: Fraction, rate: Rate, share: Fraction = WHOLE) -> int:
    """Minor units of a quantity of one period, rounded half up once."""
    scale = 10 ** Currency(rate.currency).exponent
    if rate.kind == "per_unit" and not rate.included:
        return round_half_up(quantity * rate.unit_price * scale)
    return round_half_up(sum((step.major for step in steps_of(quantity, rate, share)), Fraction(0)) * scale)


def first_price(rate: Rate) -> Fraction:
    """The price of the first unit that is charged, to weigh metrics against each other."""
    return rate.tiers[0].unit_price if rate.tiers else rate.unit_price / rate.package_size
