"""Answers for those who may not see payments: what tells of a payment is taken out, field by field.

Everything that is not listed as harmless is left out, so that a new field is hidden until somebody decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Answer = dict[str, Any]

_INVOICE_SHOWN = frozenset(
    {"document_id", "number", "kind", "period", "issued_on", "due_on", "total_minor", "tax_minor", "currency", "lines"}
)
_INVOICE_HIDDEN = (
    "remaining_minor",
    "paid_minor",
    "credited_minor",
    "status",
    "paid_at",
    "via",
    "gateway_invoice_id",
    "gateway",
    "retry",
)
_ITEM_SHOWN = frozenset(
    {
        "client_id",
        "name",
        "active",
        "usage_mtd",
        "invoice_total",
        "invoice_totals",
        "due_date",
        "variance",
        "flagged",
        "summary",
        "trend",
        "trend_metric",
        "sources",
        "policy_version",
        "revision",
        "reconciled_at",
        "flag",
    }
)
_ACCOUNT_SHOWN = _ITEM_SHOWN | {
    "time_zone",
    "active_from",
    "active_to",
    "refs",
    "forecast",
    "trend_detail",
    "invoices_total",
    "watermarks",
    "auto_reconciled",
}
# Discrepancies about usage and billing carry a band; those about payments have none.
_PAYMENT_KINDS = ("payment", "refund", "dispute", "gateway", "invoice_status", "status")


def hide_in_item(item: Answer) -> Answer:
    """A row of the grid without its payment status."""
    return {key: value for key, value in item.items() if key in _ITEM_SHOWN} | {"status": None}


def hide_in_invoice(invoice: Answer) -> Answer:
    """A document without what was paid, how and whether."""
    shown = {key: value for key, value in invoice.items() if key in _INVOICE_SHOWN}
    return shown | dict.fromkeys(_INVOICE_HIDDEN)


def hide_in_account(account: Answer) -> Answer:
    """An account without payments, and its documents without what tells of them."""
    shown = {key: value for key, value in account.items() if key in _ACCOUNT_SHOWN}
    return shown | {
        "status": None,
        "payments": None,
        "flags": None,
        "payment_retries": None,
        "decisions": None,
        "partials": [_without_reasons(each) for each in account.get("partials") or []],
        "reconciliations": [_without_reasons(each) for each in account.get("reconciliations") or []],
        "invoices": [hide_in_invoice(invoice) for invoice in account.get("invoices") or []],
        "discrepancies": [entry for entry in account.get("discrepancies") or [] if entry.get("band")],
    }


def _without_reasons(entry: Answer) -> Answer:
    """What people decided, without what they wrote about it."""
    hidden: Answer = {}
    for name in ("handling", "sign_off", "rule_undone", "accepted"):
        said = entry.get(name)
        if said and "decision" in said:
            hidden[name] = said | {"decision": said["decision"] | {"reason": None}}
        elif said:
            hidden[name] = said | {"reason": None}
    return entry | hidden


def hide_in_timeline(entry: Answer) -> Answer:
    """A decision without what was written about it."""
    if not str(entry.get("kind", "")).startswith("decision"):
        return entry
    return entry | {"data": (entry.get("data") or {}) | {"reason": None}}


def hide_in_totals(totals: Answer) -> Answer:
    """Totals without what is overdue."""
    hidden = {"overdue_minor": None, "overdue_count": None}
    return totals | {"by_currency": [entry | hidden for entry in totals["by_currency"]]}


def tells_of_payment(entry: Mapping[str, Any]) -> bool:
    """Whether a timeline entry is about a payment."""
    kind = str(entry.get("kind", ""))
    return entry.get("source") == "stripe" or any(word in kind for word in _PAYMENT_KINDS)
