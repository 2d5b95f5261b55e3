"""Publish to Kafka and know that it arrived, through restarts of the broker.

An idempotent aiokafka producer can stay dead for ever after a broker restart. So every acknowledgement is awaited,
within a bound, and any failure replaces the whole connection. Callers keep their cursor, outbox row or answer until
the acknowledgement is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time as clock
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice

import prometheus_client

from trueup_contracts.envelope import Event
from trueup_kit.connection import Connection
from trueup_kit.errors import BrokerUnavailable
from trueup_kit.logs import get_logger
from trueup_kit.messages import Message, Sent, to_message

__all__ = ["BrokerUnavailable", "Message", "Producer", "Sent", "to_message"]

log = get_logger(__name__)
CHUNK = 2000
CHUNK_ACKNOWLEDGED_PER_S = 200
"""The slowest rate at which a chunk is still waited for."""
FIRST_DELAY_S, LONGEST_DELAY_S = 0.2, 3.0
KNOWN_DOWN_WAIT_S = 1.0
PUBLISHED = prometheus_client.Counter("trueup_published_total", "Records acknowledged by Kafka", ["topic"])
REBUILT = prometheus_client.Counter(
    "trueup_producer_rebuilt_total", "Connections to Kafka that were given up and replaced"
)


class Producer:
    """Idempotent, `acks=all`; keys choose the partition. One per process; safe for concurrent use."""

    def __init__(self, bootstrap: str, *, service: str, publish_timeout_s: float = 5.0) -> None:
        self._bootstrap = bootstrap
        self._service = service
        self._timeout_s = publish_timeout_s
        self._connection: Connection | None = None
        self._ready = asyncio.Event()
        self._replace = asyncio.Event()
        self._trouble: str | None = "not connected yet"
        self._down_since: float | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to connect. Returns when connected, or after the publish timeout with connecting still under way."""
        self._keeper = asyncio.create_task(self._keep_connected(), name="producer")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._timeout_s):
                await self._ready.wait()

    async def stop(self) -> None:
        """Deliver what is pending, within a bound, and close."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        connection, self._connection = self._connection, None
        self._ready.clear()
        self._trouble = "stopped"
        if connection is not None:
            await connection.stop()

    def probe(self) -> str | None:
        """None while connected; else why nothing can be published now."""
        return self._trouble

    async def publish(self, event: Event, *, time: datetime | None = None) -> Sent:
        """Publish one event and await its acknowledgement. `time` is when it happened.

        Raises:
            BrokerUnavailable: not acknowledged within the publish timeout; it may have arrived all the same.
        """
        return (await self._send([to_message(event, service=self._service, time=time)], self._timeout_s))[0]

    async def publish_raw(self, topic: str, *, key: str, value: bytes, headers: Mapping[str, str]) -> Sent:
        """Publish bytes as they are; otherwise like `publish`."""
        return (await self._send([Message(topic, key, value, headers)], self._timeout_s))[0]

    async def publish_all(self, events: Iterable[Event | Message]) -> list[Sent]:
        """Publish many and await every acknowledgement; results in the order of the events.

        Raises:
            BrokerUnavailable: at least one was not acknowledged; the others may have arrived.
        """
        return [sent async for chunk in self.publish_chunks(events) for sent in chunk]

    async def publish_chunks(self, events: Iterable[Event | Message]) -> AsyncIterator[list[Sent]]:
        """Like `publish_all`, chunk by chunk, for what is too much to hold: at most two chunks are in flight."""
        ahead: asyncio.Task[list[Sent]] | None = None
        try:
            for chunk in self._chunks(events):
                following = asyncio.create_task(
                    self._send(chunk, self._timeout_s + len(chunk) / CHUNK_ACKNOWLEDGED_PER_S)
                )
                # Let it enqueue before the former chunk is awaited, so that Kafka never idles.
                await asyncio.sleep(0)
                former, ahead = ahead, following
                if former is not None:
                    yield await former
            if ahead is not None:
                yield await ahead
        finally:
            if ahead is not None and not ahead.done():
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)

    def _chunks(self, events: Iterable[Event | Message]) -> Iterator[list[Message]]:
        left = iter(events)
        while some := list(islice(left, CHUNK)):
            now = datetime.now(UTC)
            yield [e if isinstance(e, Message) else to_message(e, service=self._service, time=now) for e in some]

    async def _send(self, messages: list[Message], timeout_s: float) -> list[Sent]:
        started = clock.monotonic()
        connection = await self._connected(min(timeout_s, self._timeout_s))
        try:
            sent = await connection.send(messages, timeout_s=max(0.1, timeout_s - (clock.monotonic() - started)))
        except BrokerUnavailable as error:
            self._give_up(connection, str(error))
            raise
        for topic, count in Counter(message.topic for message in messages).items():
            PUBLISHED.labels(topic).inc(count)
        return sent

    async def _connected(self, timeout_s: float) -> Connection:
        known_down = self._down_since is not None and clock.monotonic() - self._down_since > KNOWN_DOWN_WAIT_S
        try:
            async with asyncio.timeout(min(timeout_s, KNOWN_DOWN_WAIT_S) if known_down else timeout_s):
                await self._ready.wait()
        except TimeoutError:
            raise BrokerUnavailable(f"Kafka: {self._trouble}") from None
        if self._connection is None:
            raise BrokerUnavailable(f"Kafka: {self._trouble}")
        return self._connection

    def _give_up(self, connection: Connection, reason: str) -> None:
        if connection is self._connection:
            self._ready.clear()
            self._trouble = reason
            self._down_since = self._down_since or clock.monotonic()
            self._replace.set()

    async def _keep_connected(self) -> None:
        delay_s = FIRST_DELAY_S
        while True:
            try:
                connection = Connection(self._bootstrap, service=self._service)
                await connection.start()
            except BrokerUnavailable as error:
                if self._down_since is None:
                    log.warning("Kafka is not reachable", error=str(error))
                    self._down_since = clock.monotonic()
                self._trouble = str(error)
                await asyncio.sleep(delay_s * random.uniform(0.5, 1.0))
                delay_s = min(delay_s * 2, LONGEST_DELAY_S)
                continue
            delay_s = FIRST_DELAY_S
            await self._serve(connection)

    async def _serve(self, connection: Connection) -> None:
        if self._down_since is not None:
            log.info("connected to Kafka", after_s=round(clock.monotonic() - self._down_since, 1))
        self._connection, self._trouble, self._down_since = connection, None, None
        self._replace.clear()
        self._ready.set()
        await self._replace.wait()
        log.warning("giving up the connection to Kafka", error=self._trouble)
        REBUILT.inc()
        self._connection = None
        await connection.drop()
