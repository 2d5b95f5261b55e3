"""Counts and verdicts, in PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime

import asyncpg

from dashboard_api.adapters.audit import write_audit
from dashboard_api.adapters.database import Database
from dashboard_api.domain.access import Principal
from dashboard_api.domain.calibration import Count
from dashboard_api.ports.calibrations import Taken
from dashboard_api.ports.reads import Json
from trueup_billing import format_decimal
from trueup_contracts.calibrations import ReferenceCount
from trueup_contracts.envelope import Event
from trueup_kit.outbox import append

STANDING_MAX = 26
"""Counts that travel with a metric: a year of them. Older ones have been judged by then."""
# Metrics that are metered, and metrics that once were: their counts stay to be seen.
_METRICS = """
SELECT DISTINCT split_part(scope, '|', 2) AS metric FROM dashboard.seen_watermarks
WHERE source = 'amplitude' AND scope LIKE 'usage|%'
"""
_ADD = """
INSERT INTO dashboard.calibration_counts
    (check_id, metric, from_day, to_day, reference, limit_percent, origin, taken_by, taken_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_CLEAR = """
WITH off AS (
    SELECT EXISTS (SELECT FROM dashboard.calibration_counts AS counted
                   JOIN dashboard.seen_calibration_checks AS judged USING (check_id)
                   WHERE counted.metric = $1 AND counted.cleared_at IS NULL AND judged.state = 'over') AS is_off),
cleared AS (
    UPDATE dashboard.calibration_counts SET cleared_by = $2, cleared_reason = $3, cleared_at = $4
    FROM off WHERE off.is_off AND metric = $1 AND cleared_at IS NULL RETURNING check_id)
SELECT count(*) FROM cleared
"""
_COUNTED = "SELECT EXISTS (SELECT FROM dashboard.calibration_counts WHERE metric = $1)"
_STANDING = f"""
SELECT * FROM dashboard.calibration_counts WHERE metric = $1 AND cleared_at IS NULL
ORDER BY taken_at DESC, check_id LIMIT {STANDING_MAX}
"""
_OVERVIEW = f"""
WITH metrics AS (
    {_METRICS} UNION SELECT metric FROM dashboard.calibration_counts),
stood AS (
    SELECT counted.metric, max(counted.taken_at) AS taken_at,
           bool_or(counted.cleared_at IS NULL AND judged.state = 'over') AS is_off
    FROM dashboard.calibration_counts AS counted
    LEFT JOIN dashboard.seen_calibration_checks AS judged USING (check_id) GROUP BY counted.metric)
SELECT coalesce(jsonb_agg(jsonb_build_object(
    'metric', metrics.metric,
    'state', CASE WHEN stood.taken_at IS NULL THEN 'never' WHEN stood.is_off THEN 'off'
                  WHEN last.state IS NULL THEN 'waiting' ELSE 'on' END,
    'due_on', coalesce((stood.taken_at AT TIME ZONE 'UTC')::date + $1::integer, $2::date),
    'is_due', coalesce((stood.taken_at AT TIME ZONE 'UTC')::date + $1::integer <= $2::date, true),
    'last', last.shown) ORDER BY metrics.metric), '[]')::text
FROM metrics LEFT JOIN stood USING (metric)
LEFT JOIN LATERAL (
    SELECT judged.state, jsonb_build_object(
        'from_day', counted.from_day, 'to_day', counted.to_day, 'reference', trim_scale(counted.reference)::text,
        'metered', trim_scale(judged.metered)::text, 'drift_percent', judged.drift_percent,
        'limit_percent', counted.limit_percent, 'verdict', judged.state, 'origin', counted.origin,
        'taken_by', counted.taken_by, 'taken_at', counted.taken_at, 'judged_at', judged.judged_at,
        'cleared_by', counted.cleared_by, 'cleared_at', counted.cleared_at,
        'cleared_reason', counted.cleared_reason) AS shown
    FROM dashboard.calibration_counts AS counted
    LEFT JOIN dashboard.seen_calibration_checks AS judged USING (check_id)
    WHERE counted.metric = metrics.metric ORDER BY counted.taken_at DESC, counted.check_id LIMIT 1) AS last ON true
"""


class PostgresCalibrations:
    """See `Calibrations`."""

    def __init__(self, database: Database, *, service: str) -> None:
        self._database = database
        self._service = service

    @asynccontextmanager
    async def change(self) -> AsyncIterator[PostgresCalibrationChange]:
        """One change at a time, so that versions tell the order of what they say."""
        async with self._database.writing() as connection:
            await connection.execute("LOCK TABLE dashboard.calibration_counts IN SHARE ROW EXCLUSIVE MODE")
            yield PostgresCalibrationChange(connection, service=self._service)

    async def overview(self, principal: Principal, *, interval_days: int, today: date) -> Json:
        """A JSON list, one entry for each metric."""
        async with self._database.reading(principal) as connection:
            found: Json = await connection.fetchval(_OVERVIEW, interval_days, today)
        return found


class PostgresCalibrationChange:
    """See `CalibrationChange`."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record], *, service: str) -> None:
        self._connection = connection
        self._service = service

    async def metrics(self) -> Sequence[str]:
        """The metrics that are metered."""
        return [row["metric"] for row in await self._connection.fetch(_METRICS)]

    async def add(self, principal: Principal, counts: Sequence[Count], taken: Taken) -> None:
        """Keep counts."""
        await self._connection.executemany(
            _ADD,
            [
                (
                    *(f"cc_{uuid.uuid4().hex}", one.metric, one.from_day, one.to_day, one.reference),
                    *(taken.limit_percent, taken.origin, principal.user, taken.at),
                )
                for one in counts
            ],
        )

    async def clear(self, principal: Principal, metric: str, reason: str, at: datetime) -> int:
        """Clear every count of the metric, if one of them was found over its limit."""
        cleared: int = await self._connection.fetchval(_CLEAR, metric, principal.user, reason, at)
        return cleared

    async def was_counted(self, metric: str) -> bool:
        """Whether there is any count of the metric."""
        found: bool = await self._connection.fetchval(_COUNTED, metric)
        return found

    async def standing(self, metric: str) -> Sequence[ReferenceCount]:
        """The counts that nobody has cleared, the latest first."""
        return [
            ReferenceCount(
                check_id=row["check_id"],
                from_day=row["from_day"],
                to_day=row["to_day"],
                reference=format_decimal(row["reference"]),
                limit_percent=row["limit_percent"],
                counted_at=row["taken_at"],
            )
            for row in await self._connection.fetch(_STANDING, metric)
        ]

    async def version(self) -> int:
        """A new version, drawn under the lock of the change."""
        version: int = await self._connection.fetchval("SELECT nextval('dashboard.fact_version')")
        return version

    async def audit(self, principal: Principal, action: str, detail: Mapping[str, object]) -> None:
        """Write down who did what."""
        await write_audit(self._connection, principal, action, detail)

    async def publish(self, events: Sequence[Event]) -> None:
        """Put events on the outbox of this transaction."""
        await append(self._connection, events, service=self._service)
