"""One connection of the idempotent producer: started within a bound, dropped without waiting for what cannot arrive."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.structs import RecordMetadata

from trueup_kit.errors import BrokerUnavailable, RecordTooLarge
from trueup_kit.messages import Message, Sent
from trueup_kit.partitioning import partition_of

START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0
LINGER_MS = 5
BATCH_BYTES = 128 * 1024
REQUEST_BYTES_MAX = 4 * 1024 * 1024


class Connection:
    """A started AIOKafkaProducer. When it fails it is dropped as a whole: aiokafka may never recover by itself."""

    def __init__(self, bootstrap: str, *, service: str) -> None:
        self._kafka = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            client_id=service,
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            linger_ms=LINGER_MS,
            partitioner=partition_of,
            max_batch_size=BATCH_BYTES,
            max_request_size=REQUEST_BYTES_MAX,
            request_timeout_ms=10_000,
            metadata_max_age_ms=60_000,
        )
        self._broken: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Connect.

        Raises:
            BrokerUnavailable: no broker answered within START_TIMEOUT_S.
        """
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await self._kafka.start()
        except (KafkaError, OSError, TimeoutError) as error:
            await self.drop()
            raise BrokerUnavailable(f"no connection to Kafka: {error!r}") from error

    async def send(self, messages: Sequence[Message], *, timeout_s: float) -> list[Sent]:
        """Send and await every acknowledgement; the results stand in the order of the messages.

        Raises:
            BrokerUnavailable: one of them failed or is not acknowledged in time; the others may have arrived.
            RecordTooLarge: one of them can never be sent.
        """
        try:
            async with asyncio.timeout(timeout_s):
                waiting = [await self._enqueue(message) for message in messages]
                await self._all_acknowledged(waiting)
        except TimeoutError:
            raise BrokerUnavailable(f"no acknowledgement within {timeout_s:g} s") from None
        except MessageSizeTooLargeError as error:
            raise RecordTooLarge(str(error)) from error
        except KafkaError as error:
            raise BrokerUnavailable(f"Kafka refused: {error!r}") from error
        return [_sent(future.result()) for future in waiting]

    async def _enqueue(self, message: Message) -> asyncio.Future[RecordMetadata]:
        future: asyncio.Future[RecordMetadata] = await self._kafka.send(
            message.topic,
            key=message.key.encode(),
            value=message.value,
            headers=[(name, text.encode()) for name, text in message.headers.items()],
        )
        return future

    async def _all_acknowledged(self, waiting: Sequence[asyncio.Future[RecordMetadata]]) -> None:
        together: asyncio.Future[Any] = asyncio.gather(*waiting)
        together.add_done_callback(_consume)
        done, _ = await asyncio.wait({together, self._broken}, return_when=asyncio.FIRST_COMPLETED)
        for future in done:
            future.result()

    async def stop(self) -> None:
        """Deliver what is pending, within a bound, and close."""
        with contextlib.suppress(TimeoutError, KafkaError, OSError):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._kafka.stop()
        await self.drop()

    async def drop(self) -> None:
        """Close at once. Whoever still waits for an acknowledgement learns that it will not come."""
        if not self._broken.done():
            self._broken.set_exception(BrokerUnavailable("the connection to Kafka was dropped"))
            self._broken.add_done_callback(_consume)
        # There is no public way to give up what an idempotent producer repeats for ever.
        kafka = self._kafka
        kafka._closed = True  # noqa: SLF001
        sender = kafka._sender.sender_task if kafka._sender is not None else None  # noqa: SLF001
        with contextlib.suppress(TimeoutError, KafkaError, OSError, asyncio.CancelledError):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                if sender is not None:
                    sender.cancel()
                await kafka.client.close()


def _consume(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()


def _sent(metadata: RecordMetadata) -> Sent:
    if metadata.offset < 0:
        raise BrokerUnavailable("Kafka kept the record but did not say where")
    return Sent(metadata.topic, metadata.partition, metadata.offset)
