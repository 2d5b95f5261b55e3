"""Leases, versions, hashes and notes on a real database and bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest
import stripe

from stripe_webhooks.adapters.postgres import PostgresStore
from stripe_webhooks.adapters.stripe_api import StripeGateway
from stripe_webhooks.domain.buckets import BUCKETS
from stripe_webhooks.ports import Busy, Join, Missing, Notes, Progress, Superseded
from stripe_webhooks.wiring import WrongKey, key_must_fit
from trueup_contracts.payments import PaymentObservedV1
from trueup_kit import migrate
from trueup_kit.ingest import Leases, ObservationPublisher
from trueup_kit.postgres import create_engine
from trueup_kit.producer import Producer

if TYPE_CHECKING:
    from tests.databases import Database
    from tests.integration.stripe_webhooks.conftest import Bus

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def invoice(version: int, status: str = "open", invoice_id: str = "in_1") -> PaymentObservedV1:
    return PaymentObservedV1(
        version=version,
        object_id=f"stripe:invoice:{invoice_id}",
        kind="gateway_invoice",
        ref="stripe:cus_1",
        status=status,
        currency="USD",
        amount_minor=5200,
        occurred_at=NOW,
        observed_at=NOW,
    )


@pytest.fixture
async def stores(database: Database, topics: str) -> AsyncIterator[tuple[PostgresStore, PostgresStore]]:
    """Two replicas' stores."""
    producer = Producer(topics, service="stripe-webhooks", publish_timeout_s=60)
    await producer.start()
    engines = [create_engine(database.dsn("stripe_webhooks"), application_name="test") for _ in range(2)]
    made = [
        PostgresStore(
            engine,
            Leases(engine, service="stripe-webhooks"),
            ObservationPublisher(engine, producer, service="stripe-webhooks"),
            wait_s=30,
        )
        for engine in engines
    ]
    yield made[0], made[1]
    await producer.stop()
    for engine in engines:
        await engine.dispose()


Stores = tuple[PostgresStore, PostgresStore]


async def test_one_holder_at_a_time_and_versions_grow(stores: Stores) -> None:
    one, other = stores
    async with one.hold(3) as first:
        with pytest.raises(Busy):
            async with replace(other, wait_s=0.2).hold(3):
                pytest.fail("two hold one bucket")
        async with other.hold(4) as elsewhere:
            assert elsewhere.version > first.version
    async with other.hold(3) as later:
        assert later.version > elsewhere.version


async def test_all_buckets_wait_for_one(stores: Stores) -> None:
    one, other = stores
    order: list[str] = []
    held_by_look = asyncio.Event()

    async def look() -> None:
        async with one.hold(BUCKETS - 1):
            order.append("look begins")
            held_by_look.set()
            await asyncio.sleep(0.3)
            order.append("look ends")

    async def load() -> None:
        await held_by_look.wait()
        async with other.hold_all() as held:
            order.append("page")
            first = held.version
            await other.next_version(held)
            assert held.version > first
            await other.publish(held, [invoice(held.version)], Notes())

    await asyncio.gather(look(), load())
    assert order == ["look begins", "look ends", "page"]


async def test_only_what_has_changed_is_published(stores: Stores, bus: Bus) -> None:
    one, other = stores
    for store, status in ((one, "open"), (other, "open"), (one, "paid")):
        async with store.hold(0) as held:
            await store.publish(held, [invoice(held.version, status)], Notes())
    facts = await bus.facts(PaymentObservedV1.topic)
    assert [fact["status"] for fact in facts] == ["open", "paid"]
    offsets = await one.offsets()
    [(partition, offset)] = offsets[PaymentObservedV1.topic].items()
    last = (await bus.read(PaymentObservedV1.topic))[-1]
    assert (int(partition), offset) == (last.partition, last.offset)


async def test_who_was_paused_for_too_long_publishes_nothing_stale(
    stores: Stores, bus: Bus, database: Database
) -> None:
    paused, other = stores
    async with paused.hold(0) as held:
        stale = invoice(held.version, "open")
        await _expire_leases(database)
        async with other.hold(0) as later:
            await other.publish(later, [invoice(later.version, "paid")], Notes())
        with pytest.raises(Superseded):
            await paused.publish(held, [stale], Notes(joins=[Join("pi_1", "in_1", "stripe:cus_1")]))
    assert [fact["status"] for fact in await bus.facts(PaymentObservedV1.topic)] == ["paid"]
    assert await other.joins(["pi_1"]) == {}


async def _expire_leases(database: Database) -> None:
    connection = await asyncpg.connect(database.admin_dsn)
    try:
        await connection.execute("UPDATE stripe_webhooks.leases SET expires_at = clock_timestamp() - interval '1 s'")
    finally:
        await connection.close()


async def test_notes_are_kept(stores: Stores) -> None:
    one, other = stores
    notes = Notes(
        joins=[Join("pi_1", "in_1", "stripe:cus_1"), Join("pi_1", "in_2", "stripe:cus_1")],
        missing=[Missing("invoice:in_9", None, "rejected", "400"), Missing("customer:c", "stripe:c", "x", "y")],
        progress=Progress(NOW - timedelta(hours=1), NOW),
    )
    async with one.hold(0) as held:
        await one.publish(held, [invoice(held.version)], notes)
        await one.publish(held, [], Notes(read_whole=["customer:c"]))
    assert await other.joins(["pi_1", "pi_2"]) == {"pi_1": Join("pi_1", "in_2", "stripe:cus_1")}
    assert await other.missing() == [Missing("invoice:in_9", None, "rejected", "400")]
    assert await other.progress() == Progress(NOW - timedelta(hours=1), NOW)
    assert (await other.last_said(["stripe:invoice:in_1"])).keys() == {"stripe:invoice:in_1"}


async def test_seen_events(stores: Stores) -> None:
    one, other = stores
    await one.mark_seen(["evt_1", "evt_2"])
    await other.mark_seen(["evt_2", "evt_3"])
    assert await one.seen(["evt_1", "evt_3", "evt_4"]) == {"evt_1", "evt_3"}
    await one.forget_old()
    assert await one.seen(["evt_1"]) == {"evt_1"}


async def test_what_is_gone_is_no_longer_known(stores: Stores) -> None:
    one, _ = stores
    async with one.hold(0) as held:
        await one.publish(held, [invoice(held.version)], Notes())
    async with one.hold(0) as held:
        await one.publish(held, [invoice(held.version, "deleted")], Notes())
    assert await one.end_walk(uuid4()) == []


async def test_a_walk_tells_what_it_has_not_met(stores: Stores) -> None:
    one, other = stores
    async with one.hold(0) as held:
        facts = [
            invoice(held.version),
            invoice(held.version, invoice_id="in_2"),
            invoice(held.version, invoice_id="in_3"),
        ]
        await one.publish(held, facts, Notes())
    walk, another = uuid4(), uuid4()
    await one.note_met(walk, ["stripe:invoice:in_1", "stripe:invoice:in_new"])
    await one.note_met(walk, [])
    await one.note_met(walk, ["stripe:invoice:in_3", "stripe:invoice:in_1"])
    await other.note_met(another, ["stripe:invoice:in_2"])
    await one.forget_old()
    assert await one.end_walk(walk) == ["stripe:invoice:in_2"]
    assert await other.end_walk(another) == ["stripe:invoice:in_1", "stripe:invoice:in_3"]
    assert len(await one.end_walk(walk)) == 3, "it is forgotten"


async def test_walks_that_never_ended_are_forgotten(stores: Stores, database: Database) -> None:
    one, _ = stores
    async with one.hold(0) as held:
        await one.publish(held, [invoice(held.version)], Notes())
    old, young = uuid4(), uuid4()
    for walk in (old, young):
        await one.note_met(walk, ["stripe:invoice:in_1"])
    connection = await asyncpg.connect(database.admin_dsn)
    await connection.execute("UPDATE stripe_webhooks.met SET met_at = met_at - interval '25 h' WHERE walk = $1", old)
    await connection.close()
    await one.forget_old()
    assert await one.end_walk(old) == ["stripe:invoice:in_1"]
    assert await one.end_walk(young) == []


def test_the_schema_goes_down_and_up_again(database: Database) -> None:
    dsn = database.dsn("migrator")
    migrate.downgrade(dsn, "stripe_webhooks", "stripe_webhooks.migrations", revision="base")
    assert migrate.current(dsn, "stripe_webhooks", "stripe_webhooks.migrations") is None
    migrate.upgrade(dsn, "stripe_webhooks", "stripe_webhooks.migrations")
    assert migrate.current(dsn, "stripe_webhooks", "stripe_webhooks.migrations") == "0006"


class Key:
    """A key as far as it tells whose it is."""

    def __init__(self, mode: str, account: str | None) -> None:
        self.settings = SimpleNamespace(livemode=mode == "live")
        self._account = account

    async def raw_request_async(self, _method: str, path: str) -> Any:
        assert path == "/v1/account"
        if self._account is None:
            raise stripe.PermissionError("no", http_status=403)
        if self._account == "away":
            raise stripe.APIConnectionError("away")  # type: ignore[no-untyped-call]
        return SimpleNamespace(data={"id": self._account, "object": "account"})

    async def must_fit(self, store: PostgresStore) -> None:
        async def at_once(*_: object) -> None: ...

        gateway: Any = StripeGateway(self, at_once)  # type: ignore[arg-type]
        await key_must_fit(store, gateway, self.settings)  # type: ignore[arg-type]


async def test_what_is_known_of_one_mode_is_not_gone_on_with_in_the_other(
    stores: tuple[PostgresStore, PostgresStore],
) -> None:
    one, other = stores
    await Key("live", None).must_fit(one)
    await Key("live", None).must_fit(other)
    with pytest.raises(WrongKey, match="this database holds live data"):
        await Key("test", None).must_fit(other)


async def test_what_is_known_of_one_account_is_not_gone_on_with_in_another(
    stores: tuple[PostgresStore, PostgresStore],
) -> None:
    one, other = stores
    for account in (None, "away", "acct_1", "acct_1", None, "away"):
        await Key("live", account).must_fit(one)
    with pytest.raises(WrongKey, match="of account acct_2, but this database holds data of acct_1"):
        await Key("live", "acct_2").must_fit(other)
