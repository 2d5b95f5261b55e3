"""The whole path on a real Kafka and a real PostgreSQL: crashes at each step, rebalances, fences, poison, lost logs."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tests.integration.reconciler.world import System, bucket, facts, reports

from reconciler.entrypoints.subscribers import subscribe
from reconciler.ports.facts import Accepted, FactStore, Poison, Stored
from trueup_contracts.envelope import Event
from trueup_contracts.topics import TOPICS as DECLARED
from trueup_contracts.usage import UsageObservedV1
from trueup_kit.consumer import Consumer
from trueup_kit.outbox import Relay
from trueup_kit.producer import Producer

USAGE = UsageObservedV1.topic
SUM = "SELECT coalesce(sum(quantity), 0)::int FROM reconciler.usage"


class Crash(Exception):
    """What the tests inject."""


class Flaky:
    """A store that crashes before or after the commit, as it is told, and writes down what reached it."""

    def __init__(self, store: FactStore, crash: Callable[[str], bool]) -> None:
        self._store = store
        self._crash = crash
        self.stored: list[Stored] = []
        self.crashes = 0

    async def store(self, topic: str, accepted: Sequence[Accepted], poison: Sequence[Poison]) -> Stored:
        """Store, unless it crashes."""
        self._maybe("before")
        done = await self._store.store(topic, accepted, poison)
        self.stored.append(done)
        self._maybe("after")
        return done

    async def next_offsets(self, topic: str, partitions: Sequence[int]) -> dict[int, int]:
        """As stored."""
        return await self._store.next_offsets(topic, partitions)

    def _maybe(self, step: str) -> None:
        if self._crash(step):
            self.crashes += 1
            raise Crash(step)


async def until(found: Callable[[], Awaitable[bool]], *, timeout_s: float = 100.0, what: str = "it") -> None:
    """Wait for a condition; fails the test when it does not come true."""
    deadline = time.monotonic() + timeout_s
    while not await found():
        assert time.monotonic() < deadline, f"{what} did not come true within {timeout_s:g} s"
        await asyncio.sleep(0.05)


@asynccontextmanager
async def publishing(bootstrap: str) -> AsyncIterator[Producer]:
    """A producer that is connected."""
    producer = Producer(bootstrap, service="test", publish_timeout_s=60)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def consuming(
    bootstrap: str, store: FactStore, *, group: str = "reconciler", records: int = 100, only: str | None = None
) -> AsyncIterator[Consumer]:
    """The reconciler's subscriptions, or one of them."""
    consumer = Consumer(bootstrap, service="reconciler", group=group, session_timeout_s=6)
    if only is None:
        subscribe(consumer, store, max_records=records)
    else:
        whole = Consumer.subscribe

        def one(self: Consumer, topic: str, *args: Any, **more: Any) -> None:
            if topic == only:
                whole(self, topic, *args, **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Consumer, "subscribe", one)
            subscribe(consumer, store, max_records=records)
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


def never(_: str) -> bool:
    return False


async def committed(bootstrap: str, topic: str, *, group: str = "reconciler") -> dict[int, int]:
    """Partition → what the group acknowledged."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(group)
        return {tp.partition: meta.offset for tp, meta in found.items() if tp.topic == topic and meta.offset >= 0}
    finally:
        await admin.close()


async def fences_reach(system: System, ends: dict[tuple[str, int], int]) -> bool:
    rows = await system.admin.fetch("SELECT topic, partition, next_offset FROM reconciler.fences")
    fences = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
    return all(fences.get(place, 0) >= end for place, end in ends.items())


async def publish(producer: Producer, events: Sequence[Event]) -> dict[tuple[str, int], int]:
    """Publish in order; topic and partition → next offset."""
    ends: dict[tuple[str, int], int] = {}
    for sent in await producer.publish_all(events):
        ends[sent.topic, sent.partition] = max(ends.get((sent.topic, sent.partition), 0), sent.offset + 1)
    return ends


async def test_crashes_at_each_step_lose_and_double_nothing(system: System, topics: str) -> None:
    events = [*facts(3), *reports()]
    await system.feed(events)
    await system.settle()
    expected = await system.state()
    await system.forget()
    turn = random.Random(7)
    flaky = Flaky(system.facts, lambda _: turn.random() < 0.25)
    async with publishing(topics) as producer, consuming(topics, flaky, records=40):
        ends = await publish(producer, events)
        ends |= {place: max(end, ends.get(place, 0)) for place, end in (await publish(producer, events)).items()}
        await until(lambda: fences_reach(system, ends), what="all facts stored")
    assert flaky.crashes > 0
    await system.settle()
    assert await system.state() == expected


async def test_offset_is_committed_only_after_the_transaction(system: System, topics: str) -> None:
    broken = True
    flaky = Flaky(system.facts, lambda step: broken and step == "before")
    async with publishing(topics) as producer, consuming(topics, flaky, only=USAGE):
        ends = await publish(producer, [bucket(n, date(2026, 10, 1), 1) for n in range(30)])

        async def crashed_twice() -> bool:
            return flaky.crashes >= 2

        await until(crashed_twice, what="the batch came again")
        assert await committed(topics, USAGE) == {}
        assert await system.value(SUM) == 0
        broken = False
        await until(lambda: fences_reach(system, ends), what="all facts stored")

        async def acknowledged() -> bool:
            found = await committed(topics, USAGE)
            return all(found.get(partition, 0) == end for (_, partition), end in ends.items())

        await until(acknowledged, what="everything acknowledged")
    assert await system.value(SUM) == 30


async def test_a_crash_between_commit_and_acknowledge_applies_once(system: System, topics: str) -> None:
    flaky = Flaky(system.facts, lambda step: step == "after" and not flaky.crashes)
    async with publishing(topics) as producer, consuming(topics, flaky, only=USAGE):
        ends = await publish(producer, [bucket(n, date(2026, 10, 1), 1) for n in range(30)])
        await until(lambda: fences_reach(system, ends), what="all facts stored")

        async def came_again() -> bool:
            return sum(one.dropped for one in flaky.stored) > 0

        await until(came_again, what="the batch came again and was dropped")
    assert sum(one.applied for one in flaky.stored) == 30


async def test_a_new_group_begins_at_the_existing_fences(system: System, topics: str) -> None:
    async with publishing(topics) as producer:
        ends = await publish(producer, [bucket(n, date(2026, 10, 1), 1) for n in range(200)])
        async with consuming(topics, system.facts, only=USAGE):
            await until(lambda: fences_reach(system, ends), what="all facts stored")
        flaky = Flaky(system.facts, never)
        async with consuming(topics, flaky, group="another", only=USAGE):
            later = await publish(producer, [bucket(n, date(2026, 10, 1), 2, version=2) for n in range(200)])
            await until(lambda: fences_reach(system, later), what="the new facts stored")
    assert sum(one.dropped for one in flaky.stored) == 0
    assert await system.value(SUM) == 400


async def test_partitions_split_over_replicas_and_nothing_is_lost(system: System, topics: str) -> None:
    first, second = Flaky(system.facts, never), Flaky(system.facts, never)
    async with publishing(topics) as producer, consuming(topics, first, records=20, only=USAGE):
        await publish(producer, [bucket(n, date(2026, 10, 1), 1) for n in range(100)])
        async with consuming(topics, second, records=20, only=USAGE):

            async def shared() -> bool:
                events = [bucket(n, date(2026, 10, 1), 1, version=turn) for n in range(100)]
                await publish(producer, events)
                return bool(second.stored)

            turn = 2
            await until(shared, what="the second replica gets a share")
        ends = await publish(producer, [bucket(n, date(2026, 10, 1), 7, version=99) for n in range(100)])
        await until(lambda: fences_reach(system, ends), what="all facts stored")
    assert await system.value(SUM) == 700


async def test_poison_goes_to_the_dead_letters_alone(system: System, topics: str) -> None:
    async with publishing(topics) as producer, consuming(topics, system.facts, only=USAGE):
        relay = asyncio.create_task(Relay(system.engine, producer, service="reconciler").run())
        try:
            good = [bucket(n, date(2026, 10, 1), 1) for n in range(20)]
            before = await publish(producer, good[:10])
            await producer.publish_raw(USAGE, key=good[0].key(), value=b"{ not json", headers={"ce_id": "x"})
            ends = before | await publish(producer, good[10:])
            await until(lambda: fences_reach(system, ends), what="all but the poison stored")
            letter = await _first(topics, f"{USAGE}.dlq")
        finally:
            relay.cancel()
            await asyncio.gather(relay, return_exceptions=True)
    headers = {name: text.decode() for name, text in letter.headers}
    assert (letter.key.decode(), letter.value) == (good[0].key(), b"{ not json")
    assert (headers["dlq_topic"], headers["ce_id"]) == (USAGE, "x")
    assert headers["dlq_error"]
    assert await system.value(SUM) == 20
    assert await system.value("SELECT ref FROM reconciler.dead_letters") == "amplitude:a0"


async def _first(bootstrap: str, topic: str) -> Any:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            return await consumer.getone()
    finally:
        await consumer.stop()


async def test_a_recreated_topic_stops_the_consumer_with_an_alarm(system: System, topics: str) -> None:
    async with publishing(topics) as producer:
        ends = await publish(producer, [bucket(n % 7, date(2026, 10, 1), n, version=n + 1) for n in range(300)])
        async with consuming(topics, system.facts, only=USAGE):
            await until(lambda: fences_reach(system, ends), what="all facts stored")
        before = await system.value(SUM)
        admin = AIOKafkaAdminClient(bootstrap_servers=topics)
        await admin.start()
        try:
            await admin.delete_topics([USAGE])
            await until(lambda: _gone(admin), what="the topic is gone")
            await admin.create_topics([NewTopic(name=USAGE, num_partitions=12, replication_factor=1)])
        finally:
            await admin.close()
        async with consuming(topics, system.facts, only=USAGE) as consumer:

            async def alarmed() -> bool:
                return "recreated" in (consumer.probe() or "")

            await until(alarmed, what="the alarm")
    assert await system.value(SUM) == before


async def _gone(admin: AIOKafkaAdminClient) -> bool:
    return USAGE not in await admin.list_topics()


async def test_every_topic_of_facts_is_read() -> None:
    from reconciler.adapters.fact_sql import WRITES
    from reconciler.usecases.read import KINDS

    sent_to_us = {topic.name for topic in DECLARED if "reconciler" in topic.receivers}
    assert set(WRITES) == set(KINDS) == sent_to_us
