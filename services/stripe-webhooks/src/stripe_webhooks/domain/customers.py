"""A Stripe customer."""

from __future__ import annotations

from collections.abc import Mapping

from stripe_webhooks.domain import fields
from stripe_webhooks.domain.fields import Json, Unreadable
from stripe_webhooks.domain.snapshots import CustomerSnapshot
from trueup_billing import Currency, InvalidValue, Ref, Source


def customer_key(customer_id: str) -> str:
    """The ref: `stripe:cus_1`."""
    return str(Ref(Source.STRIPE, customer_id))


def read_customer(customer: Json, link_names: Mapping[str, str]) -> CustomerSnapshot:
    """Names, currency and exact link keys of a customer. Without any name its id stands for it.

    Raises:
        Unreadable: a customer without an id.
    """
    customer_id = fields.text(customer, "id")
    if customer_id is None:
        raise Unreadable("stripe:customer:?", "id is missing")
    named = (fields.text(customer, name) for name in ("name", "business_name", "description", "email"))
    gone = fields.flag(customer, "deleted") or False
    return CustomerSnapshot(
        ref=customer_key(customer_id),
        name=next((name for name in named if name), customer_id),
        email=fields.text(customer, "email"),
        currency=_currency(customer),
        active=not gone,
        deleted=gone,
        link_keys=fields.links(customer, link_names),
    )


def _currency(customer: Json) -> str | None:
    """A customer's default currency; one we cannot read is left out, it decides nothing."""
    try:
        return Currency(str(customer.get("currency") or "").upper()).code
    except InvalidValue:
        return None
