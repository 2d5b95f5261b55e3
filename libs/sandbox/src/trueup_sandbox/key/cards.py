"""What a month costs by the contract, unit by unit of the tiers, written without any of the product's notions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from trueup_sandbox.key.calendar import days_between, nearest
from trueup_sandbox.world.accounts import Account, Price

Used = Callable[[str, date], int | Fraction]


def price_lines(account: Account, used: Used, start: date, end: date) -> list[tuple[Price, Fraction, int]]:
    """Each price with the quantity of its days and what that costs in minor units, rounded once each."""
    found = []
    for price in account.prices:
        quantity = Fraction(0)
        for day in days_between(start, end):
            if price.valid_from <= day and (price.valid_to is None or day < price.valid_to) and account.active_on(day):
                quantity += used(price.metric, day)
        found.append((price, quantity, cost(account, price, quantity)))
    return found


def cost(account: Account, price: Price, quantity: Fraction) -> int:
    """Minor units of a quantity at one price."""
    major, left, below = Fraction(0), quantity, 0
    for bound, each in price.tiers:
        inside = left if bound is None else min(left, Fraction(bound - below))
        major += inside * Fraction(each)
        left -= inside
        below = bound or 0
    if not price.tiers:
        major = quantity * Fraction(price.unit_price)
    return nearest(major * 10**account.currency.exponent)


def missing_to_minimum(account: Account, usage_minor: int) -> int:
    """What a month's usage lacks to the minimum."""
    return sum(max(0, term.amount_minor - usage_minor) for term in account.terms if term.kind == "minimum")


def taken_off(account: Account, net_minor: int) -> int:
    """The discount on so much."""
    return sum(
        nearest(Fraction(net_minor) * Fraction(term.percent) / 100) for term in account.terms if term.kind == "discount"
    )


def month_minor(account: Account, used: Used, start: date, end: date, *, over: bool) -> int:
    """The whole month; a minimum is asked for once it is over."""
    usage = sum(minor for _, _, minor in price_lines(account, used, start, end))
    net = usage + (missing_to_minimum(account, usage) if over else 0)
    return net - taken_off(account, net)
