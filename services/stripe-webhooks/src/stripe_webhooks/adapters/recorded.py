"""Stripe as far as it was recorded: the port `Gateway` over bodies in files, and what it was asked for in vain."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from stripe_webhooks.domain.fields import Json, identity, text
from stripe_webhooks.ports import Join, Listing, Page, Priority

RESOURCES = {
    "customer": "customers",
    "invoice": "invoices",
    "payment_intent": "payment_intents",
    "charge": "charges",
    "refund": "refunds",
    "dispute": "disputes",
    "invoice_payment": "invoice_payments",
    "credit_note": "credit_notes",
}


@dataclass(slots=True)
class Recorded:
    """Everything recorded, by resource and id; the body that was recorded last counts."""

    objects: dict[str, dict[str, Json]] = field(default_factory=lambda: {name: {} for name in RESOURCES.values()})
    wanted: set[str] = field(default_factory=set)
    """What the service would ask Stripe for, and what is in no file."""

    def put(self, body: Any) -> None:  # noqa: ANN401  JSON
        """Take in a body and every whole object inside it, such as expanded payments."""
        if isinstance(body, list):
            for item in body:
                self.put(item)
        elif isinstance(body, dict):
            resource, object_id = RESOURCES.get(text(body, "object") or ""), text(body, "id")
            if resource and object_id:
                self.objects[resource][object_id] = body
            for value in body.values():
                self.put(value)

    async def one(
        self,
        resource: str,
        object_id: str,
        *,
        expand: tuple[str, ...] = (),  # noqa: ARG002  what was recorded is all there is
        priority: Priority,  # noqa: ARG002
    ) -> Json | None:
        """See the port."""
        found = self.objects[resource].get(object_id)
        if found is None:
            self.wanted.add(f"{resource}/{object_id}")
        return found

    async def page(self, listing: Listing, *, after: str | None, priority: Priority) -> Page:  # noqa: ARG002
        """See the port. Whether a list is whole cannot be told: its question is noted when nothing fits."""
        found = [one for one in self.objects[listing.resource].values() if _fits(one, listing.filters)]
        if not found:
            asked = "&".join(f"{name}={value}" for name, value in listing.filters)
            self.wanted.add(f"{listing.resource}?{asked}")
        return Page(found, more=False)

    async def joins(self, payment_ids: Collection[str]) -> dict[str, Join]:
        """See the port `Joins`: nothing is known but what was recorded."""
        del payment_ids
        return {}


def _fits(body: Json, filters: tuple[tuple[str, str], ...]) -> bool:
    payment = body.get("payment")
    inner = payment if isinstance(payment, dict) else {}
    for name, value in filters:
        if name.startswith("payment["):
            if identity(inner, name.removeprefix("payment[").removesuffix("]")) != value:
                return False
        elif identity(body, name) != value:
            return False
    return True
