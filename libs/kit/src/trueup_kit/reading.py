"""One subscription at work: batches handed over with patience, partitions sought to where their facts end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaMessage
from prometheus_client import Counter

from trueup_kit import trace
from trueup_kit.logs import get_logger
from trueup_kit.polling import Polled, Polls
from trueup_kit.postgres import describe, passes

log = get_logger(__name__)
FAILED_DELAY_FIRST_S, FAILED_DELAY_LONGEST_S = 0.2, 10.0
# Without a group nothing is delivered again, so a failed batch is tried here before it is let go.
ATTEMPTS_WITHOUT_GROUP = 5
SEEK_TIMEOUT_S = 10.0
SEEK_RETRY_S = 0.3
HANDLED = Counter("trueup_consumed_total", "Records handled", ["topic"])
FAILED = Counter("trueup_batches_failed_total", "Batches that a handler could not finish", ["topic"])


class Record(NamedTuple):
    """One record as Kafka keeps it."""

    topic: str
    partition: int
    offset: int
    key: str | None
    value: bytes | None
    headers: Mapping[str, str] = MappingProxyType({})
    timestamp_ms: int = 0


class Headers(Mapping[str, str]):
    """A record's headers, read when somebody asks: few do. What is not UTF-8 is kept readable, never a reason to fail."""

    __slots__ = ("_raw", "_text")

    def __init__(self, raw: Sequence[tuple[str, bytes]]) -> None:
        self._raw = raw
        self._text: dict[str, str] | None = None

    def _read(self) -> dict[str, str]:
        if self._text is None:
            self._text = {name: value.decode(errors="replace") for name, value in self._raw}
        return self._text

    def __getitem__(self, name: str) -> str:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


Handler = Callable[[list[Record]], Awaitable[None]]
StartAt = Callable[[list[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]


def to_record(raw: ConsumerRecord) -> Record:
    """aiokafka's record as ours. A key that is not UTF-8 is kept readable."""
    key = raw.key.decode(errors="replace") if raw.key is not None else None
    return Record(raw.topic, raw.partition, raw.offset, key, raw.value, Headers(raw.headers), raw.timestamp)


class Reading(ConsumerRebalanceListener):  # type: ignore[misc]
    """Handles batches and rebalances of one subscription, and knows when it last polled."""

    def __init__(self, handler: Handler, start_at: StartAt | None, *, topic: str, grouped: bool = True) -> None:
        self._handler = handler
        self._start_at = start_at
        self._topic = topic
        self._grouped = grouped
        self._consumer: Callable[[], AIOKafkaConsumer | None] = lambda: None
        self._polled_at = time.monotonic()
        self._failures = 0
        self._watched: AIOKafkaConsumer | None = None
        self._polls: Polls | None = None
        self.busy = False
        """A handler is at work."""
        self.handled = 0
        """Batches handed over so far."""
        self.next_offsets: dict[TopicPartition, int] = {}
        """Where the next batch of each partition begins."""
        self.alarm: str | None = None
        """Why a person must decide before anything is read."""
        self.lost: str | None = None
        """Why this reading cannot go on and must be built anew."""

    @property
    def consumer(self) -> AIOKafkaConsumer | None:
        """The consumer below, once it exists."""
        return self._consumer()

    def consumer_of(self, consumer: Callable[[], AIOKafkaConsumer | None]) -> None:
        """Say where the consumer is found once it exists."""
        self._consumer = consumer

    def silent_s(self) -> float:
        """Seconds since the last poll; 0 while a handler is at work."""
        self._watch_polls()
        return 0.0 if self.busy else time.monotonic() - self._polled_at

    def _watch_polls(self) -> None:
        consumer = self._consumer()
        if consumer is None or consumer is self._watched:
            return
        polls = Polls(consumer)

        async def getmany(**options: int) -> Polled:
            self._polled_at = time.monotonic()
            found = await polls.getmany(**options)
            self._polled_at = time.monotonic()
            return found

        consumer.getmany = getmany
        self._watched, self._polls = consumer, polls

    def take_ahead(self) -> None:
        """Begin to unpack the next batch, where `start_at` and not the group tells where reading begins."""
        if self._polls is not None and self._start_at is not None:
            self._polls.take_ahead()

    def close(self) -> None:
        """It reads no more."""
        if self._polls is not None:
            self._polls.close()

    async def handle(self, message: KafkaMessage) -> None:
        """Hand a batch to the handler. A failure pauses before it is raised: the batch comes again at once otherwise."""
        raws: Sequence[ConsumerRecord] = message.raw_message
        records = [to_record(raw) for raw in raws]
        self.busy = True
        try:
            while not await self._handled(records):
                if self._grouped:
                    raise _ComesAgain(self._topic)
                if self._failures >= ATTEMPTS_WITHOUT_GROUP:
                    log.error("a batch was let go", topic=self._topic, records=len(records))
                    break
            self._failures = 0
            self.handled += 1
            self.next_offsets.update({TopicPartition(raw.topic, raw.partition): raw.offset + 1 for raw in raws})
        finally:
            self.busy = False
            self._polled_at = time.monotonic()

    async def _handled(self, records: list[Record]) -> bool:
        try:
            with trace.use(records[0].headers.get("traceparent") if len(records) == 1 else None):
                await self._handler(records)
        except Exception as error:  # noqa: BLE001 - whatever it was, the batch is tried again
            await self._pause(records, error)
            return False
        HANDLED.labels(self._topic).inc(len(records))
        return True

    async def _pause(self, records: list[Record], error: Exception) -> None:
        FAILED.labels(self._topic).inc()
        self._failures += 1
        pause_s = min(FAILED_DELAY_FIRST_S * 2 ** min(self._failures - 1, 10), FAILED_DELAY_LONGEST_S)
        facts: dict[str, Any] = {"topic": self._topic, "records": len(records), "again_in_s": pause_s}
        if passes(error):
            # What it needs is away: one line each time. A mistake of ours has its stack trace, once.
            log.warning("a batch waits, it will be delivered again", error=describe(error), **facts)
        elif self._failures == 1:
            log.error("a batch failed, it will be delivered again", exc_info=error, **facts)
        else:
            log.warning("a batch failed again", failures=self._failures, error=describe(error), **facts)
        await asyncio.sleep(pause_s)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing to do: whoever owns a partition next begins at its fence."""

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Begin each partition where its facts end; refuse a log that ends below that.

        aiokafka swallows what this raises and would go on from the group's position, which may lie ahead of the facts.
        So nothing is fetched until every seek is done, and a reading that cannot seek is given up.
        """
        consumer, partitions = self._consumer(), sorted(assigned)
        if not partitions or self._start_at is None:
            return
        if consumer is None:
            self.lost = "assigned before it was connected"
            return
        consumer.pause(*partitions)
        try:
            async with asyncio.timeout(SEEK_TIMEOUT_S):
                offsets, ends = await self._starts(consumer, self._start_at, partitions)
        except Exception as error:  # noqa: BLE001 - raised, it would be swallowed
            log.warning("cannot tell where to read from", topic=self._topic, error=describe(error))
            self.lost = f"cannot tell where to read from: {describe(error)}"
            return
        if self._refused(offsets, ends):
            return
        for partition, offset in offsets.items():
            consumer.seek(partition, offset)
        consumer.resume(*partitions)

    async def _starts(
        self, consumer: AIOKafkaConsumer, start_at: StartAt, partitions: list[TopicPartition]
    ) -> tuple[Mapping[TopicPartition, int], Mapping[TopicPartition, int]]:
        """Where to read from and where the logs end, asked again until it works or the time is up."""
        while True:
            try:
                offsets = await start_at(partitions)
                ends = await consumer.end_offsets(list(offsets)) if offsets else {}
            except TimeoutError:
                raise
            except Exception as error:  # noqa: BLE001 - asked again until the time is up
                log.warning("asking again where to read from", topic=self._topic, error=describe(error))
                await asyncio.sleep(SEEK_RETRY_S)
            else:
                return offsets, ends

    def _refused(self, offsets: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> bool:
        recreated = sorted(tp for tp, offset in offsets.items() if ends[tp] < offset)
        if not recreated:
            self.alarm = None
            return False
        first = recreated[0]
        self.alarm = (
            f"partition {first.partition} ends at {ends[first]}, below the stored {offsets[first]}: the topic was"
            " recreated or its log was lost; nothing is read until a person decides"
        )
        log.error("stopped reading", topic=self._topic, alarm=self.alarm)
        return True

    async def positions(self, timeout_s: float) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
        """Where reading stands and where the logs end, of the partitions that are being read.

        Raises:
            TimeoutError, KafkaError: the broker does not answer.
        """
        consumer = self._consumer()
        if consumer is None:
            raise KafkaError
        async with asyncio.timeout(timeout_s):
            partitions = [tp for tp in consumer.assignment() if tp not in consumer.paused()]
            ends = await consumer.end_offsets(partitions) if partitions else {}
            positions = {tp: await consumer.position(tp) for tp in partitions}
        if not self.busy:
            self.next_offsets.update(positions)
        return positions, ends


class _ComesAgain(Exception):
    """Tells FastStream to have the batch delivered again; the reason is logged already."""
