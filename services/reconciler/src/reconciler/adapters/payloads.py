"""A decision as the payloads of the read model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from reconciler.adapters import handled
from reconciler.domain import findings
from reconciler.domain.billed import Calendar
from reconciler.domain.cash import Gateway
from reconciler.domain.completeness import Reason
from reconciler.domain.disagreement import Disagreement
from reconciler.domain.explained import Part
from reconciler.domain.formula import formula_of
from reconciler.domain.payment_status import InvoiceState
from reconciler.domain.policy import Policy
from reconciler.domain.result import PeriodResult, Reconciliation
from reconciler.domain.snapshot import Document, Payment
from reconciler.domain.text import quantity_text, scaled_text
from trueup_billing import Period, Source
from trueup_readmodel import payload as shapes
from trueup_readmodel import receipts

INVOICES_SHOWN = 10
PAYMENTS_SHOWN = 20


def span(period: Period) -> shapes.Span:
    """Half-open days as text."""
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}


def reasons(found: tuple[Reason, ...]) -> list[shapes.Reason]:
    """Why something cannot be judged."""
    return [{"code": one.code, "source": one.source and one.source.value, "cure": one.cure} for one in found]


def item(result: Reconciliation, policy: Policy) -> shapes.AccountItem:
    """The grid row."""
    account, chosen = result.snapshot.account, result.invoice.state
    main = next((trend for trend in result.trends if trend.metric == result.main_metric), None)
    return {
        "client_id": account.client_id,
        "name": account.name,
        "active": result.active,
        "usage_mtd": [
            {"metric": metric, "quantity": quantity_text(quantity), "unit": unit}
            for metric, (quantity, unit) in result.usage_mtd.items()
        ],
        "invoice_total": None
        if chosen is None
        else {"amount_minor": chosen.document.total_minor, "currency": chosen.document.currency},
        "due_date": None if chosen is None else _day(chosen.document.due_on),
        "status": result.invoice.status,
        "variance": _variance(result),
        "flagged": result.flagged,
        "summary": findings.summary(result),
        "trend_metric": result.main_metric,
        "trend": [scaled_text(value, main.scale) for value in main.values[-policy.trend_days :]] if main else [],
        "sources": [{"source": source.value, "state": result.completeness.state(source)} for source in Source],
        "policy_version": policy.version,
    }


def _variance(result: Reconciliation) -> shapes.Variance | None:
    row = result.row
    if row is None:
        return None
    return {
        "period": span(row.period),
        "expected_minor": row.expected_minor,
        "billed_minor": row.billed_minor,
        "amount_minor": row.variance_minor,
        "unexplained_minor": row.unexplained_minor,
        "percent": row.percent,
        "band": row.band,
        "currency": row.currency,
        "reasons": reasons(row.reasons),
        "mark": row.mark,
    }


def reconciliation(result: PeriodResult) -> shapes.Reconciliation:
    """One month with its receipts."""
    return {
        "period": span(result.period),
        "currency": result.currency,
        "expected_minor": result.expected_minor,
        "billed_minor": result.billed_minor,
        "amount_minor": result.variance_minor,
        "percent": result.percent,
        "band": result.band,
        "due": result.due,
        "period_assumed": result.billed.assumed,
        "priced_by": "invoices"
        if any(one.rate.kind == "as_invoiced" for one in result.expected.parts)
        else "rate_card",
        "reasons": reasons(result.reasons),
        "receipt": _receipt(result),
        "mark": result.mark,
        "handling": handled.handling(result.handling),
        "sign_off": handled.sign_off(result.sign_off),
        "rule_undone": handled.by(result.rule_undone),
        "explained": [_explained(part) for part in result.parts],
        "unexplained_minor": result.unexplained_minor,
    }


def _explained(part: Part) -> receipts.ExplainedPart:
    return {
        "cause": part.cause,
        "amount_minor": part.amount_minor,
        "rule": part.rule,
        "evidence": [
            {"source": one.source, "ref": one.ref, "text": one.text, "amount_minor": one.amount_minor}
            for one in part.evidence
        ],
    }


def _receipt(result: PeriodResult) -> receipts.Receipt:
    names = {part.line.item_id: part.line.item_name for part in result.billed.parts if part.line.item_id}
    return {
        "expected": [
            {
                "metric": part.rate.metric,
                "unit": part.rate.unit,
                "quantity": quantity_text(part.quantity) if part.rate.is_usage else "1",
                "unit_price": part.rate.unit_price_text if part.rate.kind == "per_unit" else None,
                "component": part.rate.name,
                "kind": part.rate.kind,
                "formula": formula_of(part),
                "amount_minor": part.amount_minor,
                "item_name": names.get(part.rate.item_id or ""),
                "from_day": part.from_day.isoformat(),
                "to_day": part.to_day.isoformat(),
            }
            for part in result.expected.parts
        ],
        "billed": [
            {
                "document_id": part.document.document_id,
                "number": part.document.number,
                "description": part.line.description or part.line.item_name,
                "quantity": part.line.quantity,
                "unit_price": part.line.unit_price,
                "amount_minor": part.line.amount_minor,
                "assumed": part.assumed,
            }
            for part in result.billed.parts
        ],
        "credits": [
            {
                "document_id": part.document.document_id,
                "number": part.document.number,
                "amount_minor": part.amount_minor,
            }
            for part in result.billed.credits
        ],
        "boundary": list(result.boundary),
    }


def invoice(state: InvoiceState, calendar: Calendar) -> shapes.Invoice:
    """One invoice with its derived status."""
    document = state.document
    period, assumed = calendar.of_invoice(document)
    return {
        "document_id": document.document_id,
        "number": document.number,
        "kind": "invoice",
        "period": {**span(period), "assumed": assumed},
        "issued_on": document.issued_on.isoformat(),
        "due_on": _day(document.due_on),
        "currency": document.currency,
        "total_minor": document.total_minor,
        "tax_minor": document.tax_minor,
        "remaining_minor": state.remaining_minor,
        "paid_minor": state.paid_minor,
        "credited_minor": state.credited_minor,
        "status": state.status,
        "paid_at": _instant(state.paid_at),
        "via": state.via,
        "gateway_invoice_id": state.gateway.invoice.external_id if state.gateway else None,
        "gateway": _gateway(state.gateway, document) if state.gateway else None,
        "lines": [
            {
                "line_id": line.line_id,
                "kind": line.kind,
                "item_name": line.item_name,
                "description": line.description,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
                "amount_minor": line.amount_minor,
                "service_date": _day(line.service_date),
            }
            for line in document.lines
        ],
    }


def _gateway(gateway: Gateway, document: Document) -> shapes.GatewayInvoice:
    invoice, last = gateway.invoice, gateway.last_failure
    return {
        "ref": invoice.ref,
        "status": invoice.status,
        "currency": invoice.currency,
        "remaining_minor": invoice.remaining_minor,
        "ledger_remaining_minor": document.balance_minor,
        "attempt_count": invoice.attempt_count,
        "next_attempt_at": _instant(invoice.next_attempt_at),
        "method": _method(invoice.method),
        "failure": None if last is None else _failure(*last),
    }


def _method(method: Mapping[str, str | None] | None) -> shapes.Method | None:
    kind = method.get("kind") if method else None
    return {"kind": kind, "brand": method.get("brand"), "last4": method.get("last4")} if method and kind else None


def _failure(failure: Mapping[str, str | None], method: Mapping[str, str | None] | None) -> shapes.GatewayFailure:
    return {
        "code": failure.get("code"),
        "decline_code": failure.get("decline_code"),
        "advice_code": failure.get("advice_code"),
        "message": failure.get("message"),
        "failed_at": failure.get("failed_at"),
        "method": _method(method),
    }


def payments(result: Reconciliation) -> list[shapes.Payment]:
    """The latest payments, refunds and disputes, with the invoice they belong to."""
    numbers = {state.gateway.invoice.external_id: state.document.number for state in result.invoices if state.gateway}
    ledger = {state.document.document_id: state.document.number for state in result.invoices}
    return [_payment(one, numbers, ledger) for one in result.payments[:PAYMENTS_SHOWN]]


def _payment(one: Payment, numbers: dict[str, str | None], ledger: dict[str, str | None]) -> shapes.Payment:
    applied = [ledger[part.document_id] for part in one.applied if part.document_id in ledger]
    number = numbers.get(one.gateway_invoice_id or "") or next(iter(applied), None) or one.number
    return {
        "object_id": one.object_id,
        "kind": "payment" if one.kind == "gateway_invoice" else one.kind,
        "status": one.status,
        "amount_minor": one.amount_minor,
        "currency": one.currency,
        "occurred_at": one.occurred_at.isoformat(),
        "source": one.source.value,
        "invoice_number": number,
        "gateway_invoice_id": one.gateway_invoice_id,
        "method": dict(one.method) if one.method else None,
        "failure": dict(one.failure) if one.failure else None,
    }


def discrepancies(result: Reconciliation) -> list[shapes.Discrepancy]:
    """Everything that is wrong, in words and numbers."""
    return [
        {
            "code": one.code,
            "period": span(one.period) if one.period else None,
            "band": one.band,
            "amount_minor": one.amount_minor,
            "currency": one.currency,
            "percent": one.percent,
            "text": one.text,
            "mark": one.mark,
            "invoice": None if one.disagreement is None else _told_apart(one.disagreement),
        }
        for one in findings.findings(result)
    ]


def _told_apart(one: Disagreement) -> shapes.ToldApart:
    return {
        "document_id": one.document_id,
        "number": one.number,
        "ledger_minor": one.ledger_minor,
        "ledger_currency": one.ledger_currency,
        "gateway_minor": one.gateway_minor,
        "gateway_currency": one.gateway_currency,
        "handling": handled.handling(one.handling),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
