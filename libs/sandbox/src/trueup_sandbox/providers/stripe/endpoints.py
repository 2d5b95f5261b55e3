"""Bodies of webhooks: of endpoints of this version, of one from before basil, and of one that gets thin events.

A payment from before basil names its invoice, and an invoice the payment and charge that paid it. A thin event only points.
"""

from __future__ import annotations

import zlib

from trueup_sandbox.clock import to_instant
from trueup_sandbox.providers.stripe.shapes import Json, Shapes
from trueup_sandbox.world.records import GatewayEvent
from trueup_sandbox.world.world import World

BEFORE_BASIL = "2024-06-20"
SINCE_BASIL = {
    "invoice": ("amount_overpaid", "amount_paid_off_stripe", "parent", "payments", "total_taxes"),
    "line_item": ("parent", "pricing"),
    "credit_note": ("total_taxes",),
}
"""Object → fields that it did not have."""


class Endpoints:
    """Draws for each event the endpoint that it goes to, so that it has one body however often it is sent."""

    def __init__(self, world: World) -> None:
        self._store = world.desk.store
        self._shapes = Shapes(world)
        self._share = world.scenario.deliveries

    def body(self, one: GatewayEvent) -> Json:
        """What is posted."""
        drawn = zlib.crc32(one.id.encode()) % 1000 / 1000
        if drawn < self._share.thin_share:
            return self._thin(one)
        # Invoice payments came with basil.
        if drawn < self._share.thin_share + self._share.older_share and not one.type.startswith("invoice_payment."):
            return self._older(one)
        return self._shapes.event(one)

    def _thin(self, one: GatewayEvent) -> Json:
        event = self._shapes.event(one)
        about = event["data"]["object"]
        return {
            "id": one.id,
            "object": "v2.core.event",
            "type": f"v1.{one.type}",
            "created": to_instant(one.created_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "livemode": False,
            "context": None,
            "reason": {"type": "request", "request": event["request"]} if one.key else None,
            "related_object": {
                "id": about["id"],
                "type": about["object"],
                "url": f"/v1/{about['object']}s/{about['id']}",
            },
        }

    def _older(self, one: GatewayEvent) -> Json:
        event = self._shapes.event(one)
        present = event["data"]["object"]
        about = _without(present)
        if about["object"] == "invoice":
            about |= self._told_then(present, one.created_ms)
        elif about["object"] in {"payment_intent", "charge"}:
            about["invoice"] = self._store.payments.get(one.subject[1]).invoice
        return event | {"api_version": BEFORE_BASIL, "data": {"object": about}}

    def _told_then(self, invoice: Json, at_ms: int) -> Json:
        """What an invoice told itself: the payment by which all of it was to be paid, if any, its subscription, its tax."""
        paid = invoice["status"] == "paid"
        parent = invoice["parent"] or {}
        lines = [
            _without(line) | {"plan": None, "price": None, "proration": False} for line in invoice["lines"]["data"]
        ]
        payments = [
            payment
            for payment in self._store.invoice_payments(invoice["id"])
            if payment.created_ms <= at_ms and not payment.share_of_invoice
        ]
        last = payments[-1] if payments else None
        return {
            "application_fee_amount": None,
            "charge": last.charge if last else None,
            "discount": None,
            "lines": invoice["lines"] | {"data": lines},
            "paid": paid,
            "paid_out_of_band": paid and last is None,
            "payment_intent": last.id if last else None,
            "subscription": parent.get("subscription_details", {}).get("subscription"),
            "tax": invoice["total"] - invoice["total_excluding_tax"] or None,
            "transfer_data": None,
        }


def _without(about: Json) -> Json:
    newer = SINCE_BASIL.get(about["object"], ())
    return {name: value for name, value in about.items() if name not in newer}
