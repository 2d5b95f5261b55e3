"""Stripe's JSON, post-basil: invoices know their payments, payments do not know their invoice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from trueup_sandbox.clock import to_instant
from trueup_sandbox.providers.stripe import always
from trueup_sandbox.providers.stripe.subscriptions import Subscriptions, subscribed
from trueup_sandbox.scenario import Scenario
from trueup_sandbox.world.accounts import Account
from trueup_sandbox.world.chance import token
from trueup_sandbox.world.records import (
    Dispute,
    GatewayCustomer,
    GatewayEvent,
    GatewayInvoice,
    GatewayPayment,
    LedgerDocument,
    Refund,
)
from trueup_sandbox.world.store import Store
from trueup_sandbox.world.world import World

API_VERSION = "2026-10-28.endive"
Json = dict[str, Any]


def seconds(at_ms: int | None) -> int | None:
    """Stripe's instants: whole seconds since 1970."""
    return None if at_ms is None else at_ms // 1000


def listing(data: list[Json], url: str, *, has_more: bool = False) -> Json:
    """A page of a list."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


class Shapes:
    """Turns the world's records into Stripe's objects, as of now or of a past instant."""

    def __init__(self, world: World) -> None:
        self._store: Store = world.desk.store
        self._accounts: list[Account] = world.accounts
        self._scenario: Scenario = world.scenario
        self._methods: dict[str, int] = {}
        self.subscriptions = Subscriptions(world.scenario.seed, len(world.accounts))
        self.readable: dict[int, int] = {}
        """Account → how many of its invoices, the oldest first, are shown whole; the others have no currency."""

    def _currency(self, account: int) -> str:
        return self._accounts[account].currency.code.lower()

    def _customer_id(self, account: int) -> str:
        return self._accounts[account].gateway_id

    def method_id(self, account: int) -> str:
        """The customer's default payment method."""
        return f"pm_{token(self._scenario.seed, 'pm', account, length=24)}"

    def customer(self, one: GatewayCustomer) -> Json:
        """A customer."""
        kept = None if subscribed(one.account) else self.method_id(one.account)
        return {
            "id": one.id,
            "object": "customer",
            "created": seconds(one.created_ms),
            "currency": self._currency(one.account),
            "name": one.name,
            "email": one.email,
            "description": None,
            "delinquent": False,
            "livemode": False,
            "metadata": dict(one.metadata),
            "default_source": None,
            "invoice_settings": {"default_payment_method": kept, "custom_fields": None},
        }

    def subscription_by_id(self, subscription_id: str) -> Json | None:
        """The subscription of that id."""
        account = self.subscriptions.account_of(subscription_id)
        if account is None:
            return None
        customer = self.customer(self._store.gateway_customers.get(self._customer_id(account)))
        return self.subscriptions.body(account, customer, self.method_id(account))

    def method(self, account: int) -> Json:
        """A card."""
        habits = self._accounts[account].habits
        return {
            "id": self.method_id(account),
            "object": "payment_method",
            "type": "card",
            "billing_details": always.NO_BILLING_DETAILS,
            "created": seconds(self._store.gateway_customers.get(self._customer_id(account)).created_ms),
            "customer": self._customer_id(account),
            "livemode": False,
            "card": _card(habits.brand, habits.last4),
        }

    def method_by_id(self, method_id: str) -> Json | None:
        """The card of that id."""
        if len(self._methods) < len(self._accounts):
            self._methods = {self.method_id(account.index): account.index for account in self._accounts}
        found = self._methods.get(method_id)
        return None if found is None else self.method(found)

    def invoice(self, one: GatewayInvoice, *, as_of_ms: int | None = None, payments: bool = False) -> Json:
        """An invoice; with `payments` the expandable list of its invoice payments."""
        remaining = one.remaining_minor
        shape: Json = {
            "id": one.id,
            "object": "invoice",
            "number": one.number,
            "account_name": "Trueup sandbox company",
            "customer": self._customer_id(one.account),
            "customer_name": self._accounts[one.account].name,
            "collection_method": "send_invoice",
            "status": one.status,
            "currency": self._currency(one.account),
            "total": one.total_minor,
            "subtotal": one.net_minor,
            "total_excluding_tax": one.net_minor,
            "total_taxes": _taxes(one.total_minor - one.net_minor),
            "amount_due": one.total_minor - one.credited_minor,
            "amount_paid": one.paid_minor,
            "amount_remaining": remaining,
            "amount_overpaid": 0,
            "amount_paid_off_stripe": one.off_stripe_minor,
            "pre_payment_credit_notes_amount": one.credited_minor,
            "post_payment_credit_notes_amount": 0,
            "attempted": one.attempts > 0,
            "attempt_count": one.attempts,
            "next_payment_attempt": None,
            "auto_advance": False,
            "created": seconds(one.created_ms),
            "due_date": seconds(one.due_ms),
            "default_payment_method": None,
            "default_source": None,
            "hosted_invoice_url": f"https://invoice.stripe.example/{one.id}",
            "livemode": False,
            "metadata": {"quickbooks_invoice_id": one.ledger_id},
            "parent": self.subscriptions.parent(one.account),
            "status_transitions": _transitions(one),
            "lines": self._lines(one),
            **always.of_invoice(seconds(one.created_ms)),
        }
        if one.account in self.readable and self._place(one) >= self.readable[one.account]:
            shape["currency"] = None
        if payments:
            found = [self.invoice_payment(payment) for payment in self._payments(one, as_of_ms)]
            shape["payments"] = listing(found, f"/v1/invoices/{one.id}/payments")
        return shape

    def _place(self, one: GatewayInvoice) -> int:
        """Which of its account's invoices this is, by age."""
        return next(
            at for at, other in enumerate(self._store.gateway_invoices.of_account(one.account)) if other.id == one.id
        )

    def _payments(self, one: GatewayInvoice, as_of_ms: int | None) -> list[GatewayPayment]:
        if as_of_ms is None:
            return self._store.invoice_payments(one.id)
        found = self._store.payments.of_account_at(one.account, as_of_ms)
        return [payment for payment in found if payment.invoice == one.id]

    def _lines(self, one: GatewayInvoice) -> Json:
        document = self._store.invoices.at(one.ledger_id, one.created_ms)
        lines = [self._line(one, document, place) for place in range(len(document.lines))] if document else []
        return listing(lines, f"/v1/invoices/{one.id}/lines")

    def _line(self, one: GatewayInvoice, document: LedgerDocument, place: int) -> Json:
        line = document.lines[place]
        end = line.service_date or document.issued_on
        start = to_instant(one.created_ms).replace(year=end.year, month=end.month, day=1, hour=0, minute=0, second=0)
        stop = start.replace(day=end.day) + timedelta(days=1)
        return {
            "id": f"il_{token(one.id, place, length=24)}",
            "object": "line_item",
            "amount": line.amount_minor,
            "subtotal": line.amount_minor,
            "discountable": True,
            "discounts": [],
            "currency": self._currency(one.account),
            "description": line.description,
            "quantity": int(line.quantity) if line.quantity is not None else None,
            "quantity_decimal": str(line.quantity) if line.quantity is not None else None,
            "period": {"start": int(start.timestamp()), "end": int(stop.timestamp())},
            "pricing": _pricing(line.item_id),
            "parent": {"type": "invoice_item_details"},
            "metadata": {},
            "livemode": False,
        }

    def invoice_payment(self, one: GatewayPayment) -> Json:
        """What ties a payment to its invoice."""
        paid = one.status == "succeeded"
        return {
            "id": f"inpay_{one.id[3:]}",
            "object": "invoice_payment",
            "invoice": one.invoice,
            "currency": self._currency(one.account),
            "amount_requested": one.amount_minor,
            "amount_paid": one.amount_minor if paid else None,
            "is_default": not one.share_of_invoice,
            "status": "paid" if paid else "open",
            "created": seconds(one.created_ms),
            "livemode": False,
            "payment": {"type": "payment_intent", "payment_intent": one.id},
            "status_transitions": {"paid_at": seconds(one.succeeded_ms), "canceled_at": None},
        }

    def payment(self, one: GatewayPayment) -> Json:
        """A PaymentIntent."""
        return {
            "id": one.id,
            "object": "payment_intent",
            "amount": one.amount_minor,
            "amount_received": one.amount_minor if one.status == "succeeded" else 0,
            "currency": self._currency(one.account),
            "customer": self._customer_id(one.account),
            "created": seconds(one.created_ms),
            "status": one.status,
            "latest_charge": one.charge,
            "payment_method": self.method_id(one.account) if one.status == "succeeded" else None,
            "last_payment_error": self.decline(one),
            "next_action": {"type": "use_stripe_sdk"} if one.status == "requires_action" else None,
            "description": "Payment for invoice",
            "livemode": False,
            "metadata": {},
        }

    def decline(self, one: GatewayPayment) -> Json | None:
        """The error of a declined attempt, in the words of Stripe's `error` object."""
        if one.decline is None:
            return None
        return {
            "type": "card_error",
            "code": one.decline.code,
            "decline_code": one.decline.decline_code,
            "advice_code": one.decline.advice_code,
            "message": one.decline.message,
            "charge": one.charge,
            "payment_method": self.method(one.account),
        }

    def charge(self, one: GatewayPayment, *, as_of_ms: int | None = None) -> Json:
        """The latest charge of a payment."""
        refunds = [refund for refund in self._store.refunds.of_account(one.account) if refund.payment == one.id]
        disputes = [case for case in self._store.disputes.of_account(one.account) if case.payment == one.id]
        if as_of_ms is not None:
            refunds = [refund for refund in refunds if refund.created_ms <= as_of_ms]
            disputes = [case for case in disputes if case.created_ms <= as_of_ms]
        refunded = sum(refund.amount_minor for refund in refunds if refund.status == "succeeded")
        paid = one.status == "succeeded"
        return {
            "id": one.charge,
            "object": "charge",
            "amount": one.amount_minor,
            "amount_captured": one.amount_minor if paid else 0,
            "amount_refunded": refunded,
            "billing_details": always.NO_BILLING_DETAILS,
            "currency": self._currency(one.account),
            "customer": self._customer_id(one.account),
            "created": seconds(one.succeeded_ms or one.created_ms),
            "payment_intent": one.id,
            "payment_method": self.method_id(one.account),
            "payment_method_details": {"type": "card", "card": _card(one.brand, one.last4)},
            "paid": paid,
            "captured": paid,
            "status": "succeeded" if paid else "failed",
            "failure_code": one.decline.code if one.decline else None,
            "failure_message": one.decline.message if one.decline else None,
            "refunded": paid and refunded >= one.amount_minor,
            "disputed": bool(disputes),
            "livemode": False,
            "metadata": {},
        }

    def credit_note(self, one: GatewayInvoice) -> Json:
        """What was taken off an invoice before it was paid, as one note."""
        return always.of_credit_note(one.credited_minor) | {
            "id": f"cn_{one.id[3:]}",
            "created": seconds(one.created_ms),
            "currency": self._currency(one.account),
            "customer": self._customer_id(one.account),
            "invoice": one.id,
            "number": f"{one.number}-CN-01",
        }

    def refund(self, one: Refund) -> Json:
        """A refund."""
        payment = self._store.payments.get(one.payment)
        return {
            "id": one.id,
            "object": "refund",
            "amount": one.amount_minor,
            "currency": self._currency(one.account),
            "created": seconds(one.created_ms),
            "charge": payment.charge,
            "payment_intent": one.payment,
            "reason": "requested_by_customer",
            "status": one.status,
            "metadata": {},
        }

    def dispute(self, one: Dispute) -> Json:
        """A dispute."""
        payment = self._store.payments.get(one.payment)
        return {
            "id": one.id,
            "object": "dispute",
            "amount": one.amount_minor,
            "currency": self._currency(one.account),
            "created": seconds(one.created_ms),
            "charge": payment.charge,
            "payment_intent": one.payment,
            "reason": one.reason,
            "status": one.status,
            "is_charge_refundable": False,
            "livemode": False,
            "metadata": {},
            **always.of_dispute(seconds(one.created_ms)),
        }

    def event(self, one: GatewayEvent) -> Json:
        """An event with the object as it stood then."""
        return {
            "id": one.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": seconds(one.created_ms),
            "type": one.type,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": f"req_{one.id[4:]}" if one.key else None, "idempotency_key": one.key},
            "data": {"object": self._subject(one)},
        }

    def _subject(self, one: GatewayEvent) -> Json:
        shelf, record_id = one.subject
        record = self._store.shelf(shelf).at(record_id, one.created_ms)
        match record:
            case GatewayInvoice() if one.type.startswith("credit_note."):
                shape = self.credit_note(record)
            case GatewayInvoice():
                shape = self.invoice(record, as_of_ms=one.created_ms)
            case GatewayPayment() if one.type.startswith("invoice_payment."):
                shape = self.invoice_payment(record)
            case GatewayPayment() if one.type.startswith("charge."):
                shape = self.charge(record, as_of_ms=one.created_ms)
            case GatewayPayment():
                shape = self.payment(record)
            case Refund():
                shape = self.refund(record)
            case Dispute():
                shape = self.dispute(record)
            case _:
                raise TypeError(f"no Stripe object for {one.subject}")
        return shape


def _card(brand: str, last4: str) -> Json:
    return {"brand": brand, "last4": last4, "exp_month": 8, "exp_year": 2029, "funding": "credit", "country": "US"}


def _taxes(amount_minor: int) -> list[Json]:
    if not amount_minor:
        return []
    more = {"tax_rate_details": None, "taxability_reason": "standard_rated", "taxable_amount": None}
    return [{"amount": amount_minor, "tax_behavior": "exclusive", "type": "tax_rate_details", **more}]


def _pricing(item_id: str) -> Json:
    """What was sold, by Stripe's own ids of its price and product."""
    sold = {"price": f"price_{token('price', item_id, length=24)}", "product": f"prod_{token('product', item_id)}"}
    return {"type": "price_details", "unit_amount_decimal": None, "price_details": sold}


def _transitions(one: GatewayInvoice) -> Json:
    ended = seconds(one.ended_ms)
    return {
        "finalized_at": seconds(one.created_ms),
        "paid_at": ended if one.status == "paid" else None,
        "voided_at": ended if one.status == "void" else None,
        "marked_uncollectible_at": ended if one.status == "uncollectible" else None,
    }
