"""Codes as people read them, the same words as on the screen. An unknown code becomes readable text, never an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dashboard_api.domain.portfolio import Active, Axis, DateRange, PortfolioQuery

_ACRONYMS = re.compile(r"\b(api|gb|tb|sms|cpu|gpu|id)\b", re.IGNORECASE)
_BANDS = {
    "auto_resolved": "Under 2 %",
    "within_tolerance": "Within 5 %",
    "over_billed": "Over-billed",
    "under_billed": "Under-billed",
    "billed_without_usage": "Billed, no usage",
    "not_due": "Not due yet",
}
_STATES = {"unlinked": "Not linked", "never": "Never read"}
_SOURCES = {"amplitude": "Amplitude", "quickbooks": "QuickBooks", "stripe": "Stripe"}
_REASONS = {
    "unlinked": "is not linked to this account",
    "never_complete": "was never read completely",
    "partial": "is only partly read",
    "stale": "has not been read for 24 hours",
}
_WHOLE_REASONS = {
    "no_rate_card": "There is no rate card for this account",
    "no_price": "Neither the rate card nor an invoice tells the price",
    "month_grain": "A metric that is counted by the month is priced for a part of one",
    "currency_mismatch": "Rate card and invoices are in different currencies",
}
_AXES = {Axis.DUE: "due", Axis.INVOICE: "issued", Axis.SERVICE: "service period"}
_ACTIVE = {Active.TRUE: "active accounts", Active.FALSE: "ended accounts", Active.ALL: "active and ended accounts"}


def humanised(code: str) -> str:
    """`some_new_code` → `Some new code`, `api_calls` → `API calls`."""
    text = _ACRONYMS.sub(lambda match: match[0].upper(), code.replace("_", " ").strip())
    return text[:1].upper() + text[1:] if text else "Unknown"


def band_word(code: str) -> str:
    """How a variance is judged."""
    return _BANDS.get(code) or humanised(code)


def status_word(code: str) -> str:
    """The payment status."""
    return humanised(code)


def state_word(code: str) -> str:
    """How far a source is known."""
    return _STATES.get(code) or humanised(code)


def source_name(code: str) -> str:
    """The source's own spelling."""
    return _SOURCES.get(code) or humanised(code)


def reason_text(reason: Mapping[str, Any]) -> str:
    """Why something cannot be judged, in a sentence."""
    code, source = str(reason["code"]), reason.get("source")
    if code in _WHOLE_REASONS:
        return _WHOLE_REASONS[code]
    phrase = _REASONS.get(code) or humanised(code).lower()
    return f"{source_name(source)} {phrase}" if source else humanised(phrase)


def filter_words(query: PortfolioQuery) -> str:
    """The filters as a person would say them."""
    words = [_ACTIVE[query.active]]
    if query.search:
        words.append(f'name, id or invoice number contains "{query.search}"')
    if query.status:
        words.append("status " + " or ".join(status_word(each).lower() for each in query.status))
    if query.flagged is not None:
        words.append("flagged" if query.flagged else "not flagged")
    if query.band:
        words.append("judged " + " or ".join(band_word(each).lower() for each in query.band))
    if query.mark:
        words.append(" or ".join(humanised(each).lower() for each in query.mark))
    if query.dates:
        words.append(_range(query.dates))
    if query.ids:
        words.append(f"{len(query.ids)} chosen accounts")
    return ", ".join(words)


def order_words(query: PortfolioQuery) -> str:
    """The order as a person would say it."""
    return f"{humanised(query.sort.by).lower()}, {'descending' if query.sort.descending else 'ascending'}"


def _range(dates: DateRange) -> str:
    if dates.first and dates.last:
        return f"{_AXES[dates.axis]} {dates.first} to {dates.last}"
    return f"{_AXES[dates.axis]} {f'from {dates.first}' if dates.first else f'until {dates.last}'}"
