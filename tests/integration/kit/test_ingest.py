"""Leases, versions, published hashes and cursors on a real PostgreSQL and a real Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.integration.kit.conftest import NOW, about, read_all, until

from trueup_contracts.envelope import Event
from trueup_kit.errors import BrokerUnavailable
from trueup_kit.ingest import LeaseLost, Leases, ObservationPublisher, Published
from trueup_kit.messages import Message, Sent
from trueup_kit.postgres import raw
from trueup_kit.producer import Producer


async def execute(engine: AsyncEngine, sql: str) -> None:
    async with engine.begin() as conn:
        await (await raw(conn)).execute(sql)


async def test_one_holder_at_a_time_and_versions_rise(engine: AsyncEngine) -> None:
    one, other = Leases(engine, service="a"), Leases(engine, service="b")
    async with one.hold("documents") as held:
        assert held is not None
        first = held.version
        async with other.hold("documents") as refused:
            assert refused is None
        async with one.hold("documents") as refused_here_too:
            assert refused_here_too is None
        async with other.hold("customers") as elsewhere:
            assert elsewhere is not None
        assert await one.next_version(held) > first
        assert held.version > first
        last = held.version
    async with other.hold("documents") as later:
        assert later is not None
        assert later.version > last


async def test_the_holder_keeps_its_lease_while_it_works(engine: AsyncEngine) -> None:
    slow, other = Leases(engine, service="a", ttl_s=6), Leases(engine, service="b")
    async with slow.hold("documents") as held:
        assert held is not None
        taken = await _ends_at(engine)

        async def renewed() -> bool:
            async with other.hold("documents") as refused:
                assert refused is None
            return await _ends_at(engine) > taken

        await until(renewed, what="a later end")
        await held.confirm()


async def test_a_lease_given_back_before_the_servers_clock_was_set_back_can_be_taken(engine: AsyncEngine) -> None:
    async with Leases(engine, service="a").hold("documents") as held:
        assert held is not None
    await execute(engine, "UPDATE leases SET expires_at = expires_at + interval '1 hour'")
    async with Leases(engine, service="b").hold("documents") as held:
        assert held is not None


async def _ends_at(engine: AsyncEngine) -> datetime:
    async with engine.connect() as conn:
        ends_at: datetime = await (await raw(conn)).fetchval("SELECT expires_at FROM leases")
        return ends_at


async def paused(engine: AsyncEngine, scope: str) -> None:
    """What a process that sleeps looks like to the others: its lease has run out."""
    await execute(engine, f"UPDATE leases SET expires_at = clock_timestamp() - interval '1 s' WHERE scope = '{scope}'")


async def test_a_puller_that_wakes_late_publishes_nothing_and_remembers_nothing(
    engine: AsyncEngine, producer: Producer, kafka: str, topic: str
) -> None:
    event = about(topic)
    one, other = Leases(engine, service="a"), Leases(engine, service="b")
    publisher = ObservationPublisher(engine, producer, service="kit")
    async with one.hold("s") as sleeper:
        assert sleeper is not None
        old = [event(version=sleeper.version, name="x", value=1)]
        await paused(engine, "s")
        async with other.hold("s") as successor:
            assert successor is not None
            assert successor.version > sleeper.version
            new = [event(version=successor.version, name="x", value=2)]
            assert await publisher.publish_changed(successor, new) == Published(1, 0)
            with pytest.raises(LeaseLost):
                await publisher.publish_changed(sleeper, old)
            with pytest.raises(LeaseLost):
                await sleeper.next_version()
    assert [event.from_bytes(r.value or b"").value for r in await read_all(kafka, topic)] == [2]


async def test_a_lease_lost_while_publishing_leaves_what_the_successor_remembers(
    engine: AsyncEngine, producer: Producer, topic: str
) -> None:
    event = about(topic)
    one, other = Leases(engine, service="a"), Leases(engine, service="b")
    publisher = ObservationPublisher(engine, producer, service="kit")
    cursors: list[str] = []

    class Slow(Producer):
        """Loses its lease between acknowledgement and remembering."""

        async def publish_chunks(self, events: Iterable[Event | Message]) -> AsyncIterator[list[Sent]]:
            async for chunk in producer.publish_chunks(events):
                yield chunk
            await paused(engine, "s")
            async with other.hold("s") as successor:
                assert successor is not None
                await publisher.publish_changed(successor, [event(version=successor.version, name="x", value=2)])

    async def then(conn: asyncpg.Connection[asyncpg.Record]) -> None:
        cursors.append("moved")

    slow = ObservationPublisher(engine, Slow("", service="kit"), service="kit")
    async with one.hold("s") as held:
        assert held is not None
        with pytest.raises(LeaseLost):
            await slow.publish_changed(held, [event(version=held.version, name="x", value=1)], then=then)
    assert not cursors
    async with other.hold("s") as held:
        assert held is not None
        assert await publisher.publish_changed(held, [event(version=held.version, name="x", value=2)]) == Published(
            0, 1
        )
        assert await publisher.publish_changed(held, [event(version=held.version, name="x", value=1)]) == Published(
            1, 0
        )


async def test_only_what_changed_is_published_and_cursor_and_offsets_move_with_it(
    engine: AsyncEngine, producer: Producer, kafka: str, topic: str
) -> None:
    event = about(topic)
    leases, publisher = Leases(engine, service="a"), ObservationPublisher(engine, producer, service="kit")

    async def then(conn: asyncpg.Connection[asyncpg.Record]) -> None:
        assert held is not None
        await publisher.save_cursor(conn, "c", str(held.version))

    async with leases.hold("s") as held:
        assert held is not None
        assert await publisher.cursor("c") is None
        first = [event(version=held.version, name=f"k{n}", value=n) for n in range(100)]
        assert await publisher.publish_changed(held, first, then=then) == Published(100, 0)
        assert await publisher.cursor("c") == str(held.version)
        version = await held.next_version()
        again = [event(version=version, name=f"k{n}", value=n or 7, observed_at=NOW) for n in range(100)]
        assert await publisher.publish_changed(held, iter(again), then=then) == Published(1, 99)
        assert await publisher.publish_changed(held, [], then=then) == Published(0, 0)
        assert await publisher.cursor("c") == str(version)
    records = await read_all(kafka, topic)
    assert len(records) == 101
    ends: dict[str, int] = {}
    for record in records:
        ends[str(record.partition)] = record.offset
    assert await publisher.offsets() == {topic: ends}


async def test_what_was_sent_but_not_remembered_is_corrected_even_when_the_source_returns(
    engine: AsyncEngine, producer: Producer, kafka: str, topic: str
) -> None:
    """A → B is acknowledged, the process dies before it remembers, the source goes back to A: A must be sent again."""
    event = about(topic)
    leases, publisher = Leases(engine, service="a"), ObservationPublisher(engine, producer, service="kit")

    async def die(_: object) -> None:
        raise RuntimeError("killed")

    async with leases.hold("s") as held:
        assert held is not None
        await publisher.publish_changed(held, [event(version=held.version, name="x", value=1)])
        version = await held.next_version()
        with pytest.raises(RuntimeError):
            await publisher.publish_changed(held, [event(version=version, name="x", value=2)], then=die)
        version = await held.next_version()
        await publisher.publish_changed(held, [event(version=version, name="x", value=1)])
    values = [event.from_bytes(r.value or b"") for r in await read_all(kafka, topic)]
    assert [one.value for one in values] == [1, 2, 1]
    assert values[2].version > values[1].version


async def test_nothing_is_remembered_without_acknowledgement(engine: AsyncEngine, topic: str) -> None:
    event, dead = about(topic), Producer("127.0.0.1:1", service="kit", publish_timeout_s=0.3)
    await dead.start()
    publisher = ObservationPublisher(engine, dead, service="kit")
    async with Leases(engine, service="a").hold("s") as held:
        assert held is not None
        with pytest.raises(BrokerUnavailable):
            async with asyncio.timeout(30):
                await publisher.publish_changed(held, [event(version=held.version, name="x", value=1)])
    await dead.stop()
    async with engine.begin() as conn:
        assert await (await raw(conn)).fetchval("SELECT count(*) FROM published") == 0
    assert await publisher.offsets() == {}


async def test_a_key_that_comes_twice_counts_once(
    engine: AsyncEngine, producer: Producer, kafka: str, topic: str
) -> None:
    event, publisher = about(topic), ObservationPublisher(engine, producer, service="kit")
    async with Leases(engine, service="a").hold("s") as held:
        assert held is not None
        both = [event(version=held.version, name="x", value=n) for n in (1, 2)]
        assert await publisher.publish_changed(held, both) == Published(1, 0)
    assert [event.from_bytes(r.value or b"").value for r in await read_all(kafka, topic)] == [2]


async def test_pullers_that_compete_and_die_leave_versions_in_the_order_of_their_reads(
    engine: AsyncEngine, producer: Producer, kafka: str, topic: str
) -> None:
    """The source only grows; whatever the pullers suffer, a higher version never carries an older reading."""
    event, source = about(topic), 0
    publisher = ObservationPublisher(engine, producer, service="kit")

    async def pull(name: str, rounds: int) -> None:
        nonlocal source
        leases, turn = Leases(engine, service=name), 0
        while turn < rounds:
            async with leases.hold("s") as held:
                if held is None:
                    await asyncio.sleep(0.01)
                    continue
                turn += 1
                source += 1
                seen = source
                if turn % 5 == 4:
                    await paused(engine, "s")
                await asyncio.sleep(0.005)
                try:
                    await publisher.publish_changed(held, [event(version=held.version, name="x", value=seen)])
                except LeaseLost:
                    continue

    await asyncio.gather(*(pull(f"p{n}", 10) for n in range(4)))
    found = sorted((event.from_bytes(r.value or b"") for r in await read_all(kafka, topic)), key=lambda e: e.version)
    assert len(found) > 10
    assert [one.value for one in found] == sorted(one.value for one in found)
