"""Everything that is shown of an account, by the rules alone."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from tests.oracle.rules.billing import billed, told_prices
from tests.oracle.rules.days import Span, day_in, month_of, period_before, period_of
from tests.oracle.rules.deciding import handle, standing
from tests.oracle.rules.expecting import USAGE, expect, metered
from tests.oracle.rules.explaining import Period, explain
from tests.oracle.rules.foretelling import foretell
from tests.oracle.rules.judging import (
    SOURCES,
    band_of,
    covered_from,
    is_stale,
    metrics_needed,
    missing_of,
    reasons_of,
)
from tests.oracle.rules.paying import invoices

Facts = dict[str, Any]
UNKNOWN = {"unlinked", "never_complete", "partial"}


def answer(facts: Facts) -> Facts:
    """Decide one account."""
    account, today = facts["account"], day_in(facts["account"]["zone"], facts["now"])
    accepted = {source: _is_accepted(facts, source) for source in SOURCES}
    reasons = {source: reasons_of(facts, source, accepted[source]) for source in SOURCES}
    wide = [(code, source) for source in SOURCES for code in reasons[source]]
    if not account["rates"]:
        wide.append(("no_rate_card", ""))
    bills = billed(facts)
    may_resolve = not is_stale(facts)
    periods = [_period(facts, span, bills.get(span[0]), wide) for span in spans(facts, today)]
    for one in periods:
        handle(facts, one, today, may_resolve=may_resolve)
    states = invoices(facts)
    row = _row(periods)
    return {
        "completeness": {"reasons": wide, "accepted": [source for source in SOURCES if accepted[source]]},
        "periods": {one["start"].isoformat(): one for one in periods},
        "row": {"start": row["start"].isoformat() if row else None, "flagged": bool(row and row["flagged"])},
        "invoices": states,
        "invoice_row": _invoice_row(facts, states, reasons),
        "usage": _usage(facts, reasons["amplitude"], today),
        "forecast": foretell(facts, wide),
        "active": (account["active_from"] or date.min) <= today < (account["active_to"] or date.max),
    }


def spans(facts: Facts, today: date) -> list[Span]:
    """The whole periods since usage is covered, as far as the account was active; without coverage the last two."""
    account = facts["account"]
    first = covered_from(facts) or period_before(account["anchor"], today)[0]
    found: list[Span] = []
    span = period_of(account["anchor"], first)
    while span[0] <= today:
        active = (account["active_from"] or date.min) < span[1] and (account["active_to"] or date.max) > span[0]
        if span[0] >= first and active:
            found.append(span)
        span = period_of(account["anchor"], span[1])
    return found if first <= today else []


def _is_accepted(facts: Facts, source: str) -> bool:
    missing = missing_of(facts, source)
    return bool(missing) and any(
        one["kind"] == "accept_partial" and one["source"] == source and one["missing"] == missing
        for one in standing(facts)
    )


def _period(facts: Facts, span: Span, bills: Facts | None, wide: list[tuple[str, str]]) -> Facts:
    bills = bills or {"lines": [], "credits": [], "amount": 0, "currencies": set()}
    today = day_in(facts["account"]["zone"], facts["now"])
    due, prices = span[1] <= today, told_prices(facts, span)
    expected = expect(facts, metered(facts), span, prices, final=due)
    currencies = sorted(expected["currencies"]) or sorted(bills["currencies"])
    reasons = list(wide)
    if not reasons and len(expected["currencies"] | bills["currencies"]) > 1:
        reasons = [("currency_mismatch", "")]
    if not reasons and expected["unpriced"]:
        reasons = [("no_price", "")]
    by_month = [line for line in expected["lines"] if line["rate"]["metric"] in facts["month_metrics"]]
    if not reasons and any(line["rate"]["kind"] in USAGE and not _is_month(line["days"]) for line in by_month):
        reasons = [("month_grain", "")]
    rates = facts["account"]["rates"]
    found = {
        "start": span[0],
        "end": span[1],
        "due": due,
        "currency": currencies[0] if currencies else rates[0]["currency"] if rates else None,
        "reasons": reasons,
        "expected_minor": None,
        "billed_minor": None,
        "variance_minor": None,
        "parts": [],
    }
    if reasons:
        return found | {"band": "cannot_judge" if due else "not_due"}
    one, other = expected["amount"], bills["amount"]
    band = band_of(facts, span, one, other, str(found["currency"]), invoiced=bool(bills["lines"]))
    parts = explain(Period(facts, span, expected, bills, prices)) if due else []
    return found | {
        "band": band,
        "expected_minor": one,
        "billed_minor": other,
        "variance_minor": other - one,
        "parts": parts,
    }


def _is_month(days: Span) -> bool:
    return days == month_of(days[0])


def _row(periods: list[Facts]) -> Facts | None:
    """The worst open discrepancy, else the latest period that is over."""
    due = [one for one in periods if one["due"]]
    loud = [one for one in due if one["band"] not in {"not_due", "no_activity"}]
    if not loud:
        return due[-1] if due else None

    def badness(one: Facts) -> tuple[int, int, Fraction, Fraction, date]:
        rank = 2 if one["flagged"] else 1 if one["band"] == "needs_review" and not one["settled"] else 0
        if not one["expected_minor"]:
            return rank, 1, Fraction(0), Fraction(0), one["start"]
        rest = sum(amount for name, amount in one["parts"] if name == "unexplained")
        shares = [abs(Fraction(amount, one["expected_minor"])) for amount in (rest, one["variance_minor"])]
        return rank, 0, shares[0], shares[1], one["start"]

    return max(loud, key=badness)


def _invoice_row(facts: Facts, states: dict[str, Facts], reasons: dict[str, list[str]]) -> Facts:
    """The most overdue invoice, else the latest that stands, else the latest."""
    documents = {one["id"]: one for one in facts["documents"]}
    overdue = [(documents[one]["due_on"], one) for one, state in states.items() if state["status"] == "overdue"]
    standing_ones = [one for one, state in states.items() if state["status"] != "void"] or list(states)
    latest = [(documents[one]["issued_on"], one) for one in standing_ones]
    chosen = min(overdue)[1] if overdue else max(latest)[1] if latest else None
    unknown = any(reasons[source][:1] and reasons[source][0] in UNKNOWN for source in ("quickbooks", "stripe"))
    return {"invoice": chosen, "status": None if chosen is None or unknown else states[chosen]["status"]}


def _usage(facts: Facts, reasons: list[str], today: date) -> dict[str, Fraction]:
    """Units of the calendar month, where usage is known at all."""
    if reasons[:1] in (["unlinked"], ["never_complete"]):
        return {}
    month = month_of(today)
    return {metric: metered(facts)(metric, month) for metric in metrics_needed(facts)}
