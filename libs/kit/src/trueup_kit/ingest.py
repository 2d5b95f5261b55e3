"""Read a source and publish what changed, under one lease: hashes, offsets and cursors move with the acknowledgement."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_contracts.envelope import Event
from trueup_kit.errors import LeaseLost
from trueup_kit.leases import Held, Lease, Leases
from trueup_kit.postgres import raw
from trueup_kit.producer import Producer

__all__ = ["Held", "Lease", "LeaseLost", "Leases", "ObservationPublisher", "Published", "content_hash"]

CHUNK = 10_000
IGNORED = ("version", "observed_at")
Key = tuple[str, str]
"""Topic and record key."""
Then = Callable[["asyncpg.Connection[asyncpg.Record]"], Awaitable[None]]

_KNOWN = """
SELECT known.topic, known.key, known.hash
FROM unnest($1::text[], $2::text[]) AS asked (topic, key) JOIN published AS known USING (topic, key)
"""
_FORGET = """
DELETE FROM published USING unnest($1::text[], $2::text[]) AS asked (topic, key)
WHERE published.topic = asked.topic AND published.key = asked.key
"""
_REMEMBER = """
INSERT INTO published (topic, key, hash) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
ON CONFLICT (topic, key) DO UPDATE SET hash = excluded.hash
"""
_ADVANCE = """
INSERT INTO published_offsets AS known (topic, partition, last_offset)
SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[])
ON CONFLICT (topic, partition) DO UPDATE SET last_offset = greatest(known.last_offset, excluded.last_offset)
"""
_CLAIM_CURSOR = "INSERT INTO cursors (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"
_SAVE_CURSOR = """
INSERT INTO cursors (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""


@dataclass(frozen=True, slots=True)
class Published:
    """How many events were sent, and how many said nothing new."""

    sent: int
    unchanged: int

    def __add__(self, other: Published) -> Published:
        return Published(self.sent + other.sent, self.unchanged + other.unchanged)


class ObservationPublisher:
    """Publishes only what changed since it was last published, by content."""

    def __init__(self, engine: AsyncEngine, producer: Producer, *, service: str) -> None:
        self._engine = engine
        self._producer = producer
        self._service = service

    async def publish_changed(
        self, held: Held, events: Iterable[Event], *, ignore: Collection[str] = IGNORED, then: Then | None = None
    ) -> Published:
        """Publish the events whose content differs from what their key was last published with.

        Works through `events` in chunks, so an iterator of any length fits; what a chunk published is remembered before
        the next one. `ignore` names fields that are no content. `then` runs in the transaction that remembers the last
        chunk: the place for a cursor; without events it runs all the same. Repeating the call after any error is harmless.

        Raises:
            LeaseLost: nothing more is sent or remembered; discard what was read.
            BrokerUnavailable: some of the chunk may have arrived; all of it is sent again next time.
            ValueError: a key came again in a later chunk: one version cannot order the two. In one chunk the last counts.
        """
        seen: set[Key] = set()
        total = Published(0, 0)
        chunks = chunked(events)
        chunk = next(chunks, [])
        while True:
            following = next(chunks, None)
            total += await self._publish(held, _unique(chunk, seen, ignore), then if following is None else None)
            if following is None:
                return total
            chunk = following

    async def _publish(self, held: Held, found: Mapping[Key, tuple[Event, bytes]], then: Then | None) -> Published:
        await held.confirm()
        known = await self._known(list(found))
        changed = {key: one for key, one in found.items() if known.get(key) != one[1]}
        await self._forget(held, [key for key in changed if key in known])
        offsets: dict[tuple[str, int], int] = {}
        async for acknowledged in self._producer.publish_chunks(event for event, _ in changed.values()):
            for sent in acknowledged:
                place = (sent.topic, sent.partition)
                offsets[place] = max(sent.offset, offsets.get(place, 0))
        if changed or then is not None:
            await self._remember(held, {key: digest for key, (_, digest) in changed.items()}, offsets, then)
        return Published(len(changed), len(found) - len(changed))

    async def offsets(self) -> dict[str, dict[str, int]]:
        """topic → partition → the highest offset ever published here, as `SyncReportedV1.offsets` wants it."""
        async with self._engine.begin() as conn:
            rows = await (await raw(conn)).fetch("SELECT topic, partition, last_offset FROM published_offsets")
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for row in rows:
            found[row["topic"]][str(row["partition"])] = row["last_offset"]
        return dict(found)

    async def cursor(self, name: str) -> str | None:
        """The saved cursor, or None before the first."""
        async with self._engine.begin() as conn:
            value: str | None = await (await raw(conn)).fetchval("SELECT value FROM cursors WHERE name = $1", name)
        return value

    async def claim_cursor(self, name: str, value: str) -> str:
        """What this schema was first used with under a name: this value, if nobody came before."""
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            await driver.execute(_CLAIM_CURSOR, name, value)
            first: str = await driver.fetchval("SELECT value FROM cursors WHERE name = $1", name)
        return first

    @staticmethod
    async def save_cursor(conn: asyncpg.Connection[asyncpg.Record], name: str, value: str) -> None:
        """Save a cursor inside the caller's transaction (in `then`)."""
        await conn.execute(_SAVE_CURSOR, name, value)

    @staticmethod
    async def drop_cursor(conn: asyncpg.Connection[asyncpg.Record], name: str) -> None:
        """Forget a cursor inside the caller's transaction."""
        await conn.execute("DELETE FROM cursors WHERE name = $1", name)

    async def _known(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        if not keys:
            return {}
        async with self._engine.connect() as conn:
            rows = await (await raw(conn)).fetch(_KNOWN, [topic for topic, _ in keys], [key for _, key in keys])
        return {(row["topic"], row["key"]): row["hash"] for row in rows}

    async def _forget(self, held: Held, keys: Sequence[Key]) -> None:
        """Drop the hashes of what is about to be published.

        Were they kept, a crash after the acknowledgement and a source that returns to the former content would leave
        the readers with what was published in between.
        """
        if not keys:
            return
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            await held.lock(driver)
            await driver.execute(_FORGET, [topic for topic, _ in keys], [key for _, key in keys])

    async def _remember(
        self, held: Held, hashes: Mapping[Key, bytes], offsets: Mapping[tuple[str, int], int], then: Then | None
    ) -> None:
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            # Whoever lost the lease while publishing must not write over what its successor remembers.
            await held.lock(driver)
            keys = sorted(hashes)
            await driver.execute(
                _REMEMBER, [topic for topic, _ in keys], [key for _, key in keys], [hashes[key] for key in keys]
            )
            places = sorted(offsets)
            await driver.execute(
                _ADVANCE, [topic for topic, _ in places], [p for _, p in places], [offsets[place] for place in places]
            )
            if then is not None:
                await then(driver)


def content_hash(event: Event, ignore: Collection[str] = IGNORED) -> bytes:
    """16 bytes that differ when the content does. Absent and default are one: a new optional field changes nothing."""
    content = event.model_dump_json(exclude=set(ignore), exclude_none=True, exclude_defaults=True)
    return hashlib.blake2b(content.encode(), digest_size=16).digest()


def chunked(events: Iterable[Event]) -> Iterator[list[Event]]:
    """The events in lists of at most CHUNK."""
    left = iter(events)
    while some := list(islice(left, CHUNK)):
        yield some


def _unique(chunk: Sequence[Event], seen: set[Key], ignore: Collection[str]) -> dict[Key, tuple[Event, bytes]]:
    found: dict[Key, tuple[Event, bytes]] = {}
    for event in chunk:
        key, digest = (event.topic, event.key()), content_hash(event, ignore)
        if key in seen:
            raise ValueError(f"{key[1]} came twice on {key[0]} in one publication; keep the newest of each key")
        found[key] = (event, digest)
    seen.update(found)
    return found
