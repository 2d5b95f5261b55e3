"""Rate card on usage = expected, against what was billed: a sum, line by line, that adds up to the variance exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dashboard_api.domain.exports.figures import money, percent, plain, price, quantity, signed, span
from dashboard_api.domain.exports.words import band_word, humanised, reason_text

Period = Mapping[str, Any]
Line = dict[str, str]
LINES_MAX = 15
"""So many lines of each side are written out; the rest is one line with its sum."""


def receipt(account: Mapping[str, Any]) -> dict[str, Any] | None:
    """The receipt of the row's period, else of the latest one that is due; None before the first period."""
    period = _chosen(account)
    if period is None:
        return None
    head = {"period": span(**_dates(period)), "due": period["due"], "reasons": [], "lines": []}
    figures = (period["currency"], period["expected_minor"], period["billed_minor"], period["amount_minor"])
    if None in figures or period["receipt"] is None:
        return head | {"reasons": [_reason(each) for each in period["reasons"]]}
    return head | {"lines": [*_expected(period), *_billed(period), _variance(period)]}


def _reason(reason: Mapping[str, Any]) -> str:
    """Why, and what would cure it."""
    return f"{reason_text(reason)}. {plain(reason['cure'] or '', length_max=300)}".strip()


def _dates(period: Period) -> dict[str, str]:
    return {"start": period["period"]["start"], "end": period["period"]["end"]}


def _chosen(account: Mapping[str, Any]) -> Period | None:
    latest_first = sorted(account["reconciliations"], key=lambda each: each["period"]["start"], reverse=True)
    row = account["variance"] or {"period": None, "currency": None}
    same = [each for each in latest_first if each["period"] == row["period"]]
    exact = [each for each in same if each["currency"] == row["currency"]]
    due = [each for each in latest_first if each["due"]]
    return next(iter([*exact, *same, *due, *latest_first]), None)


def _line(kind: str, name: str, detail: str, amount: str) -> Line:
    return {"kind": kind, "name": name, "detail": detail, "amount": amount}


def _expected(period: Period) -> Iterator[Line]:
    currency = period["currency"]
    parts = [
        (
            plain(each["item_name"] or humanised(each["component"])),
            plain(each["formula"]),
            each["amount_minor"],
        )
        for each in period["receipt"]["expected"]
    ]
    yield from _lines(parts, period["expected_minor"], currency)
    yield _line("subtotal", "Expected by the rate card", "", money(period["expected_minor"], currency))


def _billed(period: Period) -> Iterator[Line]:
    currency, found = period["currency"], period["receipt"]
    parts = [
        (plain(each["description"] or "Line without description"), _origin(each, currency), each["amount_minor"])
        for each in found["billed"]
    ]
    credit = [
        ("Credit applied", f"Invoice {plain(each['number'] or each['document_id'])}", -each["amount_minor"])
        for each in found["credits"]
    ]
    if not parts:
        yield _line("line", "No invoice line for this period", "", money(0, currency))
    yield from _lines([*parts, *credit], period["billed_minor"], currency)
    yield _line("subtotal", "Billed, less credits", "", money(period["billed_minor"], currency))


def _origin(part: Mapping[str, Any], currency: str) -> str:
    words = [f"Invoice {plain(part['number'])}" if part["number"] else plain(part["document_id"])]
    if part["quantity"] and part["unit_price"]:
        words.append(f"{quantity(part['quantity'])} × {price(part['unit_price'], currency)}")
    if part["assumed"]:
        words.append("period assumed")
    return " · ".join(words)


def _lines(parts: Sequence[tuple[str, str, int]], total_minor: int, currency: str) -> Iterator[Line]:
    """The parts, and what they leave open of the total."""
    shown = parts if len(parts) <= LINES_MAX else parts[: LINES_MAX - 1]
    for name, detail, amount_minor in shown:
        yield _line("line", name, detail, money(amount_minor, currency))
    rest = sum(amount_minor for _, _, amount_minor in parts[len(shown) :])
    if len(shown) < len(parts):
        yield _line("line", f"{len(parts) - len(shown)} more lines", "", money(rest, currency))
    if open_minor := total_minor - sum(amount_minor for _, _, amount_minor in parts):
        yield _line("line", "Not itemised", "", money(open_minor, currency))


def _variance(period: Period) -> Line:
    share = f"{percent(period['percent'])} · " if period["percent"] is not None else ""
    amount = signed(period["amount_minor"], period["currency"])
    return _line("total", "Variance: billed − expected", share + band_word(period["band"]), amount)
