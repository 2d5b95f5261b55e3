"""Read Kafka in raw batches and acknowledge after the work is done, through restarts of the broker.

Built on FastStream's batch subscribers. A handler that fails has its batch delivered again, after a pause. A subscription
that no longer polls, or whose start failed, is rebuilt as a whole: aiokafka may never resume by itself after a broker
restart. A log that ends below the offset it should be read from was recreated: that subscription stops with an alarm.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import ConsumerRecord, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from trueup_kit.logs import get_logger
from trueup_kit.reading import Handler, Reading, Record, StartAt, to_record
from trueup_kit.watching import Watch

__all__ = ["Consumer", "Handler", "Record", "StartAt", "Subscription", "TopicPartition", "to_record"]

log = get_logger(__name__)
START_TIMEOUT_S = 40.0
STOP_TIMEOUT_S = 15.0
FIRST_DELAY_S, LONGEST_DELAY_S = 0.3, 3.0
FETCH_BYTES_MAX = 4 * 1024 * 1024


@dataclass(frozen=True)
class Subscription:
    """What is read, and how."""

    topic: str
    handler: Handler
    max_records: int
    start_at: StartAt | None
    from_end: bool


class Consumer:
    """All of a process's subscriptions in one group; `group=None` reads every partition whole, without a group."""

    def __init__(
        self,
        bootstrap: str,
        *,
        service: str,
        group: str | None,
        session_timeout_s: float = 20.0,
        batch_timeout_ms: int = 20,
    ) -> None:
        self._bootstrap = bootstrap
        self._service = service
        self._group = group
        self._session_timeout_s = session_timeout_s
        self._batch_timeout_ms = batch_timeout_ms
        self._subscriptions: list[Subscription] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._readings: dict[str, Reading] = {}
        self._troubles: dict[str, str] = {}
        self._positions: dict[str, dict[TopicPartition, int]] = {}

    def subscribe(
        self,
        topic: str,
        handler: Handler,
        *,
        max_records: int = 1000,
        start_at: StartAt | None = None,
        from_end: bool = False,
    ) -> None:
        """Let `handler` have every record of the topic, in batches that are acknowledged when it returns.

        `start_at` names the offsets to read newly assigned partitions from; partitions it leaves out are read from the
        group's position, so a handler that takes ahead names all. `from_end`: only what comes after now.
        """
        self._subscriptions.append(Subscription(topic, handler, max_records, start_at, from_end))
        self._troubles[topic] = "not connected yet"

    def take_ahead(self, topic: str) -> None:
        """Unpack the next batch of a topic while the handler of this one waits for the database.

        The group then acknowledges records that nobody has handled yet. So it works only with a `start_at`.
        """
        if (reading := self._readings.get(topic)) is not None:
            reading.take_ahead()

    async def start(self) -> None:
        """Begin to read; returns at once, connecting goes on in the background for as long as it takes."""
        if not self._keepers:
            self._keepers = [
                asyncio.create_task(self._keep(one), name=f"consume {one.topic}") for one in self._subscriptions
            ]

    async def run(self) -> None:
        """Start and read until cancelled."""
        await self.start()
        await asyncio.gather(*self._keepers)

    async def stop(self) -> None:
        """Let running handlers finish, within a bound, leave the group and close."""
        keepers, self._keepers = self._keepers, []
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        self._troubles = dict.fromkeys(self._troubles, "stopped")

    def probe(self) -> str | None:
        """None while every subscription reads; else which one does not, and why."""
        alarms = {topic: reading.alarm for topic, reading in self._readings.items() if reading.alarm}
        troubles = self._troubles | alarms
        return "; ".join(f"{topic}: {text}" for topic, text in sorted(troubles.items())) or None

    async def _keep(self, subscription: Subscription) -> None:
        topic, delay_s = subscription.topic, FIRST_DELAY_S
        while True:
            reading = self._reading(subscription)
            broker = self._broker(subscription, reading)
            try:
                async with asyncio.timeout(START_TIMEOUT_S):
                    await broker.start()
                self._note(topic, reading)
                await self._resume(subscription, reading)
                lost = await Watch(
                    reading, grouped=self._group is not None, say=lambda text: self._say(topic, text)
                ).until_lost()
                delay_s = FIRST_DELAY_S
                log.warning("a subscription is lost, connecting again", topic=topic, reason=lost)
                self._say(topic, lost)
            except Exception as error:  # noqa: BLE001 - whatever it was, the answer is a new connection
                trouble = f"no connection to Kafka: {type(error).__name__}"
                if self._troubles.get(topic) != trouble:
                    log.warning("cannot read from Kafka", topic=topic, error=str(error) or repr(error))
                self._say(topic, trouble)
            finally:
                self._remember(subscription, reading)
                reading.close()
                await _close(broker)
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, LONGEST_DELAY_S)

    def _reading(self, subscription: Subscription) -> Reading:
        # Without a group aiokafka calls no listener; `_resume` seeks instead.
        grouped = self._group is not None
        start_at = subscription.start_at if grouped else None
        return Reading(subscription.handler, start_at, topic=subscription.topic, grouped=grouped)

    async def _resume(self, subscription: Subscription, reading: Reading) -> None:
        """Without a group nobody remembers positions: go on where the former connection stood."""
        consumer = reading.consumer
        if self._group is not None or consumer is None:
            return
        wanted: Mapping[TopicPartition, int] = self._positions.get(subscription.topic, {})
        if not wanted and subscription.start_at is not None:
            wanted = await subscription.start_at(sorted(consumer.assignment()))
        ends = await consumer.end_offsets(list(wanted)) if wanted else {}
        for partition, offset in wanted.items():
            if offset <= ends[partition]:
                consumer.seek(partition, offset)

    def _remember(self, subscription: Subscription, reading: Reading) -> None:
        if self._group is None and reading.next_offsets:
            self._positions.setdefault(subscription.topic, {}).update(reading.next_offsets)

    def _say(self, topic: str, trouble: str | None) -> None:
        if trouble is not None:
            self._troubles[topic] = trouble
        elif self._troubles.pop(topic, None) is not None:
            log.info("reading from Kafka", topic=topic)

    def _note(self, topic: str, reading: Reading) -> None:
        self._readings[topic] = reading
        self._say(topic, None)

    def _broker(self, subscription: Subscription, reading: Reading) -> KafkaBroker:
        broker = KafkaBroker(
            self._bootstrap,
            client_id=self._service,
            logger=None,
            apply_types=False,
            graceful_timeout=STOP_TIMEOUT_S,
            allow_auto_create_topics=False,
            metadata_max_age_ms=30_000,
        )
        subscriber = broker.subscriber(
            subscription.topic,
            group_id=self._group,
            batch=True,
            max_records=subscription.max_records,
            batch_timeout_ms=self._batch_timeout_ms,
            auto_offset_reset="latest" if subscription.from_end else "earliest",
            # Without a group there is nothing to acknowledge; with one, only what the handler has finished.
            ack_policy=AckPolicy.MANUAL if self._group is None else AckPolicy.NACK_ON_ERROR,
            session_timeout_ms=int(self._session_timeout_s * 1000),
            heartbeat_interval_ms=int(min(3.0, self._session_timeout_s / 3) * 1000),
            max_partition_fetch_bytes=FETCH_BYTES_MAX,
            parser=_unread,
            decoder=_as_it_is,
            listener=reading,
        )
        subscriber(reading.handle)
        reading.consumer_of(lambda: subscriber.consumer)
        return broker


async def _unread(
    raws: Sequence[ConsumerRecord], parse: Callable[[Sequence[ConsumerRecord]], Awaitable[KafkaMessage]]
) -> KafkaMessage:
    """FastStream's message of a batch, without its reading of every header: that costs, and fails for what is not UTF-8."""
    message = await parse([dataclasses.replace(raws[0], value=b"", headers=())])
    message.raw_message = raws
    return message


async def _as_it_is(message: object) -> object:
    """The raw message goes to the handler; a decoder that returned None would have handed it None."""
    return message


async def _close(broker: KafkaBroker) -> None:
    with contextlib.suppress(Exception):
        async with asyncio.timeout(STOP_TIMEOUT_S + 5):
            await broker.stop()
