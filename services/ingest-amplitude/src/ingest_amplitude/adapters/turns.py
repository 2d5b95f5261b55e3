"""Turns at reading: the lease, versions under it, publishing with everything that is remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_amplitude.adapters.memory import (
    EXPORT_END,
    columns,
    write_definitions,
    write_hours,
    write_standings,
    write_unread,
)
from ingest_amplitude.adapters.messages import UsageMessages
from ingest_amplitude.domain.arrivals import Arrivals
from ingest_amplitude.domain.buckets import Key, Totals
from ingest_amplitude.ports import Exported, Step
from trueup_contracts.envelope import Event
from trueup_contracts.usage import UsageObservedV1
from trueup_kit import pulls
from trueup_kit.ingest import Held, Leases, ObservationPublisher
from trueup_kit.postgres import raw
from trueup_kit.producer import Producer

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
LEASE = "usage"
BORROW_WAIT_S = 3600.0
"""A pull of 12,000 accounts costs more than five minutes give and takes a quarter of an hour or more; see `pace`."""
ROWS_MAX = 10_000
NOT_EXPORTED = (None, None)

DOUBT = """
INSERT INTO buckets (metric, day, account_id, unsure)
SELECT metric, day, account_id, true FROM unnest($1::text[], $2::date[], $3::text[]) AS about (metric, day, account_id)
ON CONFLICT (metric, day, account_id) DO UPDATE SET unsure = true
"""
WRITE = """
INSERT INTO buckets AS known (metric, day, account_id, exported, exported_since, shown)
SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::numeric[], $5::timestamptz[], $6::numeric[])
ON CONFLICT (metric, day, account_id) DO UPDATE
SET exported = coalesce(excluded.exported, known.exported),
    exported_since = CASE WHEN excluded.exported IS NULL THEN known.exported_since ELSE excluded.exported_since END,
    shown = coalesce(excluded.shown, known.shown),
    unsure = known.unsure AND excluded.shown IS NULL
"""
PLACE = """
INSERT INTO accounts (account_id, partition) SELECT * FROM unnest($1::text[], $2::int[])
ON CONFLICT (account_id) DO UPDATE SET partition = excluded.partition
"""
ADVANCE = """
INSERT INTO published_offsets AS known (topic, partition, last_offset)
SELECT $1, * FROM unnest($2::int[], $3::bigint[])
ON CONFLICT (topic, partition) DO UPDATE SET last_offset = greatest(known.last_offset, excluded.last_offset)
"""


@dataclass(frozen=True, slots=True)
class LeasedTurn:
    """The port `Turn`, while the lease is held."""

    engine: AsyncEngine
    held: Held
    publisher: ObservationPublisher
    producer: Producer
    messages: UsageMessages

    async def version(self) -> int:
        """See the port."""
        return await self.held.next_version()

    async def publish(
        self,
        totals: Totals,
        *,
        version: int,
        observed_at: datetime,
        step: Step,
        earlier: Arrivals = MappingProxyType({}),
    ) -> int:
        """See the port. The content of a bucket is its quantity, so the buckets themselves serve as hashes."""
        keys = sorted(totals)
        await self._doubt(keys)
        offsets: dict[int, int] = {}
        if keys:
            messages = self.messages.of(totals, version=version, observed_at=observed_at, earlier=earlier)
            async for chunk in self.producer.publish_chunks(messages):
                for sent in chunk:
                    offsets[sent.partition] = max(sent.offset, offsets.get(sent.partition, -1))
        async with self.engine.begin() as conn:
            driver = await raw(conn)
            # Whoever lost the lease while publishing must not write over what its successor remembers.
            await self.held.lock(driver)
            await _write_buckets(driver, step.exported, totals)
            await _write_step(driver, step)
            await driver.execute(ADVANCE, UsageObservedV1.topic, list(offsets), list(offsets.values()))
        return len(keys)

    async def _doubt(self, keys: Sequence[Key]) -> None:
        """Mark what is about to be published.

        A crash after the acknowledgement and a source that returns to the former value would otherwise leave the readers
        with what was published in between.
        """
        async with self.engine.begin() as conn:
            driver = await raw(conn)
            await self.held.lock(driver)
            for some in _chunked(keys):
                await driver.execute(DOUBT, *columns(some))

    async def report(self, event: Event) -> None:
        """See the port."""
        await self.held.confirm()
        await self.producer.publish(event)

    async def offsets(self) -> dict[str, dict[str, int]]:
        """See the port."""
        return await self.publisher.offsets()


async def _write_buckets(driver: Connection, exported: Mapping[Key, Exported], shown: Totals) -> None:
    for some in _chunked(sorted(exported.keys() | shown.keys())):
        of_export = [exported.get(key, NOT_EXPORTED) for key in some]
        await driver.execute(
            WRITE,
            *columns(some),
            [total for total, _ in of_export],
            [since for _, since in of_export],
            [shown.get(key) for key in some],
        )


async def _write_step(driver: Connection, step: Step) -> None:
    if step.placed:
        await driver.execute(PLACE, list(step.placed), list(step.placed.values()))
    if step.standings:
        await write_standings(driver, step.standings)
    if step.unread:
        await write_unread(driver, step.unread)
    await write_hours(driver, step)
    if step.definitions:
        await write_definitions(driver, step.definitions, step.forgotten)
    if step.export_end is not None:
        await ObservationPublisher.save_cursor(driver, EXPORT_END, step.export_end.isoformat())


def _chunked(keys: Sequence[Key]) -> list[Sequence[Key]]:
    return [keys[start : start + ROWS_MAX] for start in range(0, len(keys), ROWS_MAX)]


class Turns:
    """Gives the turn to one replica at a time."""

    def __init__(
        self,
        engine: AsyncEngine,
        leases: Leases,
        publisher: ObservationPublisher,
        producer: Producer,
        messages: UsageMessages,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._turns = pulls.Turns(engine, leases, publisher, clock, scope=LEASE)
        self._publisher = publisher
        self._producer = producer
        self._messages = messages

    @asynccontextmanager
    async def open(self, fresh_s: float) -> AsyncIterator[LeasedTurn | None]:
        """See `pulls.Turns.open`."""
        async with self._turns.open(fresh_s) as held:
            yield None if held is None else self._of(held)

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[LeasedTurn]:
        """See `pulls.Turns.borrow`."""
        async with self._turns.borrow(BORROW_WAIT_S) as held:
            yield self._of(held)

    def _of(self, held: Held) -> LeasedTurn:
        return LeasedTurn(self._engine, held, self._publisher, self._producer, self._messages)
