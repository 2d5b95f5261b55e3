"""Whose payment it was that settled an invoice: an event of the gateway names the key of the call that it follows from."""

from __future__ import annotations

from collections.abc import Iterable

from stripe_webhooks.domain import fields
from stripe_webhooks.domain.fields import Json

PAID = "invoice.paid"
TELLING = (PAID, "payment_intent.processing")
"""The kinds of event by which a call that took money, or is about to, can be told."""


def follows_from(events: Iterable[Json], *, gateway_invoice_id: str, key: str) -> bool | None:
    """Whether the payment of an invoice follows from the call with that key; None: no event tells of the payment.

    Source: Stripe's event object, `request.idempotency_key`: the key of the request that caused the event, null where no
    request did (a schedule, the gateway's own pages).
    """
    told = False
    for event in events:
        if fields.text(fields.as_object(event.get("request")), "idempotency_key") == key:
            return True
        about = fields.as_object(fields.as_object(event.get("data")).get("object"))
        told = told or (fields.text(event, "type") == PAID and fields.text(about, "id") == gateway_invoice_id)
    return False if told else None
