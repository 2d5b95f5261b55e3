"""Scopes, waiting reports and watermarks in PostgreSQL; one counter at a time by an advisory lock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from reconciler.adapters.driver import Driver
from reconciler.adapters.facts import mark_refs
from reconciler.ports import wire
from reconciler.ports.scopes import Dirt, ScopeRecord, ScopeTurn, SourceLine
from trueup_kit.postgres import raw
from trueup_readmodel.payload import SourcePayload, Watermark

_LOCK = 7_205_759_404_101
_sync = wire.decoder(wire.Sync)

_OLDEST_DIRT = """
SELECT min(seq) FROM (
    SELECT min(seq) AS seq FROM dirt
    UNION ALL SELECT min(first_seq) FROM dirty_accounts WHERE failures = 0
    UNION ALL SELECT min(seq) FROM relink_wanted) d
"""
_RECORDS = """
SELECT key, complete::text AS complete, holes::text AS holes, latest::text AS latest, shown_version, gate_seq,
       gate::text AS gate
FROM scopes ORDER BY key
"""
_SAVE = """
INSERT INTO scopes (key, source, scope, version, complete, holes, latest, shown_version, gate_seq, gate)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb, $7::text::jsonb, $8, $9, $10::text::jsonb)
ON CONFLICT (key) DO UPDATE
SET version = excluded.version, complete = excluded.complete, holes = excluded.holes, latest = excluded.latest,
    shown_version = excluded.shown_version, gate_seq = excluded.gate_seq, gate = excluded.gate
"""
_SHOW = """
INSERT INTO read_model.watermarks (key, source, scope, as_of, entries) VALUES ($1, $2, $3, $4, $5::text::jsonb)
ON CONFLICT (key) DO UPDATE SET as_of = excluded.as_of, entries = excluded.entries
"""
_BANNER = """
INSERT INTO read_model.sources (source, state, as_of, reason, error, since, payload)
VALUES ($1, $2, $3, $4, $5, now(), $6::text::jsonb)
ON CONFLICT (source) DO UPDATE
SET as_of = excluded.as_of, reason = excluded.reason, error = excluded.error, payload = excluded.payload,
    state = excluded.state, since = CASE WHEN sources.state = excluded.state THEN sources.since ELSE now() END
"""


class PostgresScopes:
    """See `ScopeStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[ScopeTurn | None]:
        """One transaction under the lock, or None while another process has it."""
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            if await driver.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
                yield _Turn(driver)
            else:
                yield None


class _Turn:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def waiting(self) -> Sequence[wire.Sync]:
        rows = await self._driver.fetch("SELECT payload::text AS payload FROM reports ORDER BY key, version")
        return [_sync.decode(row["payload"]) for row in rows]

    async def fences(self) -> Mapping[str, Mapping[int, int]]:
        found: dict[str, dict[int, int]] = {}
        for row in await self._driver.fetch("SELECT topic, partition, next_offset FROM fences"):
            found.setdefault(row["topic"], {})[row["partition"]] = row["next_offset"]
        return found

    async def records(self) -> Mapping[str, ScopeRecord]:
        rows = await self._driver.fetch(_RECORDS)
        return {row["key"]: to_record(row) for row in rows}

    async def wide_dead_letters(self) -> frozenset[str]:
        sql = "SELECT DISTINCT source FROM dead_letters WHERE ref IS NULL AND source IS NOT NULL"
        return frozenset(row["source"] for row in await self._driver.fetch(sql))

    async def save(self, records: Sequence[ScopeRecord], dirt: Dirt) -> None:
        await self._driver.executemany(_SAVE, [_from_record(record) for record in records])
        absorbed = [(record.key, record.latest.version) for record in records]
        await self._driver.executemany("DELETE FROM reports WHERE key = $1 AND version <= $2", absorbed)
        await mark_refs(self._driver, sorted(dirt.refs), sorted(dirt.sources))

    async def oldest_dirt(self) -> int | None:
        oldest: int | None = await self._driver.fetchval(_OLDEST_DIRT)
        return oldest

    async def next_seq(self) -> int:
        seq: int = await self._driver.fetchval("SELECT nextval('dirt_seq')")
        return seq

    async def show(self, records: Sequence[ScopeRecord]) -> None:
        for record in records:
            report = record.gate
            if report is not None and report.retired:
                await self._driver.execute("DELETE FROM read_model.watermarks WHERE key = $1", record.key)
            elif report is not None and report.as_of is not None:
                text = wire.encode(watermarks(report))
                await self._driver.execute(_SHOW, record.key, report.source, report.scope, report.as_of, text)

    async def banner(self, lines: Sequence[SourceLine]) -> None:
        for line in lines:
            payload = SourcePayload(scopes=line.scopes, incomplete_scopes=line.incomplete_scopes, gaps=line.gaps)
            await self._driver.execute(
                _BANNER, line.source, line.state, line.as_of, line.reason, line.error, wire.encode(payload)
            )


def watermarks(report: wire.Sync) -> list[Watermark]:
    """What a row that rests on this report says: one entry, or one per run of days."""
    if report.as_of is None:
        return []
    if not report.coverage:
        return [Watermark(source=report.source, scope=report.scope, as_of=report.as_of.isoformat())]
    entries = []
    for part in report.coverage:
        entry = Watermark(
            source=report.source, scope=report.scope, as_of=part.as_of.isoformat(), from_day=part.from_day.isoformat()
        )
        if part.to_day is not None:
            entry["to_day"] = part.to_day.isoformat()
        entries.append(entry)
    return entries


def to_record(row: asyncpg.Record) -> ScopeRecord:
    """A row of `scopes`."""
    return ScopeRecord(
        key=row["key"],
        latest=_sync.decode(row["latest"]),
        complete=_optional(row["complete"]),
        holes=_optional(row["holes"]),
        shown_version=row["shown_version"],
        gate_seq=row["gate_seq"],
        gate=_optional(row["gate"]),
    )


def _optional(text: str | None) -> wire.Sync | None:
    return None if text is None else _sync.decode(text)


def _from_record(record: ScopeRecord) -> tuple[object, ...]:
    slim = msgspec.structs.replace(record.latest, refs=None, offsets={})
    return (
        record.key,
        record.latest.source,
        record.latest.scope,
        record.latest.version,
        _text(record.complete),
        _text(record.holes),
        wire.encode(slim),
        record.shown_version,
        record.gate_seq,
        _text(record.gate),
    )


def _text(report: wire.Sync | None) -> str | None:
    return None if report is None else wire.encode(msgspec.structs.replace(report, offsets={}))
