"""An invoice body, new and old, becomes what is announced."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from stripe_webhooks.domain.fields import Unreadable
from stripe_webhooks.domain.invoices import (
    needs_attempts,
    needs_subscription,
    payment_links,
    payments_are_cut,
    read_invoice,
)

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies

    from stripe_webhooks.usecases.reading import LinkNames


def test_every_field_of_an_open_invoice(bodies: Bodies, links: LinkNames) -> None:
    card = {"type": "card", "card": {"brand": "visa", "last4": "4242"}}
    found = read_invoice(bodies.invoice("in_1", default_payment_method=card), (), links.invoices)
    assert found.object_id == "stripe:invoice:in_1"
    assert (found.kind, found.ref, found.status) == ("gateway_invoice", "stripe:cus_1", "open")
    assert (found.currency, found.amount_minor, found.paid_minor, found.remaining_minor) == ("USD", 5200, 0, 5200)
    assert (found.number, found.gateway_invoice_id) == ("INV-in_1", "in_1")
    assert found.due_on == date(2026, 10, 21)
    assert found.occurred_at == datetime.fromtimestamp(1_790_000_060, UTC)
    assert found.link_keys == {"quickbooks_invoice_id": "501"}
    assert found.method is not None
    assert (found.method.kind, found.method.brand, found.method.last4) == ("card", "visa", "4242")
    assert found.failure is None


def test_the_customers_default_pays_where_the_invoice_names_nothing(bodies: Bodies, links: LinkNames) -> None:
    own, usual = ({"type": "card", "card": {"brand": "visa", "last4": last4}} for last4 in ("4242", "1881"))
    customer = {"id": "cus_1", "object": "customer", "invoice_settings": {"default_payment_method": usual}}
    found = read_invoice(bodies.invoice(customer=customer), (), links.invoices)
    assert found.ref == "stripe:cus_1"
    assert found.method is not None
    assert found.method.last4 == "1881"
    found = read_invoice(bodies.invoice(customer=customer, default_payment_method=own), (), links.invoices)
    assert found.method is not None
    assert found.method.last4 == "4242"
    for gone in ("cus_1", {"id": "cus_1", "object": "customer", "deleted": True}, customer | {"invoice_settings": {}}):
        assert read_invoice(bodies.invoice(customer=gone), (), links.invoices).method is None


def card(last4: str) -> dict[str, Any]:
    return {"object": "payment_method", "type": "card", "card": {"brand": "visa", "last4": last4}}


def kept(last4: str) -> dict[str, Any]:
    return {"id": "card_1", "object": "card", "brand": "American Express", "last4": last4}


def test_invoice_then_subscription_then_customer_and_a_method_before_a_source(bodies: Bodies, links: LinkNames) -> None:
    subscription: dict[str, Any] = {
        "id": "sub_1",
        "default_payment_method": card("0003"),
        "default_source": kept("0004"),
    }
    settings: dict[str, Any] = {"default_payment_method": card("0005")}
    customer: dict[str, Any] = {"id": "cus_1", "default_source": kept("0006"), "invoice_settings": settings}
    own: dict[str, Any] = {"default_payment_method": card("0001"), "default_source": kept("0002")}
    order: list[str | None] = []
    for holder, name in (
        (own, "default_payment_method"), (own, "default_source"), (subscription, "default_payment_method"),
        (subscription, "default_source"), (settings, "default_payment_method"), (customer, "default_source"),
    ):  # fmt: skip
        parent = {"type": "subscription_details", "subscription_details": {"subscription": subscription}}
        bodies_of_both = (
            bodies.invoice(customer=customer, parent=parent, **own),
            bodies.invoice(customer=customer, subscription=subscription, **own),
        )
        methods = [read_invoice(body, (), links.invoices).method for body in bodies_of_both]
        assert methods[0] == methods[1]
        order.append(methods[0].last4 if methods[0] else None)
        holder[name] = None
    assert order == ["0001", "0002", "0003", "0004", "0005", "0006"]


def test_a_source_is_told_like_a_method(bodies: Bodies, links: LinkNames) -> None:
    def told(source: object) -> tuple[str, str | None, str | None] | None:
        found = read_invoice(bodies.invoice(default_source=source), (), links.invoices).method
        return (found.kind, found.brand, found.last4) if found else None

    assert told(kept("1881")) == ("card", "amex", "1881")
    assert told(kept("1881") | {"brand": "Visa"}) == ("card", "visa", "1881")
    assert told({"object": "bank_account", "last4": "6789"}) == ("bank_account", None, "6789")
    assert told({"object": "source", "type": "card", "card": {"brand": "visa", "last4": "4242"}}) == (
        "card", "visa", "4242",
    )  # fmt: skip
    assert told({"object": "account"}) is None
    assert told("src_1") is None


def test_when_the_subscription_must_be_looked_at(bodies: Bodies) -> None:
    parent = {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}}
    assert needs_subscription(bodies.invoice(parent=parent))
    assert needs_subscription(bodies.invoice(subscription="sub_1"))
    for without in (
        {"parent": None}, {"status": "paid"}, {"amount_remaining": 0}, {"default_payment_method": card("1")},
        {"parent": {"subscription_details": {"subscription": {"id": "sub_1"}}}},
    ):  # fmt: skip
        assert not needs_subscription(bodies.invoice(**({"parent": parent} | without)))


def test_a_tried_and_unpaid_invoice_says_why(bodies: Bodies, links: LinkNames) -> None:
    invoice = bodies.invoice(attempted=True, attempt_count=2)
    failure = read_invoice(invoice, [bodies.declined()], links.invoices).failure
    assert failure is not None
    assert (failure.code, failure.decline_code, failure.advice_code) == (
        "card_declined",
        "insufficient_funds",
        "try_again_later",
    )
    paid = invoice | {"status": "paid", "amount_remaining": 0}
    assert read_invoice(paid, [bodies.declined()], links.invoices).failure is None


@pytest.mark.parametrize(
    ("fields", "needed"),
    [
        ({"attempted": True}, True),
        ({"attempted": True, "status": "uncollectible"}, True),
        ({"attempted": False}, False),
        ({"attempted": True, "amount_remaining": 0}, False),
        ({"attempted": True, "status": "void"}, False),
    ],
)
def test_when_the_attempts_are_needed(bodies: Bodies, fields: dict[str, Any], needed: bool) -> None:
    assert needs_attempts(bodies.invoice(**fields)) is needed


def test_payments_of_new_and_old_bodies(bodies: Bodies) -> None:
    assert [link.payment_id for link in payment_links(bodies.invoice(payments=["pi_1", "pi_2"]))] == ["pi_1", "pi_2"]
    old = {name: value for name, value in bodies.invoice().items() if name != "payments"}
    assert [link.payment_id for link in payment_links(old | {"payment_intent": "pi_3", "charge": "ch_3"})] == ["pi_3"]
    assert [link.kind for link in payment_links(old | {"payment_intent": None, "charge": {"id": "ch_3"}})] == ["charge"]
    assert not payments_are_cut(old | {"payment_intent": None})
    assert payments_are_cut(old), "a new body without its payments shows too little"
    assert payments_are_cut(bodies.invoice() | {"payments": {"data": [], "has_more": True}})


def test_a_payment_of_a_kind_we_never_heard_of(bodies: Bodies) -> None:
    inpay = bodies.invoice_payment("inpay_1", "in_1", "-", payment={"type": "moon_check", "moon_check": "mc_1"})
    links = payment_links(bodies.invoice() | {"payments": {"data": [inpay], "has_more": False}})
    assert [(link.kind, link.payment_id) for link in links] == [("moon_check", "mc_1")]


def test_what_credit_notes_took_off_is_told(bodies: Bodies, links: LinkNames) -> None:
    less = bodies.invoice(pre_payment_credit_notes_amount=200, amount_remaining=5000)
    assert read_invoice(less, (), links.invoices).credited_minor == 200
    assert read_invoice(bodies.invoice(), (), links.invoices).credited_minor is None


def test_what_was_paid_too_much_is_told(bodies: Bodies, links: LinkNames) -> None:
    assert read_invoice(bodies.invoice(amount_overpaid=300), (), links.invoices).overpaid_minor == 300
    assert read_invoice(bodies.invoice(amount_overpaid=0), (), links.invoices).overpaid_minor is None


def test_an_unknown_status_is_passed_on(bodies: Bodies, links: LinkNames) -> None:
    assert read_invoice(bodies.invoice(status="in_limbo"), (), links.invoices).status == "in_limbo"
    assert read_invoice(bodies.invoice(status=None), (), links.invoices).status == "draft"


@pytest.mark.parametrize(
    "fields",
    [
        {"customer": None},
        {"currency": None},
        {"currency": "dollars"},
        {"total": None},
        {"total": 52.5},
        {"total": "5200"},
        {"amount_paid": True},
        {"due_date": 10**15},
        {"currency": "isk", "total": 5250},
    ],
)
def test_what_cannot_be_is_unreadable_and_names_the_customer(
    bodies: Bodies, links: LinkNames, fields: dict[str, Any]
) -> None:
    with pytest.raises(Unreadable) as caught:
        read_invoice(bodies.invoice(**fields), (), links.invoices)
    assert caught.value.object_id == "stripe:invoice:in_1"
    assert caught.value.ref == (None if "customer" in fields else "stripe:cus_1")


@pytest.mark.parametrize(
    ("code", "amount", "minor"),
    [("jpy", 5200, 5200), ("isk", 520_000, 5200), ("ugx", 520_000, 5200), ("mga", 52, 5200), ("kwd", 5200, 5200)],
)
def test_amounts_are_iso_minor_units(bodies: Bodies, links: LinkNames, code: str, amount: int, minor: int) -> None:
    invoice = bodies.invoice(currency=code, total=amount, amount_remaining=amount)
    assert read_invoice(invoice, (), links.invoices).amount_minor == minor


def test_link_keys_keep_to_their_order(bodies: Bodies, links: LinkNames) -> None:
    both = bodies.invoice(metadata={"qbo_invoice_id": "2", "quickbooks_invoice_id": " 1 ", "other": "x"})
    assert read_invoice(both, (), links.invoices).link_keys == {"quickbooks_invoice_id": "1"}
    assert read_invoice(bodies.invoice(metadata=None), (), links.invoices).link_keys == {}
