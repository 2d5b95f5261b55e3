"""One subscription per topic: read each record by itself, store the batch, and only then let it be acknowledged."""

from __future__ import annotations

import asyncio
from collections import Counter as Counted
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from prometheus_client import Counter

from reconciler.ports.facts import Accepted, FactStore, Poison
from reconciler.usecases.read import KINDS, read
from trueup_kit.consumer import Consumer, Record, TopicPartition
from trueup_kit.logs import get_logger
from trueup_kit.postgres import backing_off

log = get_logger(__name__)
FACTS = Counter("reconciler_facts_total", "Records by what became of them", ["topic", "outcome"])
LANES, LANE_RECORDS = 4, 500
"""Transactions of one batch, and how many records are worth one of their own."""
YIELD_EVERY = 100
Handler = Callable[[list[Record]], Awaitable[None]]


def subscribe(consumer: Consumer, store: FactStore, *, max_records: int) -> None:
    """Subscribe to every topic that holds facts; newly assigned partitions are read from their fences on."""
    for topic in KINDS:
        handle = handler(topic, store, partial(consumer.take_ahead, topic))
        consumer.subscribe(topic, handle, max_records=max_records, start_at=start_at(store))


def handler(topic: str, store: FactStore, take_ahead: Callable[[], None] = lambda: None) -> Handler:
    """Handle batches of one topic. It returns after the commit; passing database errors are waited out inside.

    A large batch is stored in several transactions, each of its own partitions, so that this process reads the next while
    PostgreSQL writes the former, and `take_ahead` once all of it is read: the next batch is unpacked meanwhile. When one
    fails, the whole batch comes again and the fence drops what the others stored.
    """

    async def store_some(records: Sequence[Record], reading: asyncio.Lock) -> None:
        async with reading:
            accepted, poison = await _read(records)
        stored = await backing_off(lambda: store.store(topic, accepted, poison), name=f"store {topic}")
        FACTS.labels(topic, "applied").inc(stored.applied)
        FACTS.labels(topic, "dropped").inc(stored.dropped)
        FACTS.labels(topic, "diverted").inc(stored.diverted)
        for bad in poison[: stored.diverted]:
            log.warning("a record could not be read", topic=topic, offset=bad.record.offset, error=bad.error)

    async def handle(records: list[Record]) -> None:
        reading = asyncio.Lock()
        async with asyncio.TaskGroup() as group:
            for lane in lanes(records):
                group.create_task(store_some(lane, reading))
            group.create_task(then(reading, take_ahead))

    return handle


async def then(reading: asyncio.Lock, do: Callable[[], None]) -> None:
    """Behind all who wait for the lock already: it lets them in one after the other."""
    async with reading:
        do()


def lanes(records: Sequence[Record]) -> list[Sequence[Record]]:
    """The parts of a batch that are stored at once: no partition is in two of them, the order within each is kept."""
    count = min(LANES, len(records) // LANE_RECORDS)
    if count < 2:
        return [records]
    loads, lane_of = [0] * count, {}
    for partition, size in Counted(record.partition for record in records).most_common():
        lane = lane_of[partition] = loads.index(min(loads))
        loads[lane] += size
    found: list[list[Record]] = [[] for _ in loads]
    for record in records:
        found[lane_of[record.partition]].append(record)
    return [lane for lane in found if lane]


async def _read(records: Sequence[Record]) -> tuple[list[Accepted], list[Poison]]:
    accepted: list[Accepted] = []
    poison: list[Poison] = []
    for number, record in enumerate(records, 1):
        one = read(record)
        if isinstance(one, Accepted):
            accepted.append(one)
        else:
            poison.append(one)
        if number % YIELD_EVERY == 0:  # the statements of the lanes before go on meanwhile
            await asyncio.sleep(0)
    return accepted, poison


def start_at(store: FactStore) -> Callable[[list[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]:
    """Where newly assigned partitions are read from: where their facts end, from the beginning where there are none yet."""

    async def fences(partitions: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        found: dict[TopicPartition, int] = {}
        for topic in sorted({one.topic for one in partitions}):
            numbers = [one.partition for one in partitions if one.topic == topic]
            ends = await backing_off(lambda t=topic, n=numbers: store.next_offsets(t, n), name="read fences")  # type: ignore[misc]
            found |= {TopicPartition(topic, number): ends.get(number, 0) for number in numbers}
        return found

    return fences
