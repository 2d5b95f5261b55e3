"""From what events point at to what must be looked at: refunds, disputes and charges lead to their invoice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from stripe_webhooks.domain import fields
from stripe_webhooks.domain.events import Kind, Target, target_of
from stripe_webhooks.ports import Forbidden, Gateway, Joins, Listing, Missing, Priority, Rejected
from stripe_webhooks.usecases.reading import Wanted, all_answers, every

LOOKED_UP: tuple[Kind, ...] = ("charge", "refund", "dispute", "credit_note", "invoice_payment")
_RESOURCES = {
    "charge": "charges",
    "refund": "refunds",
    "dispute": "disputes",
    "credit_note": "credit_notes",
    "invoice_payment": "invoice_payments",
}


@dataclass(frozen=True, slots=True)
class Resolved:
    """The things to look at, each once, and the targets that our key may not read and that may be about anybody."""

    wanted: list[Wanted]
    missing: list[Missing]


@dataclass(frozen=True, slots=True)
class Resolver:
    """Charges and intents no longer say which invoice they belong to: our join answers, else Stripe."""

    gateway: Gateway
    store: Joins

    async def __call__(self, targets: Iterable[Target], priority: Priority) -> Resolved:
        """What the targets lead to. A target that leads nowhere is left out."""
        answers = await all_answers(self._located(target, priority) for target in targets)
        located = [answer for answer in answers if isinstance(answer, Target)]
        missing = [answer for answer in answers if isinstance(answer, Missing)]
        return Resolved(await self._wanted(located, priority), missing)

    async def _wanted(self, located: Sequence[Target], priority: Priority) -> list[Wanted]:
        homeless = [target for target in located if not target.invoice_id]
        payments = {target.payment_id for target in homeless if target.payment_id}
        charges = {target.charge_id for target in homeless if target.charge_id}
        joins = await self.store.joins(payments | charges)
        invoices = {payment_id: join.invoice_id for payment_id, join in joins.items()}
        unknown = sorted(payments - invoices.keys())
        answers = await all_answers(self._invoice_of(payment_id, priority) for payment_id in unknown)
        invoices |= {payment_id: found for payment_id, found in zip(unknown, answers, strict=True) if found}
        owed = await all_answers(self._open_invoices(target, priority) for target in located)
        return merge([*(wanted for target in located if (wanted := _wanted(target, invoices))), *chain(*owed)])

    async def _open_invoices(self, target: Target, priority: Priority) -> list[Wanted]:
        """A new card of a customer or subscription is what their open invoices would be paid with, and no event of the
        invoices tells it."""
        if target.kind not in {"customer", "subscription"} or target.same_method:
            return []
        listing = Listing("invoices", ((target.kind, target.object_id), ("status", "open")))
        try:
            found = await every(self.gateway, listing, priority)
        except Rejected:
            return []  # the customer or subscription is gone
        return [Wanted("invoice", invoice_id) for one in found if (invoice_id := fields.text(one, "id"))]

    async def _located(self, target: Target, priority: Priority) -> Target | Missing:
        try:
            return await self._locate(target, priority)
        except Forbidden as error:
            return Missing(label_of(target), None, "not_allowed", str(error))

    async def _locate(self, target: Target, priority: Priority) -> Target:
        """A target that names neither invoice nor payment (a thin event, an old refund) is read to learn them."""
        resource = _RESOURCES.get(target.kind)
        if resource is None or target.invoice_id or target.payment_id:
            return target
        try:
            body = await self.gateway.one(resource, target.object_id, priority=priority)
        except Forbidden:
            raise
        except Rejected:
            return target
        found = (body and target_of(body)) or target
        charge_id = fields.identity(body, "charge") if body else None
        if charge_id and found.kind in {"refund", "dispute"} and not found.payment_id:
            charge = await self._locate(Target("charge", charge_id), priority)
            return Target(found.kind, found.object_id, charge.invoice_id, charge.payment_id, charge_id)
        return replace(found, charge_id=found.object_id) if found.kind == "charge" else found

    async def _invoice_of(self, payment_id: str, priority: Priority) -> str | None:
        listing = Listing(
            "invoice_payments", (("payment[type]", "payment_intent"), ("payment[payment_intent]", payment_id))
        )
        try:
            page = await self.gateway.page(listing, after=None, priority=priority)
        except Rejected:
            return None  # not one of our account's: read by itself it tells what keeps us from it
        return next((found for item in page.items if (found := fields.identity(item, "invoice"))), None)


def label_of(target: Target) -> str:
    """`credit_note:cn_1`, as notes name what could not be looked up."""
    return f"{target.kind}:{target.object_id}"


def target_of_label(label: str) -> Target | None:
    """The target behind such a note; None: the note is about a thing."""
    kind, _, object_id = label.partition(":")
    return next((Target(one, object_id) for one in LOOKED_UP if one == kind), None)


def merge(wanted: Iterable[Wanted]) -> list[Wanted]:
    """One wish for each thing, asking for refunds and disputes if any of its wishes does."""
    found: dict[str, Wanted] = {}
    for one in wanted:
        other = found.get(one.label, one)
        found[one.label] = Wanted(
            one.thing, one.object_id, one.refunds or other.refunds, one.disputes or other.disputes
        )
    return sorted(found.values())


def _wanted(target: Target, invoices: dict[str, str]) -> Wanted | None:
    if target.kind == "customer":
        return Wanted("customer", target.object_id)
    # A charge event may tell of a refund: `charge.refunded` carries the charge.
    refunds, disputes = target.kind in {"refund", "charge"}, target.kind == "dispute"
    invoice_id = target.invoice_id or invoices.get(target.payment_id or target.charge_id or "")
    if invoice_id:
        return Wanted("invoice", invoice_id, refunds, disputes)
    return Wanted("payment", target.payment_id, refunds, disputes) if target.payment_id else None
