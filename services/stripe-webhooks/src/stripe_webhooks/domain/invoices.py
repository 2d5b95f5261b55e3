"""A Stripe invoice: its own snapshot, and the payments that stand against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stripe_webhooks.domain import fields
from stripe_webhooks.domain.fields import Json, Unreadable
from stripe_webhooks.domain.payments import failure_of, method_of, method_of_source
from stripe_webhooks.domain.snapshots import FailureSnapshot, MethodSnapshot, PaymentSnapshot
from trueup_billing import InvalidValue

_UNPAID = frozenset({"open", "uncollectible"})


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """One payment that stands against an invoice. `kind`: payment_intent, charge, payment_record or newer words."""

    kind: str
    payment_id: str
    is_default: bool
    body: Json
    """The invoice payment itself (empty in bodies from before basil, which name only the intent or the charge)."""


def invoice_key(invoice_id: str) -> str:
    """The object id on the bus: `stripe:invoice:in_1`."""
    return f"stripe:invoice:{invoice_id}"


def payment_links(invoice: Json) -> list[PaymentLink]:
    """The payments an invoice body names, in its order; old bodies name at most one."""
    found = [link for item in fields.items_of(invoice.get("payments")) if (link := payment_link(item))]
    if found:
        return found
    for kind in ("payment_intent", "charge"):
        payment_id = fields.identity(invoice, kind)
        if payment_id:
            return [PaymentLink(kind, payment_id, True, {})]
    return []


def payment_link(invoice_payment: Json) -> PaymentLink | None:
    """The payment behind an invoice payment (`inpay_`); None when it names none."""
    payment = fields.as_object(invoice_payment.get("payment"))
    kind = fields.text(payment, "type") or "payment_intent"
    payment_id = fields.identity(payment, kind)
    if payment_id is None:
        return None
    return PaymentLink(kind, payment_id, fields.flag(invoice_payment, "is_default") or False, invoice_payment)


def payments_are_cut(invoice: Json) -> bool:
    """Whether the body shows fewer payments than there are, or none although it is of the newer shape."""
    payments = invoice.get("payments")
    if isinstance(payments, Mapping):
        return fields.flag(payments, "has_more") or False
    return "payment_intent" not in invoice and "charge" not in invoice


def needs_attempts(invoice: Json) -> bool:
    """Whether the snapshot rests on the attempts to pay: tried, and still not paid."""
    return bool(
        fields.text(invoice, "status") in _UNPAID
        and fields.flag(invoice, "attempted")
        and invoice.get("amount_remaining")
    )


def needs_subscription(invoice: Json) -> bool:
    """Whether what it would be paid with is kept by a subscription of which the body shows no more than the id."""
    unpaid = fields.text(invoice, "status") in _UNPAID and invoice.get("amount_remaining")
    return bool(unpaid and isinstance(_subscription(invoice), str) and not _own_method(invoice))


def read_invoice(invoice: Json, intents: Sequence[Json], link_names: Mapping[str, str]) -> PaymentSnapshot:
    """The gateway invoice as it stands. `intents` are the payment intents against it, its default payment first.

    Raises:
        Unreadable: no customer, no currency, or amounts that are none.
    """
    invoice_id = fields.text(invoice, "id") or "?"
    ref = fields.customer_ref(invoice)
    try:
        return _snapshot(
            invoice, invoice_id, fields.required(ref, fields.place(invoice, "customer")), intents, link_names
        )
    except InvalidValue as error:
        raise Unreadable(invoice_key(invoice_id), str(error), ref) from error


def _snapshot(
    invoice: Json, invoice_id: str, ref: str, intents: Sequence[Json], link_names: Mapping[str, str]
) -> PaymentSnapshot:
    code = fields.currency(invoice)
    transitions = fields.as_object(invoice.get("status_transitions"))
    finalized_at = fields.instant(transitions, "finalized_at")
    return PaymentSnapshot(
        object_id=invoice_key(invoice_id),
        kind="gateway_invoice",
        ref=ref,
        # Null only while Stripe has not decided: nothing to be paid yet.
        status=fields.text(invoice, "status") or "draft",
        currency=code,
        amount_minor=fields.required(fields.money(invoice, "total", code), fields.place(invoice, "total")),
        occurred_at=fields.required(
            finalized_at or fields.instant(invoice, "created"), fields.place(invoice, "created")
        ),
        number=fields.text(invoice, "number"),
        gateway_invoice_id=invoice_id,
        paid_minor=fields.money(invoice, "amount_paid", code),
        remaining_minor=fields.money(invoice, "amount_remaining", code),
        credited_minor=fields.money(invoice, "pre_payment_credit_notes_amount", code) or None,
        overpaid_minor=fields.money(invoice, "amount_overpaid", code) or None,
        due_on=fields.day(invoice, "due_date"),
        attempted=fields.flag(invoice, "attempted"),
        attempt_count=fields.whole(invoice, "attempt_count"),
        next_attempt_at=fields.instant(invoice, "next_payment_attempt"),
        method=_method(invoice),
        failure=_last_failure(intents) if needs_attempts(invoice) else None,
        hosted_url=fields.text(invoice, "hosted_invoice_url"),
        link_keys=fields.links(invoice, link_names),
    )


def _method(invoice: Json) -> MethodSnapshot | None:
    """What Stripe would charge: the invoice's own default, else its subscription's, else its customer's. Each may be a
    payment method or, in older accounts, a source or card; of the two the payment method goes first."""
    customer = fields.as_object(invoice.get("customer"))
    settings = fields.as_object(customer.get("invoice_settings"))
    holders = (fields.as_object(_subscription(invoice)), {**customer, **settings})
    return _own_method(invoice) or next((found for one in holders if (found := _own_method(one))), None)


def _own_method(holder: Json) -> MethodSnapshot | None:
    """The default method of an invoice, a subscription or a customer, as far as it came expanded."""
    method = method_of(fields.as_object(holder.get("default_payment_method")))
    return method or method_of_source(fields.as_object(holder.get("default_source")))


def _subscription(invoice: Json) -> object:
    """The id or the object of the subscription that an invoice is for; before basil it stood at the top."""
    details = fields.as_object(fields.as_object(invoice.get("parent")).get("subscription_details"))
    return details.get("subscription") or invoice.get("subscription")


def _last_failure(intents: Sequence[Json]) -> FailureSnapshot | None:
    """The first failure named: intents come with the default payment first."""
    return next((failure for intent in intents if (failure := failure_of(intent))), None)
