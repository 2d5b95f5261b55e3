"""What became of each invoice, and which one the account's row shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from trueup_sandbox.key.evidence import Evidence
from trueup_sandbox.key.money import credited
from trueup_sandbox.world.records import GatewayInvoice, LedgerDocument

OPEN_DISPUTES = {"needs_response", "under_review", "warning_needs_response", "warning_under_review"}


@dataclass(frozen=True, slots=True)
class Standing:
    """An invoice and what became of it."""

    invoice: LedgerDocument
    status: str
    remaining_minor: int
    paid_minor: int
    credited_minor: int

    @property
    def document_id(self) -> str:
        """The invoice's id as the product writes it."""
        return f"quickbooks:invoice:{self.invoice.id}"


def standings(evidence: Evidence) -> list[Standing]:
    """Every invoice that was not deleted."""
    set_off = credited(evidence)
    twins = {one.ledger_id: one for one in evidence.gateway_invoices if one.status != "void"}
    return [
        _standing(evidence, invoice, twins.get(invoice.id), set_off.get(invoice.id, 0))
        for invoice in evidence.invoices
        if invoice.state != "deleted"
    ]


def _standing(evidence: Evidence, invoice: LedgerDocument, twin: GatewayInvoice | None, credit: int) -> Standing:
    remaining = invoice.balance_minor
    if twin is not None:
        remaining = min(remaining, twin.remaining_minor)
        # A credit note of the gateway's that the ledger has no credit for: less is owed, and no cash came.
        credit += max(0, min(twin.credited_minor - credit, invoice.balance_minor - remaining))
    cash = max(0, invoice.total_minor - remaining - credit)
    return Standing(invoice, _status(evidence, invoice, twin, remaining, cash), remaining, cash, credit)


def _status(evidence: Evidence, invoice: LedgerDocument, twin: GatewayInvoice | None, remaining: int, cash: int) -> str:
    paid_with = {one.id for one in evidence.payments if twin and one.invoice == twin.id}
    refunded = sum(
        one.amount_minor for one in evidence.refunds if one.payment in paid_with and one.status == "succeeded"
    )
    disputed = any(one.payment in paid_with and one.status in OPEN_DISPUTES for one in evidence.disputes)
    declined = any(one.invoice == twin.id and one.decline for one in evidence.payments) if twin else False
    answers = (
        ("void", invoice.state == "void"),
        ("in_dispute", disputed),
        ("refunded", refunded >= cash > 0),
        ("paid", remaining == 0),
        ("uncollectible", twin is not None and twin.status == "uncollectible"),
        ("overdue", invoice.due_on is not None and invoice.due_on < evidence.today),
        ("failed", twin is not None and twin.attempts > 0 and declined),
        ("partly_paid", cash > 0),
    )
    return next((word for word, true in answers if true), "pending")


def shown_on_row(found: list[Standing]) -> Standing | None:
    """The most overdue, else the latest that stands, else the latest void one."""
    overdue = [one for one in found if one.status == "overdue"]
    if overdue:
        return min(overdue, key=lambda one: (one.invoice.due_on or date.max, one.document_id))
    standing = [one for one in found if one.status != "void"]
    return max(standing or found, key=lambda one: (one.invoice.issued_on, one.document_id), default=None)


def row(one: Standing | None, currency: str, *, known: bool) -> dict[str, Any]:
    """The invoice columns of the row; the status is none where a source cannot be trusted."""
    if one is None:
        return {"document_id": None, "total_minor": None, "currency": None, "due_on": None, "status": None}
    return {
        "document_id": one.document_id,
        "total_minor": one.invoice.total_minor,
        "currency": currency,
        "due_on": one.invoice.due_on.isoformat() if one.invoice.due_on else None,
        "status": one.status if known else None,
    }
