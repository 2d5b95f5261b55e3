"""One subscription at work: batches handed over with patience, partitions sought to where their facts end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from faststream.kafka import KafkaMessage

from trueup_contracts.envelope import read_headers
from trueup_kit import trace
from trueup_kit.logs import get_logger
from trueup_kit.postgres import describe

log = get_logger(__name__)
FAILED_DELAY_FIRST_S, FAILED_DELAY_LONGEST_S = 0.2, 10.0


@dataclass(frozen=True, slots=True)
class Record:
    """One record as Kafka keeps it."""

    topic: str
    partition: int
    offset: int
    key: str | None
    value: bytes | None
    headers: dict[str, str] = field(default_factory=dict)
    timestamp_ms: int = 0


Handler = Callable[[list[Record]], Awaitable[None]]
StartAt = Callable[[list[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]


def to_record(raw: ConsumerRecord) -> Record:
    """aiokafka's record as ours. A key that is not UTF-8 is kept readable, never a reason to fail."""
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=raw.key.decode(errors="replace") if raw.key is not None else None,
        value=raw.value,
        headers=read_headers(raw.headers),
        timestamp_ms=raw.timestamp,
    )


class Reading(ConsumerRebalanceListener):  # type: ignore[misc]
    """Handles batches and rebalances of one subscription, and knows when it last polled."""

    def __init__(self, handler: Handler, start_at: StartAt | None, *, topic: str) -> None:
        self._handler = handler
        self._start_at = start_at
        self._topic = topic
        self._consumer: Callable[[], AIOKafkaConsumer | None] = lambda: None
        self._polled_at = time.monotonic()
        self._busy = False
        self._failures = 0
        self._watched: AIOKafkaConsumer | None = None
        self.alarm: str | None = None

    def consumer_of(self, consumer: Callable[[], AIOKafkaConsumer | None]) -> None:
        """Say where the consumer is found once it exists."""
        self._consumer = consumer

    def silent_s(self) -> float:
        """Seconds since the last poll; 0 while a handler is at work."""
        self._watch_polls()
        return 0.0 if self._busy else time.monotonic() - self._polled_at

    def _watch_polls(self) -> None:
        consumer = self._consumer()
        if consumer is None or consumer is self._watched:
            return
        polling = consumer.getmany

        async def getmany(
            *partitions: TopicPartition, **options: int | None
        ) -> dict[TopicPartition, list[ConsumerRecord]]:
            self._polled_at = time.monotonic()
            found: dict[TopicPartition, list[ConsumerRecord]] = await polling(*partitions, **options)
            self._polled_at = time.monotonic()
            return found

        consumer.getmany = getmany
        self._watched = consumer

    async def handle(self, message: KafkaMessage) -> None:
        """Hand a batch to the handler. A failure pauses before it is raised: the batch comes again at once otherwise."""
        raws: Sequence[ConsumerRecord] = message.raw_message
        records = [to_record(raw) for raw in raws]
        self._busy = True
        try:
            with trace.use(records[0].headers.get("traceparent") if len(records) == 1 else None):
                await self._handler(records)
            self._failures = 0
        except Exception as error:
            self._failures += 1
            pause_s = min(FAILED_DELAY_FIRST_S * 2 ** (self._failures - 1), FAILED_DELAY_LONGEST_S)
            facts: dict[str, Any] = {"topic": self._topic, "records": len(records), "again_in_s": pause_s}
            if self._failures == 1:
                log.exception("a batch failed, it will be delivered again", **facts)
            else:
                log.warning("a batch failed again", failures=self._failures, error=describe(error), **facts)
            await asyncio.sleep(pause_s)
            raise
        finally:
            self._busy = False
            self._polled_at = time.monotonic()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing to do: whoever owns a partition next begins at its fence."""

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Begin each partition where its facts end; refuse a log that ends below that."""
        consumer, partitions = self._consumer(), sorted(assigned)
        if consumer is None or not partitions or self._start_at is None:
            return
        offsets = await self._start_at(partitions)
        ends = await consumer.end_offsets(list(offsets)) if offsets else {}
        recreated = sorted(tp for tp, offset in offsets.items() if ends[tp] < offset)
        if recreated:
            first = recreated[0]
            self.alarm = (
                f"partition {first.partition} ends at {ends[first]}, below the stored {offsets[first]}: the topic was"
                " recreated or its log was lost; nothing is read until a person decides"
            )
            log.error("stopped reading", topic=self._topic, alarm=self.alarm)
            consumer.pause(*partitions)
            return
        for partition, offset in offsets.items():
            consumer.seek(partition, offset)
