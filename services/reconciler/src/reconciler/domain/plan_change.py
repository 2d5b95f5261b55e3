"""Prices that changed, or held for a part of the period only, and invoices that did not follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from reconciler.domain.billed import BilledPart
from reconciler.domain.expected import ExpectedPart
from reconciler.domain.explained import Case, Evidence, Part, line_evidence
from reconciler.domain.periods import share_of
from reconciler.domain.rating import price_of
from reconciler.domain.snapshot import Rate
from reconciler.domain.text import quantity_text
from trueup_billing import Currency, round_half_up


def plan_changes(case: Case) -> Iterator[Part]:
    """A component with more than one version in the period, billed as if the change had come at another time."""
    for parts in _components(case):
        lines = _lines_of(case, parts)
        if len(parts) < 2 or not lines:
            continue
        right_minor = sum(part.amount_minor for part in parts)
        wrong_minor = _as_billed(case, parts, lines)
        if wrong_minor is not None and wrong_minor != right_minor:
            rows = (*_versions(parts), *(line_evidence(one) for one in lines))
            yield Part("plan_change", wrong_minor - right_minor, _rule(parts, lines), rows, certain=True)


def prorations(case: Case) -> Iterator[Part]:
    """A component that holds for a part of the period and is billed as if it held for the whole."""
    for parts in _components(case):
        lines = _lines_of(case, parts)
        if len(parts) != 1 or not lines or parts[0].share == 1:
            continue
        [part] = parts
        whole_minor = _whole(part)
        billed_minor = sum(one.line.amount_minor for one in lines)
        if abs(billed_minor - whole_minor) <= case.rounding_minor:
            rule = f"{part.rate.name} holds for {part.share} of the period and is billed for the whole."
            rows = (*_versions(parts), *(line_evidence(one) for one in lines))
            yield Part("proration", whole_minor - part.amount_minor, rule, rows, certain=True)


def _components(case: Case) -> list[list[ExpectedPart]]:
    """The lines of each component that is billed for itself, in the order of their days."""
    found: dict[tuple[bool, str], list[ExpectedPart]] = defaultdict(list)
    for part in case.expected.parts:
        if part.rate.is_usage or part.rate.kind == "flat":
            found[part.rate.is_usage, part.rate.metric if part.rate.is_usage else part.rate.name].append(part)
    return [sorted(parts, key=lambda part: part.from_day) for parts in found.values()]


def _lines_of(case: Case, parts: list[ExpectedPart]) -> list[BilledPart]:
    items = {part.rate.item_id for part in parts if part.rate.item_id}
    return [one for one in case.billed.parts if one.line.kind == "item" and one.line.item_id in items]


def _as_billed(case: Case, parts: list[ExpectedPart], lines: list[BilledPart]) -> int | None:
    """What the metered quantity would cost as the invoice shares it out over the versions; None where it cannot be told.

    Lines at prices of the card tell it themselves. Else the bill must be that of one version for all days.
    """
    prices = {part.rate.unit_price for part in parts}
    told = [
        (Fraction(one.line.quantity), Fraction(one.line.unit_price))
        for one in lines
        if one.line.quantity and one.line.unit_price
    ]
    plain = all(part.rate.kind == "per_unit" and not part.rate.included for part in parts)
    billed_quantity = sum((quantity for quantity, _ in told), Fraction(0))
    if plain and len(told) == len(lines) and billed_quantity > 0 and all(price in prices for _, price in told):
        used = sum((part.quantity for part in parts), Fraction(0))
        average = sum((quantity * price for quantity, price in told), Fraction(0)) / billed_quantity
        return round_half_up(used * average * 10 ** Currency(parts[0].rate.currency).exponent)
    billed_minor = sum(one.line.amount_minor for one in lines)
    for part in parts:
        one_minor = _throughout(case, parts, part.rate)
        if abs(one_minor - billed_minor) <= case.rounding_minor:
            return one_minor
    return None


def _throughout(case: Case, parts: list[ExpectedPart], rate: Rate) -> int:
    """The cost if one version had held on all the days."""
    share = share_of(case.snapshot.account, rate.proration, case.period, parts[0].from_day, parts[-1].end)
    if rate.kind == "flat":
        return round_half_up(rate.amount_minor * share)
    return price_of(sum((part.quantity for part in parts), Fraction(0)), rate, share)


def _whole(part: ExpectedPart) -> int:
    if part.rate.kind == "flat":
        return part.rate.amount_minor
    return price_of(part.quantity, part.rate)


def _rule(parts: list[ExpectedPart], lines: list[BilledPart]) -> str:
    days = ", ".join(part.from_day.isoformat() for part in parts[1:])
    prices = sorted({one.line.unit_price for one in lines if one.line.unit_price})
    at = f" at {' and '.join(quantity_text(Fraction(price)) for price in prices)}" if prices else ""
    return f"{parts[0].rate.name} changed on {days}; the invoice bills it{at} as if that had been at another time."


def _versions(parts: list[ExpectedPart]) -> Iterator[Evidence]:
    for part in parts:
        days = f"{part.from_day} to {part.to_day}"
        yield Evidence("trueup", part.rate.name, f"{part.rate.name} on the rate card, {days}", part.amount_minor)
