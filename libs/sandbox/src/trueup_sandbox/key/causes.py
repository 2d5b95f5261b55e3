"""Why a month's bill is off: known here because it was planted, or because of when the world let something happen."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from trueup_sandbox.key.calendar import days_between
from trueup_sandbox.key.cards import cost, missing_to_minimum, month_minor, price_lines, taken_off
from trueup_sandbox.key.evidence import Evidence
from trueup_sandbox.world.planting import AGAIN

ROUNDING_MINOR = 2
Causes = list[tuple[str, int]]


def causes(evidence: Evidence, start: date, end: date, *, variance: int, credit: int, lines: int) -> Causes:
    """Named causes with signed minor units; they add up to the variance."""
    if variance == 0:
        return []
    if lines == 0 and variance < 0 and credit == 0:
        return [("missing_invoice", variance)]
    found = _planted(evidence, start, end) + _late(evidence, start, end)
    left = variance + credit - sum(amount for _, amount in found)
    mends = max(0, min(left, credit))
    if credit > mends:
        found.append(("credit", mends - credit))
    if left != mends:
        found.append(("rounding" if abs(left - mends) <= ROUNDING_MINOR else "unexplained", left - mends))
    return [one for one in found if one[1]]


def _planted(evidence: Evidence, start: date, end: date) -> Causes:
    account = evidence.account
    if account.planted is None or start != evidence.world.planted_month:
        return []
    parts = price_lines(account, evidence.used, start, end)
    usage = sum(minor for _, _, minor in parts)
    if account.planted.situation == "plan_change":
        old = account.prices[0]
        quantity = sum((used for _, used, _ in parts), Fraction(0))
        return [("plan_change", cost(account, old, quantity) - usage)]
    if account.planted.situation == "minimum":
        return [("minimum", -missing_to_minimum(account, usage))]
    if account.planted.situation == "discount":
        return [("discount", taken_off(account, usage))]
    again = [one for one in evidence.invoices if (one.run or "").endswith(AGAIN) and one.state == "open"]
    return [("duplicate_invoice", sum(one.net_minor for one in again))] if again else []


def _late(evidence: Evidence, start: date, end: date) -> Causes:
    """Usage that came in after the month's last invoice."""
    made = [
        one.created_ms
        for one in evidence.invoices
        if one.state == "open" and any(line.service_date and start <= line.service_date < end for line in one.lines)
    ]
    if not made:
        return []
    known_ms = max(made)

    def before(metric: str, day: date) -> int:
        return evidence.used(metric, day) - evidence.came_after(metric, day, known_ms)

    if not any(evidence.came_after(m, day, known_ms) for m in evidence.metrics() for day in days_between(start, end)):
        return []
    right = month_minor(evidence.account, evidence.used, start, end, over=True)
    return [("late_usage", month_minor(evidence.account, before, start, end, over=True) - right)]
