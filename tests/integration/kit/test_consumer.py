"""The consumer against a real broker: nothing lost, fences kept, partitions moved, restarts survived."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from tests.integration.kit.conftest import Broker, about, create_topic, until

from trueup_kit.consumer import Consumer, Record
from trueup_kit.errors import BrokerUnavailable
from trueup_kit.polling import Polled, Polls
from trueup_kit.producer import Producer

MEMBER = str(Path(__file__).parent / "member.py")


class Collector:
    """A handler that keeps what it got."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.fail_next = 0

    async def __call__(self, records: list[Record]) -> None:
        if self.fail_next:
            self.fail_next -= 1
            raise RuntimeError("not now")
        self.records += records

    def places(self) -> Counter[tuple[int, int]]:
        return Counter((record.partition, record.offset) for record in self.records)


def a_group() -> str:
    return f"kit-{uuid.uuid4().hex[:10]}"


@pytest.fixture
async def consumers(kafka: str) -> AsyncIterator[list[Consumer]]:
    started: list[Consumer] = []
    yield started
    await asyncio.gather(*(consumer.stop() for consumer in started))


async def reading(consumers: list[Consumer], consumer: Consumer) -> None:
    consumers.append(consumer)
    await consumer.start()
    await until(lambda: consumer.probe() is None, what="reading")


async def committed(kafka: str, group: str) -> dict[TopicPartition, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(group)
        return {tp: entry.offset for tp, entry in found.items()}
    finally:
        await admin.close()


async def test_every_record_arrives_once_and_is_committed(
    kafka: str, topic: str, producer: Producer, consumers: list[Consumer]
) -> None:
    event = about(topic)
    sent = await producer.publish_all(event(version=n + 1, name=f"k{n % 50}", value=n) for n in range(3000))
    got, group = Collector(), a_group()
    consumer = Consumer(kafka, service="kit", group=group)
    consumer.subscribe(topic, got, max_records=500)
    await reading(consumers, consumer)
    await until(lambda: len(got.records) >= 3000, what="3000 records")
    assert got.places() == Counter((one.partition, one.offset) for one in sent)
    by_key = [r for r in got.records if r.key == "k7"]
    assert [event.from_bytes(r.value or b"").value for r in by_key] == list(range(7, 3000, 50))
    assert by_key[0].headers["ce_type"] == event.type

    async def all_committed() -> bool:
        return sum((await committed(kafka, group)).values()) == 3000

    await until(all_committed, what="commits")


async def test_a_record_with_a_key_and_headers_that_are_no_text_is_a_record_too(
    kafka: str, topic: str, consumers: list[Consumer]
) -> None:
    """Whoever writes to the bus past our senders cannot stop a partition by it."""
    sender = AIOKafkaProducer(bootstrap_servers=kafka)
    await sender.start()
    await sender.send_and_wait(topic, b"v", key=b"\xff", headers=[("ce_id", b"\xfe")], partition=0)
    await sender.send_and_wait(topic, b"w", key=b"k", partition=0)
    await sender.stop()
    got = Collector()
    consumer = Consumer(kafka, service="kit", group=a_group())
    consumer.subscribe(topic, got)
    await reading(consumers, consumer)
    await until(lambda: len(got.records) >= 2, what="both records")
    assert [(one.key, one.value, dict(one.headers)) for one in got.records] == [
        ("\ufffd", b"v", {"ce_id": "\ufffd"}),
        ("k", b"w", {}),
    ]


async def test_a_failing_batch_comes_again_and_none_is_skipped(
    kafka: str, topic: str, producer: Producer, consumers: list[Consumer]
) -> None:
    event, got = about(topic), Collector()
    await producer.publish_all(event(version=n + 1, name=f"k{n}", value=n) for n in range(300))
    got.fail_next = 2
    consumer = Consumer(kafka, service="kit", group=a_group())
    consumer.subscribe(topic, got, max_records=100)
    await reading(consumers, consumer)
    await until(lambda: len(got.places()) == 300, what="all records")
    assert set(got.places().values()) == {1}


async def test_a_new_group_begins_at_its_fence(
    kafka: str, topic: str, producer: Producer, consumers: list[Consumer]
) -> None:
    event, got = about(topic), Collector()
    sent = await producer.publish_all(event(version=n + 1, name=f"k{n}", value=n) for n in range(600))
    fences = {TopicPartition(topic, p): sum(one.partition == p for one in sent) - 10 for p in range(12)}

    async def start_at(partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        await asyncio.sleep(0.2)  # a slow database must not let records slip in before the seek
        return {tp: fences[tp] for tp in partitions}

    consumer = Consumer(kafka, service="kit", group=a_group())
    consumer.subscribe(topic, got, start_at=start_at)
    await reading(consumers, consumer)
    await until(lambda: len(got.records) >= 120, what="the tail")
    await producer.publish(event(version=9000, name="last", value=0))
    await until(lambda: any(r.key == "last" for r in got.records), what="the last record")
    assert got.places() == Counter(
        {(tp.partition, fence + n): 1 for tp, fence in fences.items() for n in range(10)}
        | {(r.partition, r.offset): 1 for r in got.records if r.key == "last"}
    )


async def test_taking_ahead_leaves_no_record_out_whatever_fails_and_whoever_joins(
    kafka: str, topic: str, producer: Producer, consumers: list[Consumer], monkeypatch: pytest.MonkeyPatch
) -> None:
    event, group, draw = about(topic), a_group(), Random(7)
    fences: dict[int, int] = dict.fromkeys(range(12), 0)
    left_out: list[Record] = []
    used = 0
    still_next = Polls._still_next

    async def counted(polls: Polls, ahead: Polled) -> Polled:
        nonlocal used
        found = await still_next(polls, ahead)
        used += bool(found)
        return found

    async def start_at(partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {tp: fences[tp.partition] for tp in partitions}

    def member() -> Consumer:
        consumer = Consumer(kafka, service="kit", group=group)

        async def store(records: list[Record]) -> None:
            consumer.take_ahead(topic)
            await asyncio.sleep(draw.uniform(0, 0.02))
            if draw.random() < 0.05:
                raise ConnectionError("the database is away")
            for one in records:
                if one.offset > fences[one.partition]:
                    left_out.append(one)
                fences[one.partition] = max(fences[one.partition], one.offset + 1)

        consumer.subscribe(topic, store, max_records=100, start_at=start_at)
        return consumer

    monkeypatch.setattr(Polls, "_still_next", counted)
    sent = await producer.publish_all(event(version=n + 1, name=f"k{n}", value=n) for n in range(12_000))
    await reading(consumers, member())
    await until(lambda: used > 10, what="batches taken ahead")
    await reading(consumers, member())
    await until(lambda: sum(fences.values()) == len(sent), timeout_s=60, what="all records")
    assert not left_out


async def test_an_unreadable_fence_delivers_nothing_until_it_reads(
    kafka: str, topic: str, producer: Producer, consumers: list[Consumer]
) -> None:
    event, got, asked = about(topic), Collector(), 0
    await producer.publish_all(event(version=n + 1, name=f"k{n}", value=n) for n in range(50))

    async def start_at(partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        nonlocal asked
        asked += 1
        if asked < 4:
            raise ConnectionError("the database is away")
        assert not got.records
        return dict.fromkeys(partitions, 0)

    consumer = Consumer(kafka, service="kit", group=a_group())
    consumer.subscribe(topic, got, start_at=start_at)
    await reading(consumers, consumer)
    await until(lambda: len(got.places()) == 50, what="all records")


async def test_a_log_that_ends_below_its_fence_stops_with_an_alarm(
    kafka: str, topic: str, producer: Producer, consumers: list[Consumer]
) -> None:
    await producer.publish(about(topic)(version=1, name="a", value=1))
    got = Collector()

    async def start_at(partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 5_000)

    consumer = Consumer(kafka, service="kit", group=a_group())
    consumer.subscribe(topic, got, start_at=start_at)
    consumers.append(consumer)
    await consumer.start()
    await until(lambda: "recreated" in (consumer.probe() or ""), what="the alarm")
    await asyncio.sleep(0.5)
    assert not got.records


async def test_partitions_move_to_a_second_member_and_back(
    kafka: str, topic: str, producer: Producer, consumers: list[Consumer]
) -> None:
    event, one, two, group = about(topic), Collector(), Collector(), a_group()
    first = Consumer(kafka, service="kit-1", group=group)
    first.subscribe(topic, one)
    await reading(consumers, first)
    second = Consumer(kafka, service="kit-2", group=group)
    second.subscribe(topic, two)
    await reading(consumers, second)
    sent = 0

    async def both_get() -> bool:
        nonlocal sent
        await producer.publish_all(event(version=sent + n + 1, name=f"k{sent + n}", value=n) for n in range(48))
        sent += 48
        return bool(two.records) and bool(one.records)

    await until(both_get, what="both members at work")
    await until(lambda: len(one.places() | two.places()) == sent, what="all records")
    await second.stop()
    await producer.publish_all(event(version=9000 + n, name=f"late{n}", value=n) for n in range(48))
    await until(lambda: len(one.places() | two.places()) == sent + 48, what="the leaver's partitions")


async def test_the_partitions_of_a_killed_member_move_within_the_session_timeout(
    kafka: str, topic: str, producer: Producer, consumers: list[Consumer], tmp_path: Path
) -> None:
    event, got, group = about(topic), Collector(), a_group()
    survivor = Consumer(kafka, service="kit", group=group, session_timeout_s=6)
    survivor.subscribe(topic, got)
    await reading(consumers, survivor)
    out = tmp_path / "out"
    with out.open("wb") as output:
        victim = subprocess.Popen([sys.executable, MEMBER, kafka, group, topic], stdout=output)
    try:
        sent = 0

        async def victim_reads() -> bool:
            nonlocal sent
            await producer.publish_all(event(version=sent + n + 1, name=f"k{sent + n}", value=n) for n in range(48))
            sent += 48
            return bool(out.read_text())

        await until(victim_reads, timeout_s=60, what="the second member at work")
    finally:
        victim.kill()
        victim.wait()
    killed_at = time.monotonic()
    await producer.publish_all(event(version=9000 + n, name=f"late{n}", value=n) for n in range(200))
    await until(
        lambda: len({r.key for r in got.records if (r.key or "").startswith("late")}) == 200,
        timeout_s=30,
        what="the victim's partitions",
    )
    assert time.monotonic() - killed_at < 6 + 10, "by default it is missed for 20 s"


async def test_without_a_group_every_reader_gets_all_from_now_on(
    kafka: str, topic: str, producer: Producer, consumers: list[Consumer]
) -> None:
    event, one, two = about(topic), Collector(), Collector()
    await producer.publish_all(event(version=n + 1, name=f"old{n}", value=n) for n in range(30))
    for got in (one, two):
        consumer = Consumer(kafka, service="kit", group=None)
        consumer.subscribe(topic, got, from_end=True)
        await reading(consumers, consumer)
    rounds = 0

    async def both_hear() -> bool:
        nonlocal rounds
        rounds += 1
        await producer.publish(event(version=1000 + rounds, name=f"new{rounds}", value=rounds))
        return bool(one.records) and bool(two.records)

    await until(both_hear, what="both readers")
    await producer.publish(event(version=5000, name="end", value=0))
    await until(lambda: all(any(r.key == "end" for r in got.records) for got in (one, two)), what="the end")
    assert not [r for r in one.records + two.records if (r.key or "").startswith("old")]


@pytest.mark.timeout(300)
async def test_a_killed_broker_loses_nothing_and_stops_nobody(broker: Broker) -> None:
    await broker.start()
    topic = await create_topic(broker.bootstrap)
    event, got = about(topic), Collector()
    producer = Producer(broker.bootstrap, service="kit", publish_timeout_s=2)
    consumer = Consumer(broker.bootstrap, service="kit", group=a_group(), session_timeout_s=6)
    consumer.subscribe(topic, got)
    await producer.start()
    await consumer.start()
    acknowledged: set[str] = set()
    refused = 0
    done = asyncio.Event()

    async def publish_on() -> None:
        nonlocal refused
        number = 0
        while not done.is_set():
            number += 1
            try:
                await producer.publish(event(version=number, name=f"k{number}", value=number))
                acknowledged.add(f"k{number}")
            except BrokerUnavailable:
                refused += 1
            await asyncio.sleep(0.005)

    publishing = asyncio.create_task(publish_on())
    try:
        await until(lambda: len(got.records) > 100, what="flow before the kill")
        for _ in range(2):
            before = len(acknowledged)
            broker.kill()
            await until(lambda: producer.probe() is not None, timeout_s=20, what="the producer says so")
            await broker.start()
            await until(lambda: len(acknowledged) > before + 50, timeout_s=40, what="publishing again")  # noqa: B023
        done.set()
        await publishing
        await until(lambda: acknowledged <= {r.key for r in got.records}, timeout_s=60, what="every acknowledged one")
        assert refused > 0
        await until(lambda: producer.probe() is None, what="the producer says that it is connected")
    finally:
        done.set()
        await asyncio.gather(publishing, return_exceptions=True)
        await asyncio.gather(consumer.stop(), producer.stop())


@pytest.mark.timeout(300)
async def test_both_start_while_the_broker_is_away(broker: Broker) -> None:
    producer = Producer(broker.bootstrap, service="kit", publish_timeout_s=0.5)
    consumer, got = Consumer(broker.bootstrap, service="kit", group=a_group()), Collector()
    consumer.subscribe("kit.later", got)
    await producer.start()
    await consumer.start()
    try:
        with pytest.raises(BrokerUnavailable):
            await producer.publish_raw("kit.later", key="a", value=b"1", headers={})
        assert producer.probe() is not None
        assert consumer.probe() is not None
        await broker.start()
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
        await admin.start()
        from aiokafka.admin import NewTopic

        await admin.create_topics([NewTopic(name="kit.later", num_partitions=3, replication_factor=1)])
        await admin.close()
        await until(lambda: producer.probe() is None, what="the producer")
        await producer.publish_raw("kit.later", key="a", value=b"1", headers={"x": "y"})
        await until(lambda: [r.value for r in got.records] == [b"1"], timeout_s=60, what="the record")
    finally:
        await asyncio.gather(consumer.stop(), producer.stop())
