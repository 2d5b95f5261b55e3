"""What was billed: lines by the period that they are for, credits, and the prices that invoices tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from tests.oracle.rules.days import Span, nearest, period_before, period_of

from trueup_billing import Currency

Facts = dict[str, Any]


def stands(document: Facts) -> bool:
    """Whether it is an invoice that bills something."""
    return bool(document["kind"] == "invoice" and document["state"] in {"open", "written_off"})


def in_order(documents: list[Facts]) -> list[Facts]:
    """Oldest first."""
    return sorted(documents, key=lambda one: (one["issued_on"], one["id"]))


def period_of_line(facts: Facts, document: Facts, line: Facts) -> tuple[Span, bool]:
    """Its service period, and whether that is only assumed."""
    anchor = facts["account"]["anchor"]
    if line["service_date"] is not None:
        return period_of(anchor, line["service_date"]), False
    ahead = {rate["item"] for rate in facts["account"]["rates"] if rate["billed"] == "advance" and rate["item"]}
    found = period_of if line["item"] in ahead else period_before
    return found(anchor, document["issued_on"]), True


def billed(facts: Facts) -> dict[date, Facts]:
    """First day of a period → lines and credits."""
    found: dict[date, Facts] = {}
    credit = credits_of(facts, with_tax=False)

    def at(start: date) -> Facts:
        return found.setdefault(start, {"lines": [], "credits": []})

    for document in in_order(facts["documents"]):
        if not stands(document):
            continue
        shares: dict[date, int] = {}
        for line in document["lines"]:
            if line["kind"] in {"item", "discount"}:
                (start, _), _ = period_of_line(facts, document, line)
                at(start)["lines"].append((document, line))
                shares[start] = shares.get(start, 0) + line["amount"]
        if given := credit.get(document["id"], 0):
            for start, amount in _spread(given, shares, _home(facts, document)).items():
                if amount:
                    at(start)["credits"].append((document, amount))
    for one in found.values():
        one["amount"] = sum(line["amount"] for _, line in one["lines"]) - sum(amount for _, amount in one["credits"])
        one["currencies"] = {document["currency"] for document, _ in one["lines"] + one["credits"]}
    return found


def _home(facts: Facts, document: Facts) -> date:
    for line in document["lines"]:
        if line["kind"] == "item":
            return period_of_line(facts, document, line)[0][0]
    return period_before(facts["account"]["anchor"], document["issued_on"])[0]


def _spread(given: int, shares: Mapping[date, int], home: date) -> dict[date, int]:
    """Over the periods that are billed, as they share in it; to the unit."""
    positive = [(start, amount) for start, amount in sorted(shares.items()) if amount > 0]
    if not positive:
        return {home: given}
    whole, seen, spread = sum(amount for _, amount in positive), 0, {}
    before = 0
    for start, amount in positive:
        seen += amount
        upto = nearest(Fraction(given * seen, whole))
        spread[start] = upto - before
        before = upto
    return spread


def credits_of(facts: Facts, *, with_tax: bool = True) -> dict[str, int]:
    """Invoice → what credit memos have taken off it."""
    known = {document["id"]: document for document in facts["documents"]}
    found: dict[str, int] = {}
    for payment in facts["payments"]:
        ledger = payment["id"].startswith("quickbooks:")
        if payment["kind"] != "payment" or not ledger or payment["status"] != "succeeded":
            continue
        left, worth = 0, Fraction(0)
        for target, amount in payment["applied"]:
            memo = known.get(target, {"state": "open", "total": 0, "tax": 0})
            if ":creditmemo:" in target and memo["state"] not in {"void", "deleted"}:
                left += amount
                worth += amount * (1 - Fraction(memo["tax"], memo["total"] or 1))
        whole, used, told = left, 0, 0
        for target, amount in payment["applied"]:
            if ":invoice:" in target and left > 0:
                used += min(amount, left)
                left -= min(amount, left)
                upto = used if with_tax else nearest(worth * used / whole)
                found[target] = found.get(target, 0) + upto - told
                told = upto
    return found


def told_prices(facts: Facts, span: Span) -> dict[str, Fraction]:
    """Metric → what a unit cost on the invoices of the period, else on those of the latest one before."""
    found: dict[str, Fraction] = {}
    rates = [rate for rate in facts["account"]["rates"] if rate["kind"] == "as_invoiced"]
    for metric in {rate["metric"] for rate in rates}:
        asked = {(rate["item"], rate["currency"]) for rate in rates if rate["metric"] == metric}
        sums: dict[date, list[Fraction]] = {}
        for document in filter(stands, facts["documents"]):
            for line in document["lines"]:
                bills = line["kind"] in {"item", "discount"} and (line["item"], document["currency"]) in asked
                if bills and line["quantity"] is not None:
                    (start, _), _ = period_of_line(facts, document, line)
                    pair = sums.setdefault(start, [Fraction(0), Fraction(0)])
                    pair[0] += Fraction(line["amount"], 10 ** Currency(document["currency"]).exponent)
                    pair[1] += Fraction(line["quantity"])
        starts = sorted(start for start, (_, quantity) in sums.items() if quantity > 0 and start <= span[0])
        if starts:
            amount, quantity = sums[starts[-1]]
            found[metric] = amount / quantity
    return found
