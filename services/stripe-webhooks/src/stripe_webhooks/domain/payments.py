"""Money movements: payments (intents, and what else pays an invoice), refunds, disputes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from stripe_webhooks.domain import fields
from stripe_webhooks.domain.fields import Json, Unreadable
from stripe_webhooks.domain.snapshots import FailureSnapshot, MethodSnapshot, PaymentSnapshot
from trueup_billing import InvalidValue

_NOT_TRIED = frozenset({"requires_payment_method", "requires_confirmation"})
_RECORD_WORDS = {"paid": "succeeded", "open": "processing", "canceled": "canceled"}
# Cards kept as sources spell their brands out; payment methods and charges do not.
_BRANDS = {"american express": "amex", "diners club": "diners"}
MESSAGE_CHARS_MAX = 500


def method_of(method: Json) -> MethodSnapshot | None:
    """Kind, brand and last four digits of a payment method or of a charge's payment method details."""
    kind = fields.text(method, "type")
    if kind is None:
        return None
    detail = fields.as_object(method.get(kind))
    return MethodSnapshot(kind, fields.text(detail, "brand"), fields.text(detail, "last4"))


def method_of_source(source: Json) -> MethodSnapshot | None:
    """The same of a source or of a card or bank account kept as one, which tell it without or within their kind."""
    kind = fields.text(source, "object")
    if kind == "source":
        return method_of(source)
    if kind not in {"card", "bank_account"}:
        return None
    brand = (fields.text(source, "brand") or "").lower()
    return MethodSnapshot(kind, _BRANDS.get(brand, brand) or None, fields.text(source, "last4"))


def failure_of(intent: Json) -> FailureSnapshot | None:
    """Why the last attempt of an intent failed; None when it did not, or has been overtaken by a success."""
    error = fields.as_object(intent.get("last_payment_error"))
    if not error or fields.text(intent, "status") == "succeeded":
        return None
    charge = fields.as_object(intent.get("latest_charge"))
    failed = fields.text(charge, "status") == "failed"
    message = fields.text(error, "message")
    return FailureSnapshot(
        code=fields.text(error, "code"),
        decline_code=fields.text(error, "decline_code"),
        advice_code=fields.text(error, "advice_code"),
        message=message[:MESSAGE_CHARS_MAX] if message else None,
        failed_at=fields.instant(charge, "created") if failed else None,
    )


def was_tried(intent: Json) -> bool:
    """Whether anything has happened yet: an intent that waits for its first attempt is no payment."""
    if fields.text(intent, "status") not in _NOT_TRIED:
        return True
    return bool(intent.get("last_payment_error") or intent.get("latest_charge"))


def payment_status(intent: Json) -> str:
    """Stripe's own word, but "failed" for an intent whose last attempt failed and that waits for another method."""
    status = fields.text(intent, "status") or "unknown"
    if status == "requires_payment_method" and failure_of(intent):
        return "failed"
    return status


def read_payment(intent: Json, *, invoice_id: str | None, ref: str | None) -> PaymentSnapshot:
    """A payment intent; `ref` is the invoice's customer, used when the intent names none.

    Raises:
        Unreadable: no customer, no currency, or amounts that are none.
    """
    charge = fields.as_object(intent.get("latest_charge"))
    owner = fields.customer_ref(intent) or ref

    def read(payment_id: str, owner: str) -> PaymentSnapshot:
        code = fields.currency(intent)
        succeeded = fields.text(intent, "status") == "succeeded"
        received = fields.money(intent, "amount_received", code) if succeeded else None
        error = fields.as_object(intent.get("last_payment_error"))
        return PaymentSnapshot(
            object_id=f"stripe:payment:{payment_id}",
            kind="payment",
            ref=owner,
            status=payment_status(intent),
            currency=code,
            amount_minor=fields.required(
                received or fields.money(intent, "amount", code), fields.place(intent, "amount")
            ),
            occurred_at=fields.required(
                fields.instant(charge, "created") or fields.instant(intent, "created"), fields.place(intent, "created")
            ),
            gateway_invoice_id=invoice_id,
            payment_id=payment_id,
            method=method_of(fields.as_object(charge.get("payment_method_details")))
            or method_of(fields.as_object(error.get("payment_method"))),
            failure=failure_of(intent),
        )

    return _read(intent, "payment", owner, read)


def read_record(invoice_payment: Json, payment_id: str, *, invoice_id: str, ref: str) -> PaymentSnapshot:
    """A payment that is no intent (a legacy charge, a payment recorded from outside), as the invoice tells of it.

    Raises:
        Unreadable: no currency, or amounts that are none.
    """

    def read(_: str, owner: str) -> PaymentSnapshot:
        code = fields.currency(invoice_payment)
        transitions = fields.as_object(invoice_payment.get("status_transitions"))
        paid = fields.money(invoice_payment, "amount_paid", code)
        happened: datetime | None = fields.instant(transitions, "paid_at") or fields.instant(invoice_payment, "created")
        status = fields.text(invoice_payment, "status") or "unknown"
        recorded = fields.text(fields.as_object(invoice_payment.get("payment")), "type") == "payment_record"
        return PaymentSnapshot(
            object_id=f"stripe:payment:{payment_id}",
            kind="payment",
            ref=owner,
            status=_RECORD_WORDS.get(status, status),
            currency=code,
            amount_minor=fields.required(
                paid or fields.money(invoice_payment, "amount_requested", code),
                fields.place(invoice_payment, "amount_requested"),
            ),
            occurred_at=fields.required(happened, fields.place(invoice_payment, "created")),
            gateway_invoice_id=invoice_id,
            payment_id=payment_id,
            off_gateway=recorded or None,
        )

    return _read(invoice_payment, "payment", ref, read)


def read_refund(refund: Json, *, payment_id: str, invoice_id: str | None, ref: str) -> PaymentSnapshot:
    """A refund of a payment.

    Raises:
        Unreadable: no currency, or an amount that is none.
    """
    reason = fields.text(refund, "failure_reason")
    snapshot = _movement(refund, "refund", payment_id, invoice_id, ref)
    return replace(snapshot, failure=FailureSnapshot(code=reason)) if reason else snapshot


def read_dispute(dispute: Json, *, payment_id: str, invoice_id: str | None, ref: str) -> PaymentSnapshot:
    """A dispute about a payment.

    Raises:
        Unreadable: no currency, or an amount that is none.
    """
    return _movement(dispute, "dispute", payment_id, invoice_id, ref)


def _movement(body: Json, kind: str, payment_id: str, invoice_id: str | None, ref: str) -> PaymentSnapshot:
    def read(object_id: str, owner: str) -> PaymentSnapshot:
        code = fields.currency(body)
        return PaymentSnapshot(
            object_id=f"stripe:{kind}:{object_id}",
            kind=kind,
            ref=owner,
            status=fields.text(body, "status") or "unknown",
            currency=code,
            amount_minor=fields.required(fields.money(body, "amount", code), fields.place(body, "amount")),
            occurred_at=fields.required(fields.instant(body, "created"), fields.place(body, "created")),
            gateway_invoice_id=invoice_id,
            payment_id=payment_id,
        )

    return _read(body, kind, ref, read)


def _read(body: Json, kind: str, ref: str | None, read: Callable[[str, str], PaymentSnapshot]) -> PaymentSnapshot:
    object_id = fields.text(body, "id") or "?"
    try:
        return read(object_id, fields.required(ref, fields.place(body, "customer")))
    except InvalidValue as error:
        raise Unreadable(f"stripe:{kind}:{object_id}", str(error), ref) from error
