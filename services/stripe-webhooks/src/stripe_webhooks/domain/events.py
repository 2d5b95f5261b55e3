"""What a webhook or a polled event points at. Only the pointer counts: the object itself is read again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, get_args

from stripe_webhooks.domain import fields
from stripe_webhooks.domain.fields import Json, Unreadable
from trueup_billing import InvalidValue

Kind = Literal[
    "invoice", "payment_intent", "charge", "refund", "dispute", "credit_note", "invoice_payment", "customer",
    "subscription",
]  # fmt: skip
KINDS: frozenset[str] = frozenset(get_args(Kind))
THIN = "v2.core.event"
METHOD_FIELDS = {"invoice_settings", "default_source", "default_payment_method"}
"""Where customers and subscriptions keep what their invoices are paid with."""


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """The object to look at again, and what the event already tells of where it belongs."""

    kind: Kind
    object_id: str
    invoice_id: str | None = None
    payment_id: str | None = None
    charge_id: str | None = None
    """The charge behind it, once looked up; of use where that has no intent."""
    same_method: bool = False
    """Of a customer or subscription: whether the event says what changed, and that is not what their invoices are paid
    with."""


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """One event. `target` is None for what does not concern us."""

    event_id: str
    type: str
    created_at: datetime
    livemode: bool
    target: Target | None
    body: Json
    """The object as the event carries it (empty in thin events); of use only when the object is gone."""


def parse(value: bytes) -> ReceivedEvent:
    """Read a raw body.

    Raises:
        Unreadable: not UTF-8, not JSON, or no Stripe event.
    """
    try:
        # Numbers with a fraction or beyond any bound are texts to us: no such field is read, none may crash.
        body = json.loads(value.decode(), parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Unreadable("event", f"not JSON in UTF-8 ({type(error).__name__})") from error
    if not isinstance(body, Mapping):
        raise Unreadable("event", "not a JSON object")
    return read_event(body)


def read_event(body: Json) -> ReceivedEvent:
    """Read an event, snapshot or thin.

    Raises:
        Unreadable: no Stripe event.
    """
    event_id, kind = fields.text(body, "id"), fields.text(body, "type")
    thin = body.get("object") == THIN
    if event_id is None or kind is None or not (thin or body.get("object") == "event"):
        raise Unreadable("event", "no Stripe event: id, type or object is missing")
    try:
        created_at = fields.instant(body, "created") or datetime.fromtimestamp(0, UTC)
    except InvalidValue as error:
        raise Unreadable(event_id, str(error)) from error
    carried = {} if thin else fields.as_object(fields.as_object(body.get("data")).get("object"))
    if thin:
        target = _thin_target(fields.as_object(body.get("related_object")))
    else:
        target = None if _is_plain_charge(carried) else target_of(carried)
        changed = fields.as_object(body.get("data")).get("previous_attributes")
        if target is not None and target.kind in {"customer", "subscription"} and isinstance(changed, Mapping):
            target = replace(target, same_method=not METHOD_FIELDS & changed.keys())
    livemode = fields.flag(body, "livemode") or False
    return ReceivedEvent(event_id, kind, created_at, livemode, target, carried)


def ordering_key(event: ReceivedEvent) -> str:
    """The record key: the invoice if the event names one, else the object, else the event itself."""
    if event.target is None:
        return fields.text(event.body, "id") or event.event_id
    return event.target.invoice_id or event.target.object_id


def coalesce(events: Iterable[ReceivedEvent]) -> list[Target]:
    """The distinct targets, in a stable order: ten events about one invoice are one look at it."""
    return sorted(
        {event.target for event in events if event.target},
        key=lambda target: (target.kind, target.object_id, target.invoice_id or "", target.payment_id or ""),
    )


def target_of(carried: Json) -> Target | None:
    kind, object_id = fields.text(carried, "object"), fields.text(carried, "id")
    if object_id is None:
        return None
    match kind:
        case "invoice":
            return Target("invoice", object_id, invoice_id=object_id)
        case "customer" | "subscription":
            return Target(kind, object_id)
        case "payment_intent" | "charge" | "refund" | "dispute" | "credit_note" | "invoice_payment":
            # On an intent and a charge only bodies from before basil name the invoice.
            invoice_id = fields.identity(carried, "invoice")
            payment_id = object_id if kind == "payment_intent" else _payment_behind(carried)
            return Target(kind, object_id, invoice_id, payment_id)
        case _:
            return None


def _is_plain_charge(carried: Json) -> bool:
    """A charge of an intent comes with the intent's own event; only refunds and disputes are news of its own."""
    plain = carried.get("amount_refunded") == 0 and carried.get("disputed") is False
    return carried.get("object") == "charge" and plain and fields.identity(carried, "payment_intent") is not None


def _payment_behind(carried: Json) -> str | None:
    """The intent that a charge, refund, dispute or invoice payment names, itself or through what it carries."""
    through = (carried, fields.as_object(carried.get("charge")), fields.as_object(carried.get("payment")))
    return next((found for body in through if (found := fields.identity(body, "payment_intent"))), None)


def _thin_target(related: Json) -> Target | None:
    kind, object_id = fields.text(related, "type"), fields.text(related, "id")
    if object_id is None or kind not in KINDS:
        return None
    return target_of({"object": kind, "id": object_id})
