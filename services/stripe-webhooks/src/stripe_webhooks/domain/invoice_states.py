"""What a gateway invoice, read with its payments, says about an attempt to pay it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from stripe_webhooks.domain import fields
from stripe_webhooks.domain.fields import Json
from stripe_webhooks.domain.invoices import PaymentLink, payment_links
from stripe_webhooks.domain.payments import failure_of
from stripe_webhooks.domain.retries import Execution, Outcome, Refusal, Span
from stripe_webhooks.domain.snapshots import FailureSnapshot
from trueup_billing import InvalidValue

SKEW = timedelta(seconds=30)
"""By how much the gateway's clock and ours may differ; its instants are whole seconds besides."""

Ours = Callable[[datetime | None], bool]
"""Whether what happened at an instant may be a call of ours; None: nobody knows when it happened."""


def judge_before(invoice: Json, execution: Execution) -> Outcome | None:
    """Whether the invoice still is what the person confirmed; None: it may be paid. Asked before every call, so that a
    repeat takes nothing else either."""
    status = fields.text(invoice, "status")
    if status == "paid":
        return Outcome("already_paid")
    if status != "open":
        return Outcome("refused", "not_open")
    reason = _in_the_way(invoice, execution)
    return Outcome("refused", reason) if reason else None


def _in_the_way(invoice: Json, execution: Execution) -> Refusal | None:
    """Why an open invoice is not paid."""
    try:
        code = fields.currency(invoice)
        remaining = fields.required(fields.money(invoice, "amount_remaining", code), "amount_remaining")
    except InvalidValue:
        return "unreadable_invoice"
    if fields.customer_ref(invoice) != execution.ref:
        return "other_customer"
    if any(fields.text(intent, "status") == "processing" for _, intent in _intents(invoice)):
        return "payment_in_progress"
    if remaining <= 0:
        return "nothing_remaining"
    # Also when less remains: the person confirmed another sum.
    return "amount_changed" if (code, remaining) != (execution.currency, execution.amount_minor) else None


def judge_after(invoice: Json, *, called: Span | None) -> Outcome | None:
    """What became of an attempt without an answer; None: the invoice does not tell.

    A payment through the gateway while one of our calls may have been carried out may be ours; whatever else settled the
    invoice is not: the client may pay by himself what we could not take. `called` None: no call was. Of a payment that
    may be ours, `attribution` tells whose it was.
    """
    return _judge(invoice, _made_in(called))


def judge_paid(invoice: Json, *, called: Span | None) -> Outcome:
    """The same of an invoice that is paid."""
    return _judge_paid(invoice, _made_in(called))


def judge_processing(invoice: Json) -> Outcome | None:
    """What became of an attempt that was seen under way: whatever the payment shows is about it."""
    return _judge(invoice, lambda _: True)


def _judge(invoice: Json, ours: Ours) -> Outcome | None:
    return _judge_paid(invoice, ours) if fields.text(invoice, "status") == "paid" else _from_intent(invoice, ours)


def _judge_paid(invoice: Json, ours: Ours) -> Outcome:
    payment_id = _paid_by(invoice, ours)
    return Outcome("succeeded", payment_id=payment_id) if payment_id else Outcome("already_paid")


def judge_answer(invoice: Json) -> Outcome | None:
    """What the invoice in the answer to our own call shows; None: nothing we know."""
    if fields.text(invoice, "status") == "paid":
        return Outcome("succeeded", payment_id=_paid_by(invoice, lambda _: True))
    return _from_intent(invoice, lambda _: True)


def _from_intent(invoice: Json, ours: Ours) -> Outcome | None:
    """Of an invoice that is not paid. A failure counts only when it may be our call's."""
    for link, intent in sorted(_intents(invoice), key=lambda pair: not pair[0].is_default):
        hosted = fields.text(invoice, "hosted_invoice_url")
        match fields.text(intent, "status"):
            case "processing":
                return Outcome("processing", payment_id=link.payment_id)
            case "succeeded":
                # The money is there and the invoice has not taken note yet: it will.
                return Outcome("processing", payment_id=link.payment_id) if link.is_default else None
            case "requires_action" if ours(_moved_at(intent)):
                return Outcome(
                    "needs_customer", failure=failure_of(intent), hosted_url=hosted, payment_id=link.payment_id
                )
            case "requires_payment_method" if failure_of(intent) and ours(_moved_at(intent)):
                return Outcome("failed", failure=failure_of(intent), payment_id=link.payment_id)
            case "canceled" if ours(_moved_at(intent)):
                failure = failure_of(intent) or FailureSnapshot(code="payment_canceled")
                return Outcome("failed", failure=failure, payment_id=link.payment_id)
            case _:
                continue
    return None


def _paid_by(invoice: Json, ours: Ours) -> str | None:
    """Our payment through the gateway that paid the invoice, its default one first; None: something else did."""
    for link in sorted(payment_links(invoice), key=lambda link: not link.is_default):
        if link.kind == "payment_record" or (link.body and fields.text(link.body, "status") != "paid"):
            continue
        if ours(_instant(fields.as_object(link.body.get("status_transitions")), "paid_at")):
            return link.payment_id
    return None


def _made_in(called: Span | None) -> Ours:
    if called is None:
        return lambda _: False
    return lambda at: at is not None and called.since - SKEW <= at <= called.until + SKEW


def _moved_at(intent: Json) -> datetime | None:
    charge = fields.as_object(intent.get("latest_charge"))
    return _instant(charge, "created") or _instant(intent, "canceled_at")


def _instant(body: Json, name: str) -> datetime | None:
    try:
        return fields.instant(body, name)
    except InvalidValue:
        return None


def _intents(invoice: Json) -> list[tuple[PaymentLink, Json]]:
    """The payment intents against an invoice, as far as they came expanded."""
    found = []
    for link in payment_links(invoice):
        payment = fields.as_object(link.body.get("payment"))
        if intent := fields.as_object(payment.get("payment_intent")):
            found.append((link, intent))
    return found
