"""What is wrong with an account, in named findings and in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.domain.cash import newest_first
from reconciler.domain.completeness import Reason
from reconciler.domain.disagreement import Disagreement
from reconciler.domain.handling import mark_text
from reconciler.domain.payment_status import InvoiceState
from reconciler.domain.result import MarkWord, PeriodResult, Reconciliation
from reconciler.domain.snapshot import Document, Payment
from reconciler.domain.text import money_text, span_text
from trueup_billing import Period
from trueup_billing.words import Band

_PHRASES: dict[Band, str] = {
    "over_billed": "billed {amount} ({percent} %) more than used",
    "under_billed": "billed {amount} ({percent} %) less than used",
    "missing_invoice": "{amount} used and no invoice",
    "billed_without_usage": "billed {amount} without usage",
    "needs_review": "{amount} ({percent} %) apart: small in percent, but over the cap",
    "auto_resolved": "{amount} ({percent} %) apart, resolved by rule",
    "within_tolerance": "{amount} ({percent} %) apart, within tolerance",
    "matched": "billed what was used",
    "no_activity": "nothing used and nothing billed",
    "not_due": "not due yet",
    "cannot_judge": "cannot be judged",
}
_REPORTED: frozenset[Band] = frozenset(
    {"over_billed", "under_billed", "missing_invoice", "billed_without_usage", "needs_review", "cannot_judge"}
)
_SOURCE_PHRASES = {
    "unlinked": "is not linked",
    "never_complete": "was never read completely",
    "partial": "is only partly read",
    "stale": "has not been read for 24 hours",
}

_OWN_PHRASES = {
    "no_rate_card": "No rate card",
    "no_price": "Neither the rate card nor an invoice tells the price",
    "month_grain": "A metric that is counted by the month is priced for a part of one",
    "currency_mismatch": "Rate card and invoices differ in currency",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One discrepancy of the account page."""

    code: str
    text: str
    period: Period | None = None
    band: Band | None = None
    amount_minor: int | None = None
    currency: str | None = None
    percent: str | None = None
    mark: MarkWord | None = None
    disagreement: Disagreement | None = None


def reason_text(reason: Reason) -> str:
    """`QuickBooks is only partly read`."""
    if reason.source is None:
        return _OWN_PHRASES[reason.code]
    name = "QuickBooks" if reason.source == "quickbooks" else reason.source.value.capitalize()
    return f"{name} {_SOURCE_PHRASES[reason.code]}"


def period_text(result: PeriodResult) -> str:
    """`October 2026: billed 35.00 USD (7.00 %) more than used`."""
    month = span_text(result.period)
    variance_minor = result.variance_minor
    amount = "" if variance_minor is None or not result.currency else money_text(abs(variance_minor), result.currency)
    phrase = _PHRASES[result.band].format(amount=amount, percent=(result.percent or "").lstrip("-"))
    reasons = "; ".join(reason_text(reason) for reason in result.reasons)
    return (
        f"{month}: {phrase}"
        + (f" ({reasons})" if reasons and result.band == "cannot_judge" else "")
        + mark_text(result)
    )


def summary(result: Reconciliation) -> str:
    """The grid row in one sentence."""
    if not result.completeness.can_judge:
        return "Cannot be judged: " + "; ".join(reason_text(reason) for reason in result.completeness.reasons)
    return period_text(result.row) if result.row else "No complete month yet"


def findings(result: Reconciliation) -> list[Finding]:
    """Account-wide reasons first, then periods, latest first, then payments that two systems tell differently.

    Last the customer's own money: credit and payments that no invoice has taken, and what was paid too much.
    """
    wide = [Finding(reason.code, f"{reason_text(reason)}. {reason.cure}") for reason in result.completeness.reasons]
    lost = [_lost(state) for state in result.invoices if state.lost_minor]
    told = lost + [_told(one) for one in result.disagreements]
    return wide + list(_periods(result)) + told + list(_unapplied(result)) + list(_overpaid(result))


def _periods(result: Reconciliation) -> Iterator[Finding]:
    for period in reversed(result.periods):
        if not period.due or period.band not in _REPORTED:
            continue
        if period.band == "cannot_judge" and not result.completeness.can_judge:
            continue
        yield Finding(
            period.band,
            period_text(period),
            period.period,
            period.band,
            period.variance_minor,
            period.currency,
            period.percent,
            period.mark,
        )


def _told(one: Disagreement) -> Finding:
    """Paid in one system and open in the other."""
    return Finding(
        "paid_in_one_system",
        one.text,
        amount_minor=one.open_minor,
        currency=one.open_currency,
        mark=one.mark,
        disagreement=one,
    )


def _lost(state: InvoiceState) -> Finding:
    document = state.document
    name, amount = document.number or document.document_id, money_text(state.lost_minor, document.currency)
    still = "; QuickBooks still shows it paid" if document.balance_minor == 0 and state.remaining_minor > 0 else ""
    return Finding(
        "dispute_lost",
        f"Invoice {name}: a lost dispute took back {amount}{still}",
        amount_minor=state.lost_minor,
        currency=document.currency,
    )


def _unapplied(result: Reconciliation) -> Iterator[Finding]:
    """Credit memos and ledger payments that are not, or not wholly, set against invoices."""
    for memo in sorted(result.snapshot.documents, key=lambda one: (one.issued_on, one.document_id)):
        if memo.kind == "credit_memo" and memo.state == "open" and memo.balance_minor > 0:
            yield _own_money(
                "unapplied_credit", "credit memo", memo.number or memo.document_id, memo.balance_minor, memo
            )
    # All of the ledger's, also the notes of gateway payments that are not listed a second time.
    for paid in newest_first(result.snapshot.payments):
        if paid.status == "succeeded" and paid.unapplied_minor > 0:
            yield _own_money(
                "unapplied_payment", "payment", paid.number or paid.external_id, paid.unapplied_minor, paid
            )


def _overpaid(result: Reconciliation) -> Iterator[Finding]:
    """Gateway invoices that took more than they asked for."""
    for state in result.invoices:
        invoice = state.gateway.invoice if state.gateway else None
        if invoice is not None and invoice.overpaid_minor > 0:
            name = state.document.number or state.document.document_id
            amount = money_text(invoice.overpaid_minor, invoice.currency)
            text = f"Invoice {name}: {amount} more was paid in Stripe than it asks for"
            yield Finding("overpaid", text, amount_minor=invoice.overpaid_minor, currency=invoice.currency)


def _own_money(code: str, what: str, name: str, amount_minor: int, of: Document | Payment) -> Finding:
    text = f"{money_text(amount_minor, of.currency)} of {what} {name} are set against no invoice"
    return Finding(code, text, amount_minor=amount_minor, currency=of.currency)
