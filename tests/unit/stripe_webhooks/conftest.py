"""A Stripe and a store in memory. Every body is synthetic, built from Stripe's documented shapes since basil."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from stripe_webhooks.domain.buckets import BUCKETS
from stripe_webhooks.ports import (
    Busy,
    Forbidden,
    Held,
    Join,
    Listing,
    Missing,
    Notes,
    Page,
    Priority,
    Progress,
    ProviderDown,
    Rejected,
    Superseded,
)
from stripe_webhooks.usecases.digest import Digest
from stripe_webhooks.usecases.load import Load
from stripe_webhooks.usecases.observe import Observer
from stripe_webhooks.usecases.poll import Poll
from stripe_webhooks.usecases.reading import LinkNames, Reader
from stripe_webhooks.usecases.resolve import Resolver
from trueup_contracts.envelope import Event

CREATED_S = 1_790_000_000
LINKS = LinkNames(
    invoices={"quickbooks_invoice_id": "quickbooks_invoice_id", "qbo_invoice_id": "quickbooks_invoice_id"},
    customers={"quickbooks_customer_id": "quickbooks_id"},
)
Body = dict[str, Any]


class Bodies:
    """Builders of Stripe's objects; keyword arguments replace fields."""

    def customer(self, customer_id: str = "cus_1", **fields: Any) -> Body:
        return {
            "id": customer_id,
            "object": "customer",
            "name": f"Name of {customer_id}",
            "email": "billing@example.com",
            "currency": "usd",
            "metadata": {"quickbooks_customer_id": "77"},
            "created": CREATED_S,
        } | fields

    def invoice(self, invoice_id: str = "in_1", *, payments: Sequence[str] = (), **fields: Any) -> Body:
        return {
            "id": invoice_id,
            "object": "invoice",
            "customer": "cus_1",
            "status": "open",
            "currency": "usd",
            "total": 5200,
            "amount_paid": 0,
            "amount_remaining": 5200,
            "attempted": False,
            "attempt_count": 0,
            "created": CREATED_S,
            "due_date": CREATED_S + 86_400 * 30,
            "number": f"INV-{invoice_id}",
            "hosted_invoice_url": f"https://invoice.example/{invoice_id}",
            "status_transitions": {"finalized_at": CREATED_S + 60},
            "metadata": {"quickbooks_invoice_id": "501"},
            "payments": {
                "object": "list",
                "has_more": False,
                "data": [self.invoice_payment(f"inpay_{one}", invoice_id, one) for one in payments],
            },
        } | fields

    def invoice_payment(self, inpay_id: str, invoice_id: str, payment_id: str, **fields: Any) -> Body:
        return {
            "id": inpay_id,
            "object": "invoice_payment",
            "invoice": invoice_id,
            "status": "open",
            "currency": "usd",
            "amount_requested": 5200,
            "amount_paid": None,
            "is_default": True,
            "created": CREATED_S,
            "payment": {"type": "payment_intent", "payment_intent": payment_id},
            "status_transitions": {"paid_at": None, "canceled_at": None},
        } | fields

    def intent(self, payment_id: str = "pi_1", **fields: Any) -> Body:
        return {
            "id": payment_id,
            "object": "payment_intent",
            "customer": "cus_1",
            "status": "succeeded",
            "currency": "usd",
            "amount": 5200,
            "amount_received": 5200,
            "created": CREATED_S + 100,
            "last_payment_error": None,
            "latest_charge": self.charge(f"ch_{payment_id}", payment_id),
        } | fields

    def declined(self, payment_id: str = "pi_1", **fields: Any) -> Body:
        error = {
            "code": "card_declined",
            "decline_code": "insufficient_funds",
            "advice_code": "try_again_later",
            "message": "Your card has insufficient funds.",
            "payment_method": {"type": "card", "card": {"brand": "visa", "last4": "9995"}},
        }
        charge = self.charge(f"ch_{payment_id}", payment_id, status="failed")
        waits = {"status": "requires_payment_method", "amount_received": 0}
        return self.intent(payment_id, last_payment_error=error, latest_charge=charge) | waits | fields

    def charge(self, charge_id: str, payment_id: str | None, **fields: Any) -> Body:
        return {
            "id": charge_id,
            "object": "charge",
            "status": "succeeded",
            "payment_intent": payment_id,
            "amount_refunded": 0,
            "disputed": False,
            "created": CREATED_S + 200,
            "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        } | fields

    def refund(self, refund_id: str = "re_1", payment_id: str | None = "pi_1", **fields: Any) -> Body:
        return {
            "id": refund_id,
            "object": "refund",
            "payment_intent": payment_id,
            "charge": f"ch_{payment_id}",
            "status": "succeeded",
            "currency": "usd",
            "amount": 5200,
            "created": CREATED_S + 300,
        } | fields

    def dispute(self, dispute_id: str = "dp_1", payment_id: str | None = "pi_1", **fields: Any) -> Body:
        return self.refund(dispute_id, payment_id, object="dispute", status="needs_response") | fields

    def event(self, event_id: str, carried: Body, **fields: Any) -> Body:
        return {
            "id": event_id,
            "object": "event",
            "type": f"{carried['object']}.updated",
            "created": CREATED_S + 400,
            "livemode": False,
            "api_version": "2026-10-28.endive",
            "data": {"object": carried},
        } | fields

    def thin(self, event_id: str, kind: str, object_id: str, **fields: Any) -> Body:
        return {
            "id": event_id,
            "object": "v2.core.event",
            "type": f"v1.{kind}.updated",
            "created": "2026-09-21T13:40:00.000Z",
            "livemode": False,
            "related_object": {"id": object_id, "type": kind, "url": f"/v1/{kind}s/{object_id}"},
        } | fields


RESOURCES = {
    "customer": "customers",
    "invoice": "invoices",
    "payment_intent": "payment_intents",
    "charge": "charges",
    "refund": "refunds",
    "dispute": "disputes",
    "invoice_payment": "invoice_payments",
    "credit_note": "credit_notes",
    "event": "events",
}


@dataclass
class FakeStripe:
    """The port `Gateway`. Newest first, filters as Stripe has them; keeps what it was asked."""

    objects: dict[str, dict[str, Body]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: str | None = None
    rejects: set[str] = field(default_factory=set)
    forbids: set[str] = field(default_factory=set)
    """Ids of what the key may not read."""
    page_size: int = 3

    def put(self, *bodies: Body) -> None:
        for body in bodies:
            self.objects.setdefault(RESOURCES[body["object"]], {})[body["id"]] = body
            for inpay in body.get("payments", {}).get("data", ()) if body["object"] == "invoice" else ():
                self.put(inpay)

    def drop(self, resource: str, object_id: str) -> None:
        del self.objects[resource][object_id]

    async def one(
        self, resource: str, object_id: str, *, expand: tuple[str, ...] = (), priority: Priority
    ) -> Body | None:
        await self._ask(f"{resource}/{object_id}")
        if object_id in self.forbids:
            raise Forbidden(f"/v1/{resource}/{object_id}: the API key lacks the right to read {resource}")
        if object_id in self.rejects:
            raise Rejected(object_id)
        return self.objects.get(resource, {}).get(object_id)

    async def page(self, listing: Listing, *, after: str | None, priority: Priority) -> Page:
        await self._ask(listing.resource)
        if any(value in self.rejects for _, value in listing.filters):
            raise Rejected(str(listing.filters))
        found = [one for one in self.objects.get(listing.resource, {}).values() if _fits(one, listing.filters)]
        found.sort(key=lambda one: (one["created"], one["id"]), reverse=True)
        start = next((at for at, one in enumerate(found, 1) if one["id"] == after), 0)
        return Page(list(found[start : start + self.page_size]), more=len(found) > start + self.page_size)

    async def _ask(self, what: str) -> None:
        await asyncio.sleep(0)
        self.asked.append(what)
        if self.down:
            raise ProviderDown("provider_error", self.down)


def _fits(body: Body, filters: Sequence[tuple[str, str]]) -> bool:
    for name, value in filters:
        if name == "created[gte]":
            if body["created"] < int(value):
                return False
        elif name == "created[lt]":
            if body["created"] >= int(value):
                return False
        elif name.startswith("payment["):
            if body["payment"].get(name.removeprefix("payment[").removesuffix("]")) != value:
                return False
        elif body.get(name) != value:
            return False
    return True


@dataclass
class FakeHeld:
    version: int
    lost: bool = False


@dataclass
class MemoryStore:
    """The port `Store`: locks as leases, one counter as versions, a list as the bus."""

    sent: list[Event] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    last: dict[str, Event] = field(default_factory=dict)
    join_rows: dict[str, Join] = field(default_factory=dict)
    seen_ids: set[str] = field(default_factory=set)
    missing_rows: dict[str, Missing] = field(default_factory=dict)
    met: dict[UUID, set[str]] = field(default_factory=dict)
    at: Progress | None = None
    led_elsewhere: bool = False
    lose_leases: bool = False
    most_held: int = 0
    _versions: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _locks: dict[int, asyncio.Lock] = field(default_factory=lambda: {n: asyncio.Lock() for n in range(BUCKETS)})

    @asynccontextmanager
    async def hold(self, bucket: int) -> AsyncIterator[Held]:
        async with self._locks[bucket]:
            self.most_held = max(self.most_held, sum(lock.locked() for lock in self._locks.values()))
            yield FakeHeld(next(self._versions), self.lose_leases)

    @asynccontextmanager
    async def hold_all(self) -> AsyncIterator[Held]:
        for lock in self._locks.values():
            try:
                await asyncio.wait_for(lock.acquire(), 5)
            except TimeoutError:
                raise Busy from None
        try:
            yield FakeHeld(next(self._versions), self.lose_leases)
        finally:
            for lock in self._locks.values():
                lock.release()

    async def next_version(self, held: Held) -> None:
        assert isinstance(held, FakeHeld)
        held.version = next(self._versions)

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[Held | None]:
        yield None if self.led_elsewhere else FakeHeld(next(self._versions))

    async def publish(self, held: Held, facts: Sequence[Event], notes: Notes) -> None:
        if isinstance(held, FakeHeld) and held.lost:
            raise Superseded
        await asyncio.sleep(0)
        for fact in facts:
            content = fact.model_dump_json(exclude={"version", "observed_at"})
            if self.hashes.get(fact.key()) != content:
                self.hashes[fact.key()] = content
                self.sent.append(fact)
                self.last[fact.key()] = fact
        self.join_rows |= {join.payment_id: join for join in notes.joins}
        self.missing_rows |= {one.wanted: one for one in notes.missing}
        for label in notes.read_whole:
            self.missing_rows.pop(label, None)
        self.at = notes.progress or self.at

    async def offsets(self) -> dict[str, dict[str, int]]:
        return {"sent": {"0": len(self.sent)}}

    async def seen(self, event_ids: Collection[str]) -> set[str]:
        return self.seen_ids & set(event_ids)

    async def mark_seen(self, event_ids: Collection[str]) -> None:
        self.seen_ids |= set(event_ids)

    async def joins(self, payment_ids: Collection[str]) -> dict[str, Join]:
        return {one: self.join_rows[one] for one in payment_ids if one in self.join_rows}

    async def last_said(self, keys: Collection[str]) -> dict[str, Event]:
        return {key: self.last[key] for key in keys if key in self.last}

    async def note_met(self, walk_id: UUID, keys: Collection[str]) -> None:
        self.met.setdefault(walk_id, set()).update(keys)

    async def end_walk(self, walk_id: UUID) -> list[str]:
        known = {key for key in self.last if key.startswith(("stripe:invoice:", "stripe:cus_"))}
        return sorted(known - self.met.pop(walk_id, set()))

    async def missing(self) -> list[Missing]:
        return list(self.missing_rows.values())

    async def progress(self) -> Progress | None:
        return self.at

    async def forget_old(self) -> None:
        """Nothing grows old in memory."""

    def now(self) -> dict[str, Event]:
        """The last fact of each key, as compaction would keep it."""
        return {fact.key(): fact for fact in self.sent}


@dataclass
class FakeClock:
    time: datetime = datetime(2026, 11, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@dataclass
class World:
    """Everything wired as `__main__` wires it, on fakes."""

    stripe: FakeStripe
    store: MemoryStore
    observer: Observer
    digest: Digest
    load: Load
    poll: Poll
    clock: FakeClock

    @property
    def time(self) -> datetime:
        return self.clock.time

    def tick(self, **delta: float) -> None:
        self.clock.time += timedelta(**delta)


@pytest.fixture
def bodies() -> Bodies:
    return Bodies()


@pytest.fixture
def links() -> LinkNames:
    return LINKS


def new_world() -> World:
    """An empty Stripe and a service that has never run."""
    clock = FakeClock()
    stripe, store = FakeStripe(), MemoryStore()
    observer = Observer(Reader(stripe, LINKS), Resolver(stripe, store), store, clock)
    digest = Digest(observer, store)
    load = Load(observer, breathe=lambda: asyncio.sleep(0))
    return World(stripe, store, observer, digest, load, Poll(digest, load, store, clock, timedelta(seconds=60)), clock)


@pytest.fixture
def world() -> World:
    return new_world()


@pytest.fixture
def fresh() -> Callable[[], World]:
    return new_world
