"""What earlier pulls left behind, in the service's own schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_amplitude.domain.again import Marks
from ingest_amplitude.domain.buckets import ZERO, Key
from ingest_amplitude.domain.coverage import Coverage, Run
from ingest_amplitude.domain.unread import Unread
from ingest_amplitude.domain.windows import Hours
from ingest_amplitude.ports import Definition, Kept, Scope, Standing, Step
from trueup_kit.ingest import ObservationPublisher
from trueup_kit.postgres import raw

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
HISTORY_FROM, EXPORT_END = "history_from", "export_end"

KEPT = """
SELECT metric, day, account_id, exported, shown, unsure, exported_since
FROM unnest($1::text[], $2::date[], $3::text[]) AS asked (metric, day, account_id)
JOIN buckets USING (metric, day, account_id)
"""
SHOWN = """
SELECT metric, day, account_id, exported, shown, unsure, exported_since FROM buckets
WHERE metric = $1 AND day BETWEEN $2 AND $3 AND (shown IS NOT NULL OR unsure)
    AND ($4::text[] IS NULL OR account_id = ANY ($4))
"""
STAND = """
INSERT INTO standings (metric, partition, coverage, as_of, night, month)
SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::timestamptz[], $5::date[], $6::date[])
ON CONFLICT (metric, partition) DO UPDATE
SET coverage = excluded.coverage, as_of = excluded.as_of, night = excluded.night, month = excluded.month
"""
DEFINE = """
INSERT INTO definitions (metric, fingerprint, grain, by_export)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[])
ON CONFLICT (metric) DO UPDATE
SET fingerprint = excluded.fingerprint, grain = excluded.grain, by_export = excluded.by_export
"""
KEEP_HOURS = """
INSERT INTO exported_hours (start_at, end_at, event_ids) VALUES ($1, $2, $3)
ON CONFLICT (start_at) DO UPDATE SET end_at = excluded.end_at, event_ids = excluded.event_ids
"""
ID_BYTES = 16
LEAVE = """
INSERT INTO unread_days (metric, day, export_end) SELECT * FROM unnest($1::text[], $2::date[], $3::timestamptz[])
ON CONFLICT (metric, day) DO UPDATE SET export_end = excluded.export_end
"""
FORGET = (
    "DELETE FROM standings WHERE metric = ANY ($1)",
    "DELETE FROM unread_days WHERE metric = ANY ($1)",
    "UPDATE buckets SET exported = NULL, exported_since = NULL WHERE metric = ANY ($1)",
)


class PostgresMemory:
    """The port `Memory`."""

    def __init__(self, engine: AsyncEngine, publisher: ObservationPublisher) -> None:
        self._engine = engine
        self._publisher = publisher

    async def history_from(self, proposed: date) -> date:
        """See the port."""
        return date.fromisoformat(await self._publisher.claim_cursor(HISTORY_FROM, proposed.isoformat()))

    async def export_end(self) -> datetime | None:
        """See the port."""
        text = await self._publisher.cursor(EXPORT_END)
        return None if text is None else datetime.fromisoformat(text)

    async def exported_hours(self) -> list[Hours]:
        """See the port."""
        rows = await self._fetch("SELECT start_at, end_at FROM exported_hours ORDER BY start_at")
        return [Hours(row["start_at"], row["end_at"]) for row in rows]

    async def event_ids(self, hours: Hours) -> frozenset[int]:
        """See the port."""
        rows = await self._fetch("SELECT event_ids FROM exported_hours WHERE start_at = $1", hours.start)
        packed = rows[0]["event_ids"] if rows else b""
        return frozenset(int.from_bytes(packed[at : at + ID_BYTES]) for at in range(0, len(packed), ID_BYTES))

    async def partitions(self) -> dict[str, int]:
        """See the port."""
        return {row["account_id"]: row["partition"] for row in await self._fetch("SELECT * FROM accounts")}

    async def standings(self) -> dict[Scope, Standing]:
        """See the port."""
        return {
            (row["metric"], row["partition"]): Standing(
                _to_coverage(row["coverage"]), row["as_of"], Marks(row["night"], row["month"])
            )
            for row in await self._fetch("SELECT * FROM standings")
        }

    async def unread_days(self) -> Unread:
        """See the port."""
        found: dict[str, dict[date, datetime]] = {}
        for row in await self._fetch("SELECT metric, day, export_end FROM unread_days"):
            found.setdefault(row["metric"], {})[row["day"]] = row["export_end"]
        return found

    async def definitions(self) -> dict[str, Definition]:
        """See the port."""
        return {
            row["metric"]: Definition(row["fingerprint"], row["grain"], row["by_export"])
            for row in await self._fetch("SELECT * FROM definitions")
        }

    async def kept(self, keys: Sequence[Key]) -> dict[Key, Kept]:
        """See the port."""
        if not keys:
            return {}
        return _by_key(await self._fetch(KEPT, *columns(keys)))

    async def kept_between(
        self, metric: str, first: date, last: date, accounts: Sequence[str] | None
    ) -> dict[Key, Kept]:
        """See the port."""
        return _by_key(await self._fetch(SHOWN, metric, first, last, accounts))

    async def _fetch(self, sql: str, *values: object) -> list[asyncpg.Record]:
        async with self._engine.begin() as conn:
            return await (await raw(conn)).fetch(sql, *values)


async def write_standings(driver: Connection, standings: Mapping[Scope, Standing]) -> None:
    """Store what scopes may claim, inside the caller's transaction."""
    scopes = sorted(standings)
    await driver.execute(
        STAND,
        [metric for metric, _ in scopes],
        [partition for _, partition in scopes],
        [_from_coverage(standings[scope].coverage) for scope in scopes],
        [standings[scope].as_of for scope in scopes],
        [standings[scope].marks.night for scope in scopes],
        [standings[scope].marks.month for scope in scopes],
    )


async def write_unread(driver: Connection, unread: Unread) -> None:
    """Store which days the export does not speak of, inside the caller's transaction."""
    rows = [(metric, day, end) for metric, days in sorted(unread.items()) for day, end in sorted(days.items())]
    await driver.execute(LEAVE, *([row[place] for row in rows] for place in range(3)))


async def write_hours(driver: Connection, step: Step) -> None:
    """Store which hours are to be exported once more, inside the caller's transaction."""
    if (kept := step.exported_hours) is not None:
        packed = b"".join(number.to_bytes(ID_BYTES) for number in kept.event_ids)
        await driver.execute(KEEP_HOURS, kept.hours.start, kept.hours.end, packed)
    if (done := step.settled_hours) is not None:
        await driver.execute("DELETE FROM exported_hours WHERE start_at = $1", done.hours.start)


async def write_definitions(
    driver: Connection, definitions: Mapping[str, Definition], forgotten: Sequence[str]
) -> None:
    """Store what metrics mean, and drop what their former meaning claimed, inside the caller's transaction."""
    for sql in FORGET if forgotten else ():
        await driver.execute(sql, list(forgotten))
    found = list(definitions.values())
    await driver.execute(
        DEFINE,
        list(definitions),
        [one.fingerprint for one in found],
        [one.grain for one in found],
        [one.by_export for one in found],
    )


def columns(keys: Sequence[Key]) -> tuple[list[str], list[date], list[str]]:
    """Buckets as arrays for `unnest`."""
    return [key.metric for key in keys], [key.day for key in keys], [key.account for key in keys]


def _by_key(rows: Sequence[asyncpg.Record]) -> dict[Key, Kept]:
    # What was about to be published when the process died may stand on the bus or not: it counts as unknown.
    return {
        Key(metric, day, account): Kept(exported or ZERO, None if unsure else shown or ZERO, since)
        for metric, day, account, exported, shown, unsure, since in rows
    }


def _from_coverage(coverage: Coverage) -> str:
    return json.dumps([[run.first.isoformat(), run.last.isoformat(), run.as_of.isoformat()] for run in coverage])


def _to_coverage(text: str) -> Coverage:
    return tuple(
        Run(date.fromisoformat(first), date.fromisoformat(last), datetime.fromisoformat(as_of))
        for first, last, as_of in json.loads(text)
    )
