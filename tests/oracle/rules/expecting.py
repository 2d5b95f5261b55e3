"""What should have been billed: the rate card on the usage of some days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.rules.days import ONE_DAY, Span, meet, nearest, share

from trueup_billing import Currency

Facts = dict[str, Any]
Total = Callable[[str, Span], Fraction]
"""Units of a metric on some days."""
USAGE = {"per_unit", "graduated", "volume", "package", "as_invoiced"}


def metered(facts: Facts) -> Total:
    """What the buckets add up to."""

    def total(metric: str, span: Span) -> Fraction:
        days = facts["usage"].get(metric, {}).get("days", {})
        found, day = Decimal(0), span[0]
        while day < span[1]:
            found += Decimal(days.get(day, "0"))
            day += ONE_DAY
        return Fraction(found)

    return total


def cost(rate: Facts, quantity: Fraction, part: Fraction) -> int:
    """Minor units of a quantity; `part` is the share of the period for which allowance and tiers are given."""
    left = quantity - Fraction(rate["included"]) * part
    left = max(left, Fraction(0))
    price = Fraction(rate["unit_price"])
    if rate["kind"] == "graduated":
        major, floor = Fraction(0), Fraction(0)
        for upto, tier_price in rate["tiers"]:
            ceiling = left if upto is None else Fraction(upto) * part
            inside = min(left, ceiling) - floor
            if inside > 0:
                major += inside * Fraction(tier_price)
            floor = max(floor, ceiling)
    elif rate["kind"] == "volume":
        reached = [tier_price for upto, tier_price in rate["tiers"] if upto is None or left <= Fraction(upto) * part]
        major = left * Fraction(reached[0])
    elif rate["kind"] == "package":
        packages, size = 0, Fraction(rate["package_size"])
        packages = int(left / size)
        if packages * size < left:
            packages += 1
        major = packages * price
    else:
        major = left * price
    return nearest(major * 10 ** Currency(rate["currency"]).exponent)


def in_force(facts: Facts, rate: Facts, span: Span) -> Span | None:
    """The days on which a component holds for an active account."""
    account = facts["account"]
    held = meet(span, (rate["valid_from"], rate["valid_to"] or date.max))
    active = (account["active_from"] or date.min, account["active_to"] or date.max)
    return meet(held, active) if held else None


def place_on_invoice(rate: Facts) -> tuple[bool, str, str, date]:
    """Usage first, then what is fixed; each by name and day."""
    return rate["kind"] == "flat", rate["metric"], rate["component"], rate["valid_from"]


def expect(facts: Facts, total: Total, span: Span, prices: Mapping[str, Fraction], *, final: bool) -> Facts:
    """The lines that a right invoice for the days would have, and the metrics that have no price."""
    lines: list[Facts] = []
    unpriced: set[str] = set()
    currencies: set[str] = set()
    zone = facts["account"]["zone"]
    rates = sorted(facts["account"]["rates"], key=place_on_invoice)
    held = [(rate, days) for rate in rates if (days := in_force(facts, rate, span))]
    for rate, days in held:
        part = share(zone, rate["proration"], span, days)
        if rate["kind"] in USAGE:
            quantity = total(rate["metric"], days)
            priced = rate
            if rate["kind"] == "as_invoiced":
                if rate["metric"] not in prices:
                    if quantity:
                        unpriced.add(rate["metric"])
                        currencies.add(rate["currency"])
                    continue
                priced = {**rate, "unit_price": prices[rate["metric"]]}
            bounded = Fraction(rate["included"]) != 0 or rate["tiers"]
            whole = part if bounded else Fraction(1)
            lines.append(_line(priced, days, quantity, cost(priced, quantity, whole), whole))
        elif rate["kind"] == "flat":
            lines.append(_line(rate, days, Fraction(1), nearest(rate["amount"] * part), part))
    if final:
        lines += [_minimum(facts, rate, days, span, lines) for rate, days in held if rate["kind"] == "minimum"]
    lines += _discounts(facts, [pair for pair in held if pair[0]["kind"] == "discount"], span, lines)
    currencies |= {line["rate"]["currency"] for line in lines}
    return {
        "lines": lines,
        "unpriced": sorted(unpriced),
        "amount": sum(line["amount"] for line in lines),
        "currencies": currencies,
    }


def _line(rate: Facts, days: Span, quantity: Fraction, amount: int, part: Fraction) -> Facts:
    return {"rate": rate, "days": days, "quantity": quantity, "amount": amount, "share": part}


def _part_of_line(facts: Facts, rate: Facts, line: Facts, days: Span) -> Fraction:
    """What of a line falls on some days, by time."""
    both = meet(line["days"], days)
    if both is None:
        return Fraction(0)
    amount: int = line["amount"]
    return amount * share(facts["account"]["zone"], rate["proration"], line["days"], both)


def _minimum(facts: Facts, rate: Facts, days: Span, span: Span, lines: list[Facts]) -> Facts:
    part = share(facts["account"]["zone"], rate["proration"], span, days)
    reached = Fraction(0)
    for line in lines:
        if line["rate"]["kind"] in USAGE and rate["metric"] in {"", line["rate"]["metric"]}:
            reached += _part_of_line(facts, rate, line, days)
    missing = rate["amount"] * part - reached
    return _line(rate, days, reached, nearest(max(missing, Fraction(0))), part)


def _discounts(facts: Facts, held: list[tuple[Facts, Span]], span: Span, lines: list[Facts]) -> list[Facts]:
    """Each on the full lines, and together never more than there is."""
    found: list[Facts] = []
    for rate, days in held:
        part = share(facts["account"]["zone"], rate["proration"], span, days)
        full = Fraction(0)
        for line in lines:
            if rate["metric"] in {"", line["rate"]["metric"]}:
                full += _part_of_line(facts, rate, line, days)
        off = rate["amount"] * part if rate["percent"] is None else full * Fraction(rate["percent"]) / 100
        gone = 0
        for other in found:
            if "" in {rate["metric"], other["rate"]["metric"]} or rate["metric"] == other["rate"]["metric"]:
                gone -= other["amount"]
        off = max(Fraction(0), min(off, full - gone))
        found.append(_line(rate, days, full, nearest(-off), part))
    return found
