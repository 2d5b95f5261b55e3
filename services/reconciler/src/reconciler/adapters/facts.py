"""Store a batch of facts: one transaction, a fixed number of statements, fence first and last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from reconciler.adapters.driver import Driver
from reconciler.adapters.fact_sql import WRITES
from reconciler.ports import wire
from reconciler.ports.facts import Accepted, Poison, Stored
from trueup_kit import dlq, outbox
from trueup_kit.consumer import Record
from trueup_kit.messages import Message
from trueup_kit.postgres import raw

_LOCK_FENCES = """
SELECT partition, next_offset FROM fences WHERE topic = $1 AND partition = ANY ($2) ORDER BY partition FOR UPDATE
"""
_ADD_FENCES = """
INSERT INTO fences (topic, partition, next_offset) SELECT $1, partition, 0 FROM unnest($2::int[]) AS r (partition)
ORDER BY partition ON CONFLICT DO NOTHING
"""
_ADVANCE_FENCES = """
UPDATE fences SET next_offset = r.next_offset
FROM unnest($2::int[], $3::bigint[]) AS r (partition, next_offset)
WHERE fences.topic = $1 AND fences.partition = r.partition AND fences.next_offset < r.next_offset
"""
_ADD_DEAD_LETTERS = """
INSERT INTO dead_letters (topic, partition, record_offset, key, source, ref, error)
SELECT $1, r.partition, r.record_offset, r.key, r.source,
       coalesce(r.ref, (SELECT d.ref FROM documents d WHERE d.document_id = r.key),
                (SELECT p.ref FROM payments p WHERE p.object_id = r.key)), r.error
FROM unnest($2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
     AS r (partition, record_offset, key, source, ref, error)
ON CONFLICT DO NOTHING
"""
# A later record of the same key that could be read heals what could not be read before.
_HEAL = """
WITH gone AS (DELETE FROM dead_letters WHERE topic = $1 AND key = ANY ($2::text[]) RETURNING source, ref)
SELECT source, ref FROM gone
"""
_ANY_DEAD = "SELECT EXISTS (SELECT 1 FROM dead_letters WHERE topic = $1)"
_MARK_REFS = """
INSERT INTO dirt (refs) SELECT array_agg(ref) FROM (
    SELECT unnest($1::text[]) AS ref
    UNION SELECT ref FROM links WHERE split_part(ref, ':', 1) = ANY ($2::text[])) r
HAVING count(*) > 0
"""


class PostgresFacts:
    """The store of facts. Safe to call from several owners of one partition: the fence row lets one through."""

    def __init__(self, engine: AsyncEngine, *, service: str) -> None:
        self._engine = engine
        self._service = service

    async def next_offsets(self, topic: str, partitions: Sequence[int]) -> dict[int, int]:
        """The fences of these partitions, as far as they exist."""
        async with self._engine.connect() as conn:
            driver = await raw(conn)
            rows = await driver.fetch(
                "SELECT partition, next_offset FROM fences WHERE topic = $1 AND partition = ANY ($2)",
                topic,
                list(partitions),
            )
            return {row["partition"]: row["next_offset"] for row in rows}

    async def store(self, topic: str, accepted: Sequence[Accepted], poison: Sequence[Poison]) -> Stored:
        """Store one batch in one transaction; any database error leaves nothing of it behind."""
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            ends = _ends([*accepted, *poison])
            fences = await _lock_fences(driver, topic, sorted(ends))
            fresh = [one for one in accepted if one.record.offset >= fences[one.record.partition]]
            bad = [one for one in poison if one.record.offset >= fences[one.record.partition]]
            applied = await self._write(driver, topic, fresh)
            await self._divert(conn, driver, topic, bad)
            await driver.execute(_ADVANCE_FENCES, topic, list(ends), list(ends.values()))
        dropped = len(accepted) + len(poison) - len(fresh) - len(bad)
        return Stored(applied=applied, dropped=dropped, diverted=len(bad))

    async def _write(self, driver: Driver, topic: str, fresh: Sequence[Accepted]) -> int:
        """Upsert in the order of the keys: every writer locks in the same order, so none waits for the other."""
        facts = newest(fresh)
        if not facts:
            return 0
        write = WRITES[topic]
        applied: int = await driver.fetchval(write.sql, *write.columns([one.fact for one in facts]))
        if await driver.fetchval(_ANY_DEAD, topic):
            healed = await driver.fetch(_HEAL, topic, [one.key for one in facts])
            await _mark(driver, [(row["source"], row["ref"]) for row in healed])
        return applied

    async def _divert(self, conn: AsyncConnection, driver: Driver, topic: str, bad: Sequence[Poison]) -> None:
        if not bad:
            return
        await outbox.append(conn, [_letter(one, self._service) for one in bad], service=self._service)
        await driver.execute(
            _ADD_DEAD_LETTERS,
            topic,
            [one.record.partition for one in bad],
            [one.record.offset for one in bad],
            [one.key for one in bad],
            [one.source for one in bad],
            [one.ref for one in bad],
            [one.error for one in bad],
        )
        rows = await driver.fetch(
            "SELECT DISTINCT source, ref FROM dead_letters WHERE topic = $1 AND record_offset = ANY ($2)",
            topic,
            [one.record.offset for one in bad],
        )
        await _mark(driver, [(row["source"], row["ref"]) for row in rows])


def newest(accepted: Sequence[Accepted]) -> list[Accepted]:
    """The newest version per key of one topic, sorted by key.

    Every report and every step of a retry is kept: each counts on its own. A retry is told by its attempt: the record's
    key is only the invoice that it is about.
    """
    fact = accepted[0].fact if accepted else None
    if isinstance(fact, wire.Sync):
        slots: list[Any] = [(one.key, one.fact.version) for one in accepted]
    elif isinstance(fact, (wire.RetryRequested, wire.RetrySettled)):
        slots = [(one.fact.attempt_id, one.fact.version) for one in accepted]  # type: ignore[union-attr]
    else:
        slots = [one.key for one in accepted]
    best: dict[Any, Accepted] = dict(zip(slots, accepted, strict=True))
    if len(best) < len(accepted):  # seldom: some come twice
        best = {}
        for slot, one in zip(slots, accepted, strict=True):
            held = best.get(slot)
            if held is None or held.fact.version < one.fact.version:
                best[slot] = one
    return [best[slot] for slot in sorted(best)]


async def _lock_fences(driver: Driver, topic: str, partitions: Sequence[int]) -> dict[int, int]:
    rows = await driver.fetch(_LOCK_FENCES, topic, partitions)
    if len(rows) < len(partitions):
        await driver.execute(_ADD_FENCES, topic, partitions)
        rows = await driver.fetch(_LOCK_FENCES, topic, partitions)
    return {row["partition"]: row["next_offset"] for row in rows}


async def mark_refs(driver: Driver, refs: Sequence[str], sources: Sequence[str]) -> None:
    """Dirty these refs, and every linked ref of these sources."""
    if refs or sources:
        await driver.execute(_MARK_REFS, refs, sources)


async def _mark(driver: Driver, concerned: Iterable[tuple[str | None, str | None]]) -> None:
    """Dirty the refs; where none is known, every linked ref of the source."""
    pairs = list(concerned)
    refs = [ref for _, ref in pairs if ref is not None]
    await mark_refs(driver, refs, [source for source, ref in pairs if ref is None and source is not None])


def _ends(batch: Iterable[Accepted | Poison]) -> dict[int, int]:
    """Partition → the offset behind its last record in this batch."""
    ends: dict[int, int] = {}
    for one in batch:
        record = one.record
        if ends.get(record.partition, 0) <= record.offset:
            ends[record.partition] = record.offset + 1
    return ends


def _letter(one: Poison, service: str) -> Message:
    record = Record(
        topic=one.record.topic,
        partition=one.record.partition,
        offset=one.record.offset,
        key=one.key,
        value=one.record.value or b"",
        headers=dict(one.record.headers),
        timestamp_ms=0,
    )
    return dlq.dead_letter(record, one.error, service=service)
