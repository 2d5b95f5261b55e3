"""What earlier pulls left behind, in the service's own schema."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias, cast

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_quickbooks.domain.paging import Place
from ingest_quickbooks.domain.snapshots import Entity
from ingest_quickbooks.ports import Known, ObjectId, OpenGap, Progress, Step
from trueup_kit.ingest import ObservationPublisher
from trueup_kit.postgres import raw

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
CURSOR, LOAD = "changes", "load"

KNOWN = """
SELECT entity, external_id, ref, value, deleted
FROM unnest($1::text[], $2::text[]) AS asked (entity, external_id) JOIN objects USING (entity, external_id)
"""
# A gap of an object that stands goes with the object: it may be younger than what the sweep met.
_NAMELESS = """
NOT EXISTS (SELECT FROM objects AS known
    WHERE known.entity = gaps.entity AND known.external_id = gaps.external_id AND NOT known.deleted)
"""
UNSEEN = f"""
SELECT entity, external_id FROM objects
WHERE entity = ANY($1) AND NOT deleted AND (seen_at IS NULL OR seen_at < $2)
UNION ALL SELECT entity, external_id FROM gaps
WHERE entity = ANY($1) AND (seen_at IS NULL OR seen_at < $2) AND {_NAMELESS}
ORDER BY entity, external_id
"""
STANDING = f"""
SELECT (SELECT count(*) FROM objects WHERE entity = $1 AND NOT deleted)
     + (SELECT count(*) FROM gaps WHERE entity = $1 AND {_NAMELESS}) AS standing
"""
MET = f"""
SELECT (SELECT count(*) FROM objects WHERE entity = $1 AND seen_at >= $2 AND NOT deleted)
     + (SELECT count(*) FROM gaps WHERE entity = $1 AND seen_at >= $2 AND {_NAMELESS}) AS met
"""
# A mistyped company, of which nothing was ever read, must not stand in the way of the right one.
FORGET_REALM = """
DELETE FROM cursors WHERE name = 'realm' AND NOT EXISTS (SELECT FROM objects) AND NOT EXISTS (SELECT FROM gaps)
    AND NOT EXISTS (SELECT FROM cursors AS read WHERE read.name IN ('changes', 'load'))
"""
REMEMBER = """
INSERT INTO objects (entity, external_id, ref, value, deleted)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::boolean[])
ON CONFLICT (entity, external_id) DO UPDATE SET ref = excluded.ref, value = excluded.value, deleted = excluded.deleted
"""
STAMP = """
UPDATE objects SET seen_at = $3 FROM unnest($1::text[], $2::text[]) AS met (entity, external_id)
WHERE objects.entity = met.entity AND objects.external_id = met.external_id
"""
OPEN_GAPS = """
INSERT INTO gaps (entity, external_id, ref, detail, seen_at)
SELECT *, $5::timestamptz FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (entity, external_id) DO UPDATE
SET ref = excluded.ref, detail = excluded.detail, seen_at = coalesce(excluded.seen_at, gaps.seen_at)
"""
CLOSE_GAPS = """
DELETE FROM gaps USING unnest($1::text[], $2::text[]) AS good (entity, external_id)
WHERE gaps.entity = good.entity AND gaps.external_id = good.external_id
"""


class PostgresMemory:
    """The port `Memory`."""

    def __init__(self, engine: AsyncEngine, publisher: ObservationPublisher) -> None:
        self._engine = engine
        self._publisher = publisher

    async def claim_realm(self, realm_id: str) -> str:
        """The company whose ledger this schema remembers; the first who asks decides, once anything was read."""
        async with self._engine.begin() as conn:
            await (await raw(conn)).execute(FORGET_REALM)
        return await self._publisher.claim_cursor("realm", realm_id)

    async def cursor(self) -> datetime | None:
        """See the port."""
        text = await self._publisher.cursor(CURSOR)
        return None if text is None else datetime.fromisoformat(text)

    async def progress(self) -> Progress | None:
        """See the port."""
        text = await self._publisher.cursor(LOAD)
        return _to_progress(text) if text else None

    async def gaps(self) -> list[OpenGap]:
        """See the port."""
        rows = await self._fetch("SELECT entity, external_id, ref, detail FROM gaps ORDER BY entity, external_id")
        return [OpenGap(_entity(row), row["external_id"], row["ref"], row["detail"]) for row in rows]

    async def known(self, ids: Sequence[ObjectId]) -> dict[ObjectId, Known]:
        """See the port."""
        if not ids:
            return {}
        rows = await self._fetch(KNOWN, *_columns(ids))
        return {
            (_entity(row), row["external_id"]): Known(row["ref"], bytes(row["value"]), row["deleted"]) for row in rows
        }

    async def unseen(self, entities: Sequence[Entity], since: datetime) -> list[ObjectId]:
        """See the port."""
        rows = await self._fetch(UNSEEN, list(entities), since)
        return [(_entity(row), row["external_id"]) for row in rows]

    async def met(self, entity: Entity, since: datetime) -> int:
        """See the port."""
        rows = await self._fetch(MET, entity, since)
        return int(rows[0]["met"])

    async def standing(self, entity: Entity) -> int:
        """See the port."""
        rows = await self._fetch(STANDING, entity)
        return int(rows[0]["standing"])

    async def _fetch(self, sql: str, *values: object) -> list[asyncpg.Record]:
        async with self._engine.begin() as conn:
            return await (await raw(conn)).fetch(sql, *values)


def writing(step: Step) -> Callable[[Connection], Awaitable[None]]:
    """What is written down in the transaction that remembers the published hashes."""

    async def write(driver: Connection) -> None:
        if step.known:
            ids, known = list(step.known), list(step.known.values())
            values = [one.value for one in known], [one.deleted for one in known]
            await driver.execute(REMEMBER, *_columns(ids), [one.ref for one in known], *values)
        if step.seen:
            await driver.execute(STAMP, *_columns(step.seen), step.seen_at)
        if step.gaps_closed:
            await driver.execute(CLOSE_GAPS, *_columns(step.gaps_closed))
        if step.gaps_opened:
            gaps = step.gaps_opened
            ids = [(gap.entity, gap.external_id) for gap in gaps]
            refs, details = [gap.ref for gap in gaps], [gap.detail for gap in gaps]
            await driver.execute(OPEN_GAPS, *_columns(ids), refs, details, step.seen_at)
        await _write_cursors(driver, step)

    return write


async def _write_cursors(driver: Connection, step: Step) -> None:
    if step.cursor is not None:
        await ObservationPublisher.save_cursor(driver, CURSOR, step.cursor.isoformat())
    if step.load_done:
        await ObservationPublisher.save_cursor(driver, LOAD, "")
    elif step.progress is not None:
        await ObservationPublisher.save_cursor(driver, LOAD, _from_progress(step.progress))


def _columns(ids: Sequence[ObjectId]) -> tuple[list[str], list[str]]:
    return [entity for entity, _ in ids], [external_id for _, external_id in ids]


def _entity(row: asyncpg.Record) -> Entity:
    return cast("Entity", row["entity"])


def _from_progress(progress: Progress) -> str:
    since = progress.place.since
    return json.dumps(
        {
            "sweep_at": progress.sweep_at.isoformat(),
            "entity": progress.entity,
            "since": None if since is None else since.isoformat(),
            "start": progress.place.start,
        }
    )


def _to_progress(text: str) -> Progress:
    found = json.loads(text)
    since = None if found["since"] is None else datetime.fromisoformat(found["since"])
    return Progress(datetime.fromisoformat(found["sweep_at"]), found["entity"], Place(since, found["start"]))
