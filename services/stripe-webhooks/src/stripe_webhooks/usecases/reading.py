"""Reading one thing whole: an invoice with everything that stands against it, a lone payment, a customer."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from stripe_webhooks.domain import fields
from stripe_webhooks.domain.customers import customer_key, read_customer
from stripe_webhooks.domain.fields import Json, Unreadable
from stripe_webhooks.domain.invoices import (
    PaymentLink,
    invoice_key,
    payment_link,
    payment_links,
    payments_are_cut,
    read_invoice,
)
from stripe_webhooks.domain.payments import read_dispute, read_payment, read_record, read_refund, was_tried
from stripe_webhooks.ports import Gateway, Join, Listing, Missing, Priority, ProviderDown, Rejected
from stripe_webhooks.usecases.facts import Snapshot

T = TypeVar("T")
Thing = Literal["invoice", "payment", "customer"]
LIST_EXPAND = (
    "payments", "default_payment_method", "default_source", "customer.invoice_settings.default_payment_method",
    "customer.default_source",
)  # fmt: skip
"""Of invoices in a list. Stripe opens four levels, and the list is the first."""
INVOICE_EXPAND = (
    *LIST_EXPAND,
    "parent.subscription_details.subscription.default_payment_method",
    "parent.subscription_details.subscription.default_source",
)
"""Of one invoice."""
INTENT_EXPAND = ("latest_charge",)
PAGES_MAX = 100


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """A thing to look at, and whether refunds or disputes are known to have moved."""

    thing: Thing
    object_id: str
    refunds: bool = False
    disputes: bool = False

    def within(self, other: Wanted) -> bool:
        """Whether a look at the other shows all that this asks for."""
        return other.refunds >= self.refunds and other.disputes >= self.disputes

    @property
    def label(self) -> str:
        """`invoice:in_1`, as notes name it."""
        return f"{self.thing}:{self.object_id}"

    @classmethod
    def of_label(cls, label: str) -> Wanted:
        """The wish behind a note: everything of the thing, refunds and disputes included."""
        thing, _, object_id = label.partition(":")
        match thing:
            case "invoice" | "payment" | "customer":
                return cls(thing, object_id, refunds=True, disputes=True)
            case _:
                raise ValueError(f"{label!r} names no thing")


@dataclass(frozen=True, slots=True)
class LinkNames:
    """Metadata fields in order of preference, mapped to our word for each key."""

    invoices: Mapping[str, str]
    customers: Mapping[str, str]


@dataclass(slots=True)
class Reading:
    """What one look found."""

    snapshots: list[Snapshot] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Record keys of what Stripe no longer has."""
    missing: list[Missing] = field(default_factory=list)
    read_whole: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """Asks Stripe and translates; knows nothing of leases or of publishing."""

    gateway: Gateway
    links: LinkNames

    async def read(self, wanted: Wanted, priority: Priority) -> Reading:
        """Look once. What cannot be read is part of the answer.

        Raises:
            ProviderDown: no usable answer; nothing is known.
        """
        reading = Reading()
        try:
            match wanted.thing:
                case "invoice":
                    await self._invoice(wanted, priority, reading)
                case "payment":
                    await self._lone_payment(wanted, priority, reading)
                case "customer":
                    await self._customer(wanted, priority, reading)
        except Unreadable as error:
            reading.missing.append(Missing(wanted.label, error.ref, error.code, error.detail))
        except Rejected as error:
            reading.missing.append(Missing(wanted.label, None, "rejected", str(error)))
        else:
            reading.read_whole.append(wanted.label)
        return reading

    async def _invoice(self, wanted: Wanted, priority: Priority, reading: Reading) -> None:
        invoice = await self.gateway.one("invoices", wanted.object_id, expand=INVOICE_EXPAND, priority=priority)
        if invoice is None:
            reading.gone.append(invoice_key(wanted.object_id))
            return
        ref = fields.customer_ref(invoice)
        links = await self._links(invoice, wanted.object_id, priority)
        intent_ids = [link.payment_id for link in links if link.kind == "payment_intent"]
        intents = await all_answers(self._intent(intent_id, priority) for intent_id in intent_ids)
        snapshot = read_invoice(invoice, [intent for intent in intents if intent], self.links.invoices)
        reading.snapshots.append(snapshot)
        reading.joins += [Join(link.payment_id, wanted.object_id, snapshot.ref) for link in links]
        reading.snapshots += [
            read_record(link.body, link.payment_id, invoice_id=wanted.object_id, ref=snapshot.ref)
            for link in links
            if link.kind != "payment_intent" and link.body
        ]
        charges = [link.payment_id for link in links if link.kind == "charge"]
        for found in await all_answers(
            self._movements("charge", charge, priority, wanted.object_id, snapshot.ref) for charge in charges
        ):
            reading.snapshots += found
        for found in await all_answers(
            self._payment(intent, wanted, priority, wanted.object_id, ref) for intent in intents if intent
        ):
            reading.snapshots += found

    async def _links(self, invoice: Json, invoice_id: str, priority: Priority) -> list[PaymentLink]:
        """The payments against an invoice, its default one first."""
        links = payment_links(invoice)
        if payments_are_cut(invoice):
            listing = Listing("invoice_payments", (("invoice", invoice_id),))
            found = [payment_link(item) for item in await self.every(listing, priority)]
            links = [link for link in found if link]
        return sorted(links, key=lambda link: not link.is_default)

    async def _intent(self, payment_id: str, priority: Priority) -> Json | None:
        return await self.gateway.one("payment_intents", payment_id, expand=INTENT_EXPAND, priority=priority)

    async def _payment(
        self, intent: Json, wanted: Wanted, priority: Priority, invoice_id: str | None, ref: str | None
    ) -> list[Snapshot]:
        """A payment with its refunds and disputes; nothing while the intent waits for its first attempt."""
        if not was_tried(intent):
            return []
        payment = read_payment(intent, invoice_id=invoice_id, ref=ref)
        charge = intent.get("latest_charge")
        told = isinstance(charge, Mapping)
        # The charge tells whether there ever was a refund or a dispute: two questions less for each plain payment.
        ask_refunds = wanted.refunds or not told or bool(fields.as_object(charge).get("amount_refunded"))
        ask_disputes = wanted.disputes or not told or bool(fields.as_object(charge).get("disputed"))
        movements = await self._movements(
            "payment_intent", payment.payment_id or "", priority, invoice_id, payment.ref,
            refunds=ask_refunds, disputes=ask_disputes,
        )  # fmt: skip
        return [payment, *movements]

    async def _movements(
        self,
        kind: Literal["payment_intent", "charge"],
        payment_id: str,
        priority: Priority,
        invoice_id: str | None,
        ref: str,
        *,
        refunds: bool = True,
        disputes: bool = True,
    ) -> list[Snapshot]:
        """The refunds and disputes of a payment, as far as they are to be asked for."""
        of_payment = ((kind, payment_id),)
        given_back, disputed = await asyncio.gather(
            self.every(Listing("refunds", of_payment), priority) if refunds else _none(),
            self.every(Listing("disputes", of_payment), priority) if disputes else _none(),
        )
        return [
            *(read_refund(item, payment_id=payment_id, invoice_id=invoice_id, ref=ref) for item in given_back),
            *(read_dispute(item, payment_id=payment_id, invoice_id=invoice_id, ref=ref) for item in disputed),
        ]

    async def _lone_payment(self, wanted: Wanted, priority: Priority, reading: Reading) -> None:
        intent = await self._intent(wanted.object_id, priority)
        # A payment without invoice and customer is nobody's we know of.
        if intent is not None and fields.customer_ref(intent):
            reading.snapshots += await self._payment(intent, wanted, priority, None, None)

    async def _customer(self, wanted: Wanted, priority: Priority, reading: Reading) -> None:
        customer = await self.gateway.one("customers", wanted.object_id, priority=priority)
        if customer is None or fields.flag(customer, "deleted"):
            reading.gone.append(customer_key(wanted.object_id))
            return
        reading.snapshots.append(read_customer(customer, self.links.customers))

    async def every(self, listing: Listing, priority: Priority) -> list[Json]:
        """All objects of a short list.

        Raises:
            ProviderDown: the list does not end within `PAGES_MAX` pages.
        """
        return await every(self.gateway, listing, priority)


async def every(gateway: Gateway, listing: Listing, priority: Priority) -> list[Json]:
    """All objects of a short list.

    Raises:
        ProviderDown: the list does not end within `PAGES_MAX` pages.
    """
    found: list[Json] = []
    after: str | None = None
    for _ in range(PAGES_MAX):
        page = await gateway.page(listing, after=after, priority=priority)
        found += page.items
        if not page.more or not page.items:
            return found
        after = fields.text(page.items[-1], "id")
    raise ProviderDown("incomplete_answer", f"{listing.resource} does not end within {PAGES_MAX} pages")


async def all_answers(calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Every answer, or the first error after all have ended: no call is left running behind a lost lease."""
    answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]


async def _none() -> list[Json]:
    return []
