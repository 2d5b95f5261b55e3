"""The timeline: what happened between two decisions, when it happened, and from which source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

from reconciler.domain.decision_lines import lapsed
from reconciler.domain.entry import Entry
from reconciler.domain.lapses import lapses
from reconciler.domain.memo import Memo, memo_of
from reconciler.domain.payment_status import InvoiceState
from reconciler.domain.periods import zone_of
from reconciler.domain.policy import Policy
from reconciler.domain.result import PeriodResult, Reconciliation
from reconciler.domain.snapshot import Payment
from reconciler.domain.text import money_text, span_text
from reconciler.domain.variance import FLAGGED

_QUIET = frozenset({None, "cannot_judge", "not_due", "matched", "within_tolerance", "no_activity"})
_PAYMENT_TITLES = {
    ("payment", "succeeded"): "Payment received",
    ("payment", "failed"): "Payment failed",
    ("refund", "succeeded"): "Refund paid out",
    ("dispute", "won"): "Dispute won",
    ("dispute", "lost"): "Dispute lost",
}


def entries(former: Memo | None, result: Reconciliation, policy: Policy, revision: int) -> list[Entry]:
    """What to write for this decision, oldest first. `revision` is the one that the decision is going to have."""
    before = former or Memo()
    found = [
        *_invoices(before, result, revision),
        *_payments(before, result, revision),
        *_bands(before, result, policy, revision),
        *_lapses(before, result, revision),
    ]
    if former is not None:
        found += _sources(former, result, revision)
    return sorted(found, key=lambda entry: (entry.occurred_at, entry.dedupe_key))


def _invoices(before: Memo, result: Reconciliation, revision: int) -> Iterator[Entry]:
    for state in result.invoices:
        document_id, status = state.document.document_id, state.status
        known = before.invoices.get(document_id)
        if known is None:
            yield _issued(state, result)
        if status != (known or "pending"):
            yield Entry(
                _status_instant(state, result),
                "quickbooks",
                "invoice_status",
                f"Invoice {state.document.number or document_id} is {status.replace('_', ' ')}",
                f"{document_id}|{status}|{revision}",
                known,
                status,
                {"document_id": document_id, "remaining_minor": state.remaining_minor},
            )


def _issued(state: InvoiceState, result: Reconciliation) -> Entry:
    document = state.document
    zone = zone_of(result.snapshot.account.time_zone)
    issued_at = document.created_at or datetime.combine(document.issued_on, time.min, zone).astimezone(UTC)
    return Entry(
        issued_at,
        "quickbooks",
        "invoice_issued",
        f"Invoice {document.number or document.document_id} issued: {money_text(document.total_minor, document.currency)}",
        f"{document.document_id}|issued",
        data={"document_id": document.document_id, "amount_minor": document.total_minor, "currency": document.currency},
    )


def _status_instant(state: InvoiceState, result: Reconciliation) -> datetime:
    """When the status came about, as far as the sources tell; else now."""
    document = state.document
    if state.status in {"paid", "partly_paid"} and state.paid_at:
        return state.paid_at
    if state.status == "overdue" and document.due_on:
        zone = zone_of(result.snapshot.account.time_zone)
        return datetime.combine(document.due_on, time.max, zone).astimezone(UTC)
    if state.status == "void" and document.updated_at:
        return document.updated_at
    return result.now


def _payments(before: Memo, result: Reconciliation, revision: int) -> Iterator[Entry]:
    for payment in result.payments:
        known = before.payments.get(payment.object_id)
        if known == payment.status:
            continue
        first = known is None
        yield Entry(
            payment.occurred_at if first else result.now,
            payment.source.value,
            payment.kind,
            f"{_payment_title(payment)}: {money_text(payment.amount_minor, payment.currency)}",
            f"{payment.object_id}|{payment.status}" + ("" if first else f"|{revision}"),
            known,
            payment.status,
            {
                "object_id": payment.object_id,
                "amount_minor": payment.amount_minor,
                "currency": payment.currency,
                "failure": (payment.failure or {}).get("message"),
            },
        )


def _payment_title(payment: Payment) -> str:
    word = payment.status.replace("_", " ")
    return _PAYMENT_TITLES.get((payment.kind, payment.status), f"{payment.kind.capitalize()} {word}")


def _bands(before: Memo, result: Reconciliation, policy: Policy, revision: int) -> Iterator[Entry]:
    """Judgements that a person should know of; a month that comes out right at once is no news."""
    for period in result.periods:
        start = period.period.start.isoformat()
        known = before.bands.get(start)
        if not period.due or period.band == known or {known, period.band} <= _QUIET:
            continue
        yield Entry(
            result.now,
            "trueup",
            "auto_resolved" if period.band == "auto_resolved" else "judged",
            _band_title(period),
            f"{result.snapshot.account.client_id}|{start}|{period.band}|{revision}",
            known,
            period.band,
            {
                "period_start": start,
                "expected_minor": period.expected_minor,
                "billed_minor": period.billed_minor,
                "amount_minor": period.variance_minor,
                "currency": period.currency,
                "percent": period.percent,
                "policy_version": policy.version,
            },
        )


def _lapses(before: Memo, result: Reconciliation, revision: int) -> Iterator[Entry]:
    for lapse in lapses(result.periods, result.disagreements):
        if before.lapsed.get(lapse.decision.decision_id) != lapse.said:
            yield lapsed(lapse, result.now, revision)


def _band_title(period: PeriodResult) -> str:
    mark = " (flagged)" if period.band in FLAGGED else ""
    return f"{span_text(period.period)}: {period.band.replace('_', ' ')}{mark}"


def _sources(former: Memo, result: Reconciliation, revision: int) -> Iterator[Entry]:
    for source, state in memo_of(result).sources.items():
        known = former.sources.get(source, "never")
        if state == known or (known == "never" and state == "complete"):
            continue
        yield Entry(
            result.now,
            source,
            "source_state",
            f"{source.capitalize()} data is {state}",
            f"{result.snapshot.account.client_id}|{source}|{state}|{revision}",
            known,
            state,
        )
