"""The status of an invoice: derived from what ledger and gateway say, never stored by either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reconciler.domain.cash import Cash, Gateway
from reconciler.domain.snapshot import Document
from trueup_billing.words import InvoiceStatus

OPEN_DISPUTE = frozenset(
    {"needs_response", "under_review", "warning_needs_response", "warning_under_review"},
)


@dataclass(frozen=True, slots=True)
class InvoiceState:
    """What is still to be paid of one invoice, in its own minor units."""

    document: Document
    status: InvoiceStatus
    remaining_minor: int
    paid_minor: int
    credited_minor: int
    gateway: Gateway | None
    paid_at: datetime | None
    via: str | None
    lost_minor: int = 0
    """What lost disputes took back of it."""


def state_of(document: Document, cash: Cash, credited_minor: int, today: date) -> InvoiceState:
    """Derive remaining, paid and status of an invoice as of a day in the account's zone."""
    gateway = cash.gateway_of(document)
    remaining_minor = document.balance_minor
    open_minor = gateway.open_minor(document.currency) if gateway else None
    if open_minor is not None:
        remaining_minor = min(remaining_minor, open_minor)
    credited_minor += _credited_by_gateway_alone(document, gateway, credited_minor, remaining_minor)
    lost_minor = _lost_minor(document, gateway)
    if gateway is not None and lost_minor:
        again_minor = _paid_since(document, cash, gateway)
        remaining_minor = min(document.total_minor, max(remaining_minor, lost_minor - again_minor))
    paid_minor = max(0, document.total_minor - remaining_minor - credited_minor)
    paid_at, via = _last_payment(document, cash, gateway)
    return InvoiceState(
        document=document,
        status=_status(document, gateway, remaining_minor, paid_minor, today),
        remaining_minor=remaining_minor,
        paid_minor=paid_minor,
        credited_minor=credited_minor,
        gateway=gateway,
        paid_at=paid_at if paid_minor > 0 else None,
        via=via if paid_minor > 0 else None,
        lost_minor=lost_minor,
    )


def _credited_by_gateway_alone(
    document: Document, gateway: Gateway | None, credited_minor: int, remaining_minor: int
) -> int:
    """What the gateway's credit notes took off beyond the credit in the ledger: less is owed, and nobody paid it.

    At most by as much as the gateway waits for less than the ledger: what the ledger has booked, somebody paid.
    """
    if gateway is None or gateway.invoice.currency != document.currency:
        return 0
    beyond_minor = gateway.invoice.credited_minor - credited_minor
    return max(0, min(beyond_minor, document.balance_minor - remaining_minor))


def _lost_minor(document: Document, gateway: Gateway | None) -> int:
    """A lost dispute takes the money back for good; neither system opens its invoice again by itself."""
    disputes = gateway.disputes if gateway else ()
    return sum(one.amount_minor for one in disputes if one.status == "lost" and one.currency == document.currency)


def _paid_since(document: Document, cash: Cash, gateway: Gateway) -> int:
    """What the ledger set against the invoice after the last dispute that was lost began: paid another way."""
    began = max(one.occurred_at for one in gateway.disputes if one.status == "lost")
    return sum(
        part.amount_minor
        for one in cash.applied.get(document.document_id, ())
        if one.occurred_at > began
        for part in one.applied
        if part.document_id == document.document_id
    )


def _status(
    document: Document, gateway: Gateway | None, remaining_minor: int, paid_minor: int, today: date
) -> InvoiceStatus:
    settled = _settled(document, gateway, paid_minor)
    if settled is not None:
        return settled
    if remaining_minor == 0:
        return "paid"
    invoice = gateway.invoice if gateway else None
    if document.state == "written_off" or (invoice and invoice.status == "uncollectible"):
        return "uncollectible"
    if document.due_on is not None and document.due_on < today:
        return "overdue"
    if invoice and invoice.attempted and invoice.failure:
        return "failed"
    return "partly_paid" if paid_minor > 0 else "pending"


def _settled(document: Document, gateway: Gateway | None, paid_minor: int) -> InvoiceStatus | None:
    """What outranks the amounts: void, draft, dispute, refund."""
    if document.state in {"void", "draft"}:
        return "void" if document.state == "void" else "draft"
    if gateway is None:
        return None
    if any(dispute.status in OPEN_DISPUTE for dispute in gateway.disputes):
        return "in_dispute"
    refunded_minor = sum(
        refund.amount_minor
        for refund in gateway.refunds
        if refund.status == "succeeded" and refund.currency == document.currency
    )
    return "refunded" if refunded_minor >= paid_minor > 0 else None


def _last_payment(document: Document, cash: Cash, gateway: Gateway | None) -> tuple[datetime | None, str | None]:
    """When the last money came and by which system: the gateway's word first, else the ledger's.

    What the gateway has on record only came by neither: it tells when, where the ledger does not.
    """
    paid = [p for p in gateway.payments if p.status == "succeeded"] if gateway else []
    if through := [p for p in paid if not p.off_gateway]:
        return max(p.occurred_at for p in through), "Stripe"
    if ledger := cash.applied.get(document.document_id, ()):
        return max(p.occurred_at for p in ledger), "QuickBooks"
    return max((p.occurred_at for p in paid), default=None), None
