"""Load everything Stripe holds: the first time, and when the events no longer reach back to where we stopped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID, uuid4

from stripe_webhooks.domain import fields
from stripe_webhooks.domain.customers import read_customer
from stripe_webhooks.domain.events import Target
from stripe_webhooks.domain.fields import Json, Unreadable
from stripe_webhooks.domain.invoices import (
    invoice_key,
    needs_attempts,
    needs_subscription,
    payment_links,
    payments_are_cut,
    read_invoice,
)
from stripe_webhooks.domain.payments import read_dispute, read_payment, read_refund, was_tried
from stripe_webhooks.ports import Held, Join, Listing, Missing, Page, ProviderDown
from stripe_webhooks.usecases.observe import Observer
from stripe_webhooks.usecases.reading import INTENT_EXPAND, LIST_EXPAND, Reading, Wanted
from stripe_webhooks.usecases.resolve import merge

HOLD_S = 1.0
"""After so long no further page is begun under one hold: webhooks wait for a load no longer than that and one page."""
PAGES_PER_HOLD = 12
"""About as many as Stripe's pace allows within it."""
PAGES_MAX = 24_000
_Read = Callable[["Walk", Json, Mapping[str, Join]], Reading | None]


@dataclass(slots=True)
class Walk:
    """What a load remembers while it walks the lists."""

    walk_id: UUID = field(default_factory=uuid4)
    met: list[str] = field(default_factory=list)
    """Record keys of the invoices and customers on the page at hand; those of all pages are with the store."""
    singly: list[Wanted] = field(default_factory=list)
    """What a list shows too little of."""
    targets: list[Target] = field(default_factory=list)
    lone: dict[str, str] = field(default_factory=dict)
    """Payments without an invoice, and whose they are."""


@dataclass(frozen=True, slots=True)
class Load:
    """A few pages at a time under all leases: a page shows things of every bucket, and its version must be drawn
    before it is read. Then the leases are free for a moment, so webhooks wait for some pages, never for the load."""

    observer: Observer
    breathe: Callable[[], Awaitable[None]]
    """Awaited between two holds, long enough for those who wait for a bucket to get it."""
    elapsed_s: Callable[[], float] = monotonic

    async def __call__(self) -> None:
        """Announce everything; what was announced before and is met no more is looked at by itself.

        Raises:
            ProviderDown, Busy, Superseded: the load is not complete; the next one starts over, cheaply, since only
                what has changed is published.
        """
        walk = Walk()
        stages: tuple[tuple[Listing, _Read], ...] = (
            (Listing("customers"), self._customer),
            (Listing("invoices", expand=tuple(f"data.{name}" for name in LIST_EXPAND)), self._invoice),
            (Listing("payment_intents", expand=tuple(f"data.{name}" for name in INTENT_EXPAND)), self._payment),
            (Listing("refunds"), self._movement),
            (Listing("disputes"), self._movement),
        )
        for listing, read in stages:
            await self._walk(listing, read, walk)
        gone = [_of_key(key) for key in await self.observer.store.end_walk(walk.walk_id)]
        await self.observer.look_at(merge([*walk.singly, *gone]))
        await self.observer.observe(walk.targets)

    async def _walk(self, listing: Listing, read: _Read, walk: Walk) -> None:
        after: str | None = None
        pages = 0
        while pages < PAGES_MAX:
            async with self.observer.store.hold_all() as held:
                since_s = self.elapsed_s()
                for page_number in range(PAGES_PER_HOLD):
                    if page_number:
                        await self.observer.store.next_version(held)
                    page = await self._page(held, listing, after, read, walk)
                    if not page.more or not page.items:
                        return
                    after = fields.text(page.items[-1], "id")
                    pages += 1
                    if self.elapsed_s() - since_s >= HOLD_S:
                        break
            await self.breathe()
        raise ProviderDown("truncated", f"{listing.resource} does not end within {PAGES_MAX} pages")

    async def _page(self, held: Held, listing: Listing, after: str | None, read: _Read, walk: Walk) -> Page:
        observed_at = self.observer.clock()
        page = await self.observer.reader.gateway.page(listing, after=after, priority="background")
        joins = await self._joins(page.items)
        readings = [found for item in page.items if (found := _guarded(read, walk, item, joins)) is not None]
        await self.observer.publish(held, readings, observed_at)
        await self.observer.store.note_met(walk.walk_id, walk.met)
        walk.met.clear()
        return page

    async def _joins(self, items: Collection[Json]) -> Mapping[str, Join]:
        payments = {found for item in items if (found := _payment_id(item))}
        return await self.observer.store.joins(payments) if payments else {}

    def _customer(self, walk: Walk, item: Json, _: Mapping[str, Join]) -> Reading:
        customer = read_customer(item, self.observer.reader.links.customers)
        walk.met.append(customer.ref)
        customer_id = fields.text(item, "id") or ""
        return Reading(snapshots=[customer], read_whole=[Wanted("customer", customer_id).label])

    def _invoice(self, walk: Walk, item: Json, _: Mapping[str, Join]) -> Reading | None:
        invoice_id = fields.text(item, "id")
        if invoice_id is None:
            return None
        walk.met.append(invoice_key(invoice_id))
        wanted, links = Wanted("invoice", invoice_id), payment_links(item)
        ref = fields.customer_ref(item)
        reading = Reading(joins=[Join(link.payment_id, invoice_id, ref) for link in links] if ref else [])
        alone = any(link.kind != "payment_intent" for link in links)
        if alone or needs_attempts(item) or needs_subscription(item) or payments_are_cut(item):
            # It rests on payments, attempts or a subscription which this list does not show.
            walk.singly.append(wanted)
        else:
            reading.snapshots.append(read_invoice(item, (), self.observer.reader.links.invoices))
            reading.read_whole.append(wanted.label)
        return reading

    def _payment(self, walk: Walk, item: Json, joins: Mapping[str, Join]) -> Reading | None:
        payment_id = fields.text(item, "id") or ""
        join = joins.get(payment_id)
        ref = join.ref if join else fields.customer_ref(item)
        if ref is None or not was_tried(item):
            return None
        if join is None:
            walk.lone[payment_id] = ref
        payment = read_payment(item, invoice_id=join.invoice_id if join else None, ref=ref)
        return Reading(snapshots=[payment])

    def _movement(self, walk: Walk, item: Json, joins: Mapping[str, Join]) -> Reading | None:
        payment_id, kind = _payment_id(item), fields.text(item, "object")
        if payment_id is None or (payment_id not in joins and payment_id not in walk.lone):
            object_id = fields.text(item, "id")
            if object_id is not None:
                intent_id = fields.identity(item, "payment_intent")
                walk.targets.append(Target("dispute" if kind == "dispute" else "refund", object_id, None, intent_id))
            return None
        join = joins.get(payment_id)
        read = read_dispute if kind == "dispute" else read_refund
        invoice_id, ref = (join.invoice_id, join.ref) if join else (None, walk.lone[payment_id])
        movement = read(item, payment_id=payment_id, invoice_id=invoice_id, ref=ref)
        return Reading(snapshots=[movement])


def _payment_id(item: Json) -> str | None:
    if fields.text(item, "object") == "payment_intent":
        return fields.text(item, "id")
    # Of legacy charges there is no intent: what belongs to them is joined by the charge.
    return fields.identity(item, "payment_intent") or fields.identity(item, "charge")


def _guarded(read: _Read, walk: Walk, item: Json, joins: Mapping[str, Join]) -> Reading | None:
    """One unreadable object is noted by itself and does not stop the page."""
    try:
        return read(walk, item, joins)
    except Unreadable as error:
        thing, object_id = _label_of(item, joins)
        missing = Missing(f"{thing}:{object_id}", error.ref, error.code, error.detail)
        return Reading(missing=[missing])


def _label_of(item: Json, joins: Mapping[str, Join]) -> tuple[str, str]:
    kind, object_id = fields.text(item, "object"), fields.text(item, "id") or "?"
    if kind in {"invoice", "customer"}:
        return kind, object_id
    payment_id = _payment_id(item) or object_id
    join = joins.get(payment_id)
    return ("invoice", join.invoice_id) if join else ("payment", payment_id)


def _of_key(key: str) -> Wanted:
    """The thing behind a record key: `stripe:invoice:in_1` or `stripe:cus_1`."""
    rest = key.removeprefix("stripe:")
    if rest.startswith("invoice:"):
        return Wanted("invoice", rest.removeprefix("invoice:"))
    return Wanted("customer", rest)
