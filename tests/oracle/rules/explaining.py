"""Why billed and expected differ, cause after cause in their order (ADR 0018)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from tests.oracle.rules.days import Span, nearest, share
from tests.oracle.rules.expecting import USAGE, cost, expect, metered

from trueup_billing import Currency

Facts = dict[str, Any]
Named = tuple[str, int]


class Period:
    """One period as it was worked out."""

    def __init__(self, facts: Facts, span: Span, expected: Facts, billed: Facts, prices: dict[str, Fraction]) -> None:
        self.facts, self.span, self.prices = facts, span, prices
        self.expected: list[Facts] = expected["lines"]
        self.expected_minor: int = expected["amount"]
        self.bills: list[tuple[Facts, Facts]] = billed["lines"]
        self.credit = sum(amount for _, amount in billed["credits"])
        self.variance: int = billed["amount"] - expected["amount"]
        self.rounding: int = facts["policy"]["rounding"]

    def billed_as(self, items: set[str]) -> list[Facts]:
        """Item lines of these items."""
        return [line for _, line in self.bills if line["kind"] == "item" and line["item"] in items]


def explain(period: Period) -> list[Named]:
    """Named amounts that add up to the variance."""
    if period.variance == 0:
        return []
    if not period.bills and not period.credit and period.expected_minor > 0:
        return [("missing_invoice", period.variance)]
    rest = period.variance + period.credit
    found: list[Named] = []
    for name, look in CAUSES:
        for amount, told in look(period):
            if amount != 0 and (told or abs(rest - amount) < abs(rest)):
                found.append((name, amount))
                rest -= amount
    mended = min(period.credit, max(0, rest))
    if period.credit != mended:
        found.append(("credit", mended - period.credit))
    rest -= mended
    if rest != 0:
        found.append(("rounding" if abs(rest) <= period.rounding else "unexplained", rest))
    return found


Found = list[tuple[int, bool]]
"""Amount, and whether the rows themselves tell it."""


def duplicates(period: Period) -> Found:
    """An invoice with the very lines of an earlier one."""
    seen: list[list[tuple[Any, ...]]] = []
    found: Found = []
    for identity in dict.fromkeys(document["id"] for document, _ in period.bills):
        lines = [line for document, line in period.bills if document["id"] == identity]
        told = sorted(
            (
                line["item"] or "",
                str(line["service_date"]),
                line["quantity"] or "",
                line["unit_price"] or "",
                line["amount"],
            )
            for line in lines
        )
        if told in seen:
            found.append((sum(line["amount"] for line in lines), False))
        else:
            seen.append(told)
    return found


def unmapped(period: Period) -> Found:
    """Items that the card does not know, where the card names one for all that it charges."""
    rates = period.facts["account"]["rates"]
    charged = [rate for rate in rates if rate["kind"] in USAGE or rate["kind"] == "flat"]
    if not charged or any(rate["item"] is None for rate in charged):
        return []
    known = {rate["item"] for rate in rates}
    strange = [line for _, line in period.bills if line["kind"] == "item" and line["item"] not in known]
    return [(sum(line["amount"] for line in strange), True)] if strange else []


def components(period: Period) -> list[list[Facts]]:
    """The expected lines of each metric and of each flat amount, in the order of their days."""
    found: dict[tuple[str, str], list[Facts]] = {}
    for line in period.expected:
        rate = line["rate"]
        if rate["kind"] in USAGE:
            found.setdefault(("usage", rate["metric"]), []).append(line)
        elif rate["kind"] == "flat":
            found.setdefault(("flat", rate["component"] or rate["metric"]), []).append(line)
    return [sorted(lines, key=lambda line: line["days"]) for lines in found.values()]


def items_of(lines: list[Facts]) -> set[str]:
    """The items that expected lines are billed as."""
    return {line["rate"]["item"] for line in lines if line["rate"]["item"]}


def plan_changes(period: Period) -> Found:
    """Several versions in the period, and a bill as if the change had come at another time."""
    found: Found = []
    for lines in components(period):
        bills = period.billed_as(items_of(lines))
        if len(lines) > 1 and bills:
            wrong = _cost_as_billed(period, lines, bills)
            if wrong is not None:
                found.append((wrong - sum(line["amount"] for line in lines), True))
    return found


def _cost_as_billed(period: Period, lines: list[Facts], bills: list[Facts]) -> int | None:
    prices = [Fraction(line["rate"]["unit_price"]) for line in lines]
    plain = all(line["rate"]["kind"] == "per_unit" and Fraction(line["rate"]["included"]) == 0 for line in lines)
    used = sum((line["quantity"] for line in lines), Fraction(0))
    if plain and all(bill["quantity"] and bill["unit_price"] for bill in bills):
        units = sum((Fraction(bill["quantity"]) for bill in bills), Fraction(0))
        if units > 0 and all(Fraction(bill["unit_price"]) in prices for bill in bills):
            money = sum((Fraction(bill["quantity"]) * Fraction(bill["unit_price"]) for bill in bills), Fraction(0))
            return nearest(money * used / units * 10 ** Currency(lines[0]["rate"]["currency"]).exponent)
    total = sum(bill["amount"] for bill in bills)
    days = (lines[0]["days"][0], lines[-1]["days"][1])
    for line in lines:
        rate = line["rate"]
        part = share(period.facts["account"]["zone"], rate["proration"], period.span, days)
        throughout = nearest(rate["amount"] * part) if rate["kind"] == "flat" else cost(rate, used, part)
        if abs(throughout - total) <= period.rounding:
            return throughout
    return None


def prorations(period: Period) -> Found:
    """One version for a part of the period, billed as if it held for the whole."""
    found: Found = []
    for lines in components(period):
        bills = period.billed_as(items_of(lines))
        if len(lines) == 1 and bills and lines[0]["share"] != 1:
            rate = lines[0]["rate"]
            whole = rate["amount"] if rate["kind"] == "flat" else cost(rate, lines[0]["quantity"], Fraction(1))
            if abs(sum(bill["amount"] for bill in bills) - whole) <= period.rounding:
                found.append((whole - lines[0]["amount"], True))
    return found


def minimums(period: Period) -> Found:
    """A minimum that no line tops up to."""
    items = {line["item"] for _, line in period.bills}
    found: Found = []
    for line in period.expected:
        item = line["rate"]["item"]
        if line["rate"]["kind"] == "minimum" and not (item and item in items):
            found.append((-line["amount"], item is not None))
    return found


def discounts(period: Period) -> Found:
    """What the card takes off against what the invoices take off."""
    lines = [line for line in period.expected if line["rate"]["kind"] == "discount"]
    items = items_of(lines)
    bills = [line for _, line in period.bills if line["kind"] == "discount" or line["item"] in items]
    due = -sum(line["amount"] for line in lines)
    given = -sum(line["amount"] for line in bills)
    return [(due - given, bool(bills or items))]


def late_usage(period: Period) -> Found:
    """Usage that was learned of after the last invoice that bills its metric."""
    facts, rates = period.facts, [rate for rate in period.facts["account"]["rates"] if rate["kind"] in USAGE]
    metric_of = {rate["item"]: rate["metric"] for rate in rates if rate["item"]}
    made: dict[str, datetime] = {}
    for document, line in period.bills:
        if document["created_at"] is not None:
            about = metric_of.get(line["item"])
            for metric in [about] if about else {rate["metric"] for rate in rates}:
                made[metric] = max(document["created_at"], made.get(metric, document["created_at"]))
    late: dict[tuple[str, date], Fraction] = {}
    for metric, instant in made.items():
        for one in facts["revisions"].get(metric, []) if metric in facts["usage"] else []:
            known = [value for at, value in one["seen"] if at <= instant]
            if known and period.span[0] <= one["day"] < period.span[1]:
                more = Fraction(one["seen"][-1][1]) - Fraction(known[-1])
                late[metric, one["day"]] = late.get((metric, one["day"]), Fraction(0)) + more
    if not any(late.values()):
        return []
    now = metered(facts)

    def then(metric: str, days: Span) -> Fraction:
        gone = [more for (about, day), more in late.items() if about == metric and days[0] <= day < days[1]]
        return now(metric, days) - sum(gone, Fraction(0))

    before = expect(facts, then, period.span, period.prices, final=True)
    return [(before["amount"] - period.expected_minor, False)]


CAUSES: tuple[tuple[str, Callable[[Period], Found]], ...] = (
    ("duplicate_invoice", duplicates),
    ("unmapped", unmapped),
    ("plan_change", plan_changes),
    ("proration", prorations),
    ("minimum", minimums),
    ("discount", discounts),
    ("late_usage", late_usage),
)
