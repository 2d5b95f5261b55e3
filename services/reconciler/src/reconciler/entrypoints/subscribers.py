"""One subscription per topic: read each record by itself, store the batch, and only then let it be acknowledged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import Counter

from reconciler.ports.facts import Accepted, FactStore, Poison, Position
from reconciler.usecases.read import KINDS, read
from trueup_kit.consumer import Consumer, Record, TopicPartition
from trueup_kit.logs import get_logger
from trueup_kit.postgres import backing_off

log = get_logger(__name__)
FACTS = Counter("reconciler_facts_total", "Records by what became of them", ["topic", "outcome"])
Handler = Callable[[list[Record]], Awaitable[None]]


def subscribe(consumer: Consumer, store: FactStore, *, max_records: int) -> None:
    """Subscribe to every topic that holds facts; newly assigned partitions are read from their fences on."""
    for topic in KINDS:
        consumer.subscribe(topic, handler(topic, store), max_records=max_records, start_at=_start_at(store))


def handler(topic: str, store: FactStore) -> Handler:
    """Handle batches of one topic. It returns after the commit; passing database errors are waited out inside."""

    async def handle(records: list[Record]) -> None:
        accepted: list[Accepted] = []
        poison: list[Poison] = []
        for record in records:
            position = Position(record.topic, record.partition, record.offset)
            one = read(position, record.key, record.value, record.headers)
            if isinstance(one, Accepted):
                accepted.append(one)
            else:
                poison.append(one)
        stored = await backing_off(lambda: store.store(topic, accepted, poison), name=f"store {topic}")
        FACTS.labels(topic, "applied").inc(stored.applied)
        FACTS.labels(topic, "dropped").inc(stored.dropped)
        FACTS.labels(topic, "diverted").inc(stored.diverted)
        for bad in poison[: stored.diverted]:
            log.warning("a record could not be read", topic=topic, offset=bad.position.offset, error=bad.error)

    return handle


def _start_at(store: FactStore) -> Callable[[list[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]:
    async def start_at(partitions: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        found: dict[TopicPartition, int] = {}
        for topic in sorted({one.topic for one in partitions}):
            numbers = [one.partition for one in partitions if one.topic == topic]
            fences = await backing_off(lambda t=topic, n=numbers: store.next_offsets(t, n), name="read fences")  # type: ignore[misc]
            found |= {TopicPartition(topic, number): offset for number, offset in fences.items()}
        return found

    return start_at
