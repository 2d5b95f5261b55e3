"""Publish what was read, if it changed: first Kafka's acknowledgement, then hashes and cursor move together.

A crash in between publishes again with a higher version, which changes nothing downstream. Offsets of what was published
are kept, so that a sync report can name what it covers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_contracts.envelope import Event
from trueup_kit.leases import Held, Leases
from trueup_kit.messages import Sent
from trueup_kit.postgres import raw
from trueup_kit.producer import Producer

__all__ = ["Held", "Leases", "ObservationPublisher", "Published"]

T = TypeVar("T")
CHUNK = 20_000
IGNORED = frozenset({"version", "observed_at"})
Then = Callable[["asyncpg.Connection[asyncpg.Record]"], Awaitable[None]]

KNOWN = "SELECT key, hash FROM published WHERE key = ANY ($1::text[])"
# Sorted by key: two writers lock in the same order.
REMEMBER = """
INSERT INTO published (key, hash)
SELECT key, hash FROM unnest($1::text[], $2::bytea[]) AS added (key, hash) ORDER BY key
ON CONFLICT (key) DO UPDATE SET hash = excluded.hash
"""
REMEMBER_OFFSETS = """
INSERT INTO published_offsets AS kept (topic, partition, last_offset)
SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[]) AS added (topic, partition, last_offset)
ORDER BY topic, partition
ON CONFLICT (topic, partition) DO UPDATE SET last_offset = greatest(kept.last_offset, excluded.last_offset)
"""
SAVE_CURSOR = (
    "INSERT INTO cursors (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


@dataclass(frozen=True)
class Published:
    """How many events were sent, and how many had not changed."""

    sent: int
    unchanged: int

    def __add__(self, other: Published) -> Published:
        return Published(self.sent + other.sent, self.unchanged + other.unchanged)


class ObservationPublisher:
    """Publishes observations of one service under its leases."""

    def __init__(self, engine: AsyncEngine, producer: Producer, *, service: str) -> None:
        self._engine = engine
        self._producer = producer
        self._service = service

    async def publish_changed(
        self, held: Held, events: Iterable[Event], *, ignore: Collection[str] = IGNORED, then: Then | None = None
    ) -> Published:
        """Publish those events whose content differs from what was last published of their key.

        Works through `events` in chunks, so an iterator of any length fits. `then` is called in the transaction that
        remembers the last chunk: move the cursor there. With no events it is called all the same.

        Raises:
            LeaseLost: the lease is gone; what was not yet sent stays unsent.
            BrokerUnavailable: not acknowledged; hashes and cursor did not move, the next pull sends it again.
        """
        total = Published(0, 0)
        chunks = _chunks(events)
        chunk = next(chunks, [])
        while True:
            following = next(chunks, None)
            total += await self._publish(held, chunk, frozenset(ignore), then if following is None else None)
            if following is None:
                return total
            chunk = following

    async def _publish(
        self, held: Held, events: Sequence[Event], ignore: frozenset[str], then: Then | None
    ) -> Published:
        hashes = {event.key(): content_hash(event, ignore) for event in events}
        known = await self._known(list(hashes))
        changed = [event for event in events if known.get(event.key()) != hashes[event.key()]]
        await held.confirm()
        sent = await self._producer.publish_all(changed)
        await self._remember({event.key(): hashes[event.key()] for event in changed}, sent, then)
        return Published(len(changed), len(events) - len(changed))

    async def _known(self, keys: Sequence[str]) -> dict[str, bytes]:
        if not keys:
            return {}
        async with self._engine.connect() as conn:
            rows = await (await raw(conn)).fetch(KNOWN, keys)
        return {row["key"]: row["hash"] for row in rows}

    async def _remember(self, hashes: dict[str, bytes], sent: Sequence[Sent], then: Then | None) -> None:
        highest: dict[tuple[str, int], int] = {}
        for one in sent:
            place = (one.topic, one.partition)
            highest[place] = max(one.offset, highest.get(place, -1))
        if not hashes and then is None:
            return
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            await driver.execute(REMEMBER, list(hashes), list(hashes.values()))
            topics, partitions = [topic for topic, _ in highest], [partition for _, partition in highest]
            await driver.execute(REMEMBER_OFFSETS, topics, partitions, list(highest.values()))
            if then is not None:
                await then(driver)

    async def offsets(self) -> dict[str, dict[str, int]]:
        """topic → partition (as text) → the highest offset ever published: what a sync report covers."""
        async with self._engine.connect() as conn:
            rows = await (await raw(conn)).fetch("SELECT topic, partition, last_offset FROM published_offsets")
        found: dict[str, dict[str, int]] = {}
        for row in rows:
            found.setdefault(row["topic"], {})[str(row["partition"])] = row["last_offset"]
        return found

    async def cursor(self, name: str) -> str | None:
        """What `save_cursor` last kept."""
        async with self._engine.connect() as conn:
            value: str | None = await (await raw(conn)).fetchval("SELECT value FROM cursors WHERE name = $1", name)
            return value

    @staticmethod
    async def save_cursor(conn: asyncpg.Connection[asyncpg.Record], name: str, value: str) -> None:
        """Keep a cursor, in the transaction of `conn`."""
        await conn.execute(SAVE_CURSOR, name, value)


def content_hash(event: Event, ignore: frozenset[str]) -> bytes:
    """What an event says, without the fields that differ at every look; 16 bytes."""
    content = event.model_dump_json(exclude=set(ignore), exclude_none=True)
    return hashlib.blake2b(f"{event.type}\n{content}".encode(), digest_size=16).digest()


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
