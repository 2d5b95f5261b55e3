"""Mistakes that invoices make for a reason: the causes that a variance is explained by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from tests.oracle.rules.days import Span, share
from tests.oracle.rules.expecting import USAGE, cost, expect, metered

Facts = dict[str, Any]
KINDS = ("one version", "whole", "no minimum", "no discount", "early")


def mistaken(rng: Random, facts: Facts, span: Span, kind: str) -> list[Facts]:
    """The lines that a right invoice would have, with one mistake in all of them."""
    right: list[Facts] = expect(facts, metered(facts), span, {}, final=True)["lines"]
    if kind == "no minimum":
        return [line for line in right if line["rate"]["kind"] != "minimum"]
    if kind == "no discount":
        return [line for line in right if line["rate"]["kind"] != "discount"]
    if kind == "whole":
        return [in_whole(line) for line in right]
    if kind == "early":
        early: list[Facts] = expect(facts, known_then(facts, span[1]), span, {}, final=True)["lines"]
        return early
    return one_version(rng, facts, span, right)


def in_whole(line: Facts) -> Facts:
    """As if it held for the whole period."""
    rate = line["rate"]
    if rate["kind"] == "flat":
        return {**line, "amount": rate["amount"]}
    return {**line, "amount": cost(rate, line["quantity"], Fraction(1))} if rate["kind"] in USAGE else line


def one_version(rng: Random, facts: Facts, span: Span, right: list[Facts]) -> list[Facts]:
    """As if one of the versions of a metric had held on all its days."""
    found = [line for line in right if line["rate"]["kind"] not in USAGE]
    for metric in sorted({line["rate"]["metric"] for line in right if line["rate"]["kind"] in USAGE}):
        lines = sorted(
            (line for line in right if line["rate"]["metric"] == metric and line["rate"]["kind"] in USAGE), key=_days
        )
        days = (lines[0]["days"][0], lines[-1]["days"][1])
        rate = rng.choice(lines)["rate"]
        used = sum((line["quantity"] for line in lines), Fraction(0))
        part = share(facts["account"]["zone"], rate["proration"], span, days)
        found.append({**lines[0], "rate": rate, "days": days, "quantity": used, "amount": cost(rate, used, part)})
    return found


def _days(line: Facts) -> Span:
    days: Span = line["days"]
    return days


def known_then(facts: Facts, day: date) -> Any:
    """Usage as it was known on a day."""
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=23)
    now = metered(facts)

    def total(metric: str, days: Span) -> Fraction:
        found = now(metric, days)
        for one in facts["revisions"].get(metric, []):
            before = [value for at, value in one["seen"] if at <= instant]
            if before and days[0] <= one["day"] < days[1]:
                found -= Fraction(one["seen"][-1][1]) - Fraction(before[-1])
        return found

    return total
