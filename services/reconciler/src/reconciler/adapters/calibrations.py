"""Counts and verdicts in PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from reconciler.adapters.convert import SCOPE_COLUMNS, scope_of
from reconciler.adapters.driver import Driver
from reconciler.domain.calibration import Check, Verdict
from reconciler.domain.snapshot import Scope
from reconciler.domain.text import quantity_text
from reconciler.ports import wire
from reconciler.ports.calibrations import CalibrationTurn, Waiting
from reconciler.ports.counted import Calibrated, ReferenceCount
from trueup_kit.postgres import raw

_calibrated = wire.decoder(Calibrated)
_WAITING = """
SELECT metric, version, payload::text AS payload FROM calibrations WHERE judged_version < version
ORDER BY metric FOR UPDATE SKIP LOCKED
"""
_JUDGED = "SELECT * FROM read_model.calibration_checks WHERE check_id = ANY ($1)"
_SCOPES = f"SELECT {SCOPE_COLUMNS} FROM scopes WHERE source = 'amplitude' ORDER BY key"
# Every customer's usage: no index serves it, and it is asked once for each count. Of months only whole ones count.
_METERED = """
SELECT coalesce(sum(quantity), 0)::text FROM usage WHERE metric = $1 AND day >= $2
AND CASE grain WHEN 'day' THEN day ELSE (day + interval '1 month')::date - 1 END <= $3
"""
_STORE = """
INSERT INTO read_model.calibration_checks (
    check_id, metric, from_day, to_day, reference, limit_percent, metered, drift_percent, state, judged_at)
VALUES ($1, $2, $3, $4, $5::text::numeric, $6, $7::text::numeric, $8, $9, $10) ON CONFLICT (check_id) DO NOTHING
"""
_SETTLE = """
UPDATE calibrations SET judged_version = coalesce($2, judged_version), off_reason = $3
WHERE metric = $1 RETURNING (SELECT old.off_reason FROM calibrations old WHERE old.metric = $1) AS former
"""
_DIRTY_ALL = """
INSERT INTO dirty_accounts (client_id, first_seq, last_seq)
SELECT client_id, seq, seq FROM accounts, (SELECT nextval('dirt_seq') AS seq) s ORDER BY client_id
ON CONFLICT (client_id) DO UPDATE SET last_seq = excluded.last_seq
"""


class PostgresCalibrations:
    """See `CalibrationStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[CalibrationTurn]:
        """One transaction; mostly nothing waits, and nothing more is read."""
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            rows = await driver.fetch(_WAITING)
            facts = [(row["version"], _calibrated.decode(row["payload"])) for row in rows]
            scopes = [scope_of(row) for row in await driver.fetch(_SCOPES)] if facts else []
            waiting = [await _waiting(driver, version, fact) for version, fact in facts]
            yield _Turn(driver, waiting, scopes)


class _Turn:
    def __init__(self, driver: Driver, waiting: Sequence[Waiting], scopes: Sequence[Scope]) -> None:
        self._driver = driver
        self.waiting = waiting
        self.scopes = scopes

    async def metered(self, check: Check) -> Fraction:
        """The usage of all customers on the days of the check."""
        return Fraction(await self._driver.fetchval(_METERED, check.metric, check.from_day, check.to_day))

    async def store(self, verdict: Verdict, at: datetime) -> None:
        """Keep a verdict and let it be seen."""
        check = verdict.check
        await self._driver.execute(
            _STORE,
            *(check.check_id, check.metric, check.from_day, check.to_day, quantity_text(check.reference)),
            *(check.limit_percent, quantity_text(verdict.metered), verdict.drift_percent, verdict.state, at),
        )

    async def settle(self, metric: str, *, version: int | None, off_reason: str | None) -> None:
        """Switch the metric's projection off or on; a change dirties every account."""
        former = await self._driver.fetchval(_SETTLE, metric, version, off_reason)
        if former != off_reason:
            await self._driver.execute(_DIRTY_ALL)


async def _waiting(driver: Driver, version: int, fact: Calibrated) -> Waiting:
    checks = [_check(fact.metric, one) for one in fact.checks]
    rows = await driver.fetch(_JUDGED, [check.check_id for check in checks])
    return Waiting(fact.metric, version, checks, [_verdict(row) for row in rows])


def _check(metric: str, one: ReferenceCount) -> Check:
    return Check(one.check_id, metric, one.from_day, one.to_day, Fraction(one.reference), one.limit_percent)


def _verdict(row: asyncpg.Record) -> Verdict:
    reference, metered = (Fraction(Decimal(row[name])) for name in ("reference", "metered"))
    days = (row["from_day"], row["to_day"])
    check = Check(row["check_id"], row["metric"], *days, reference, row["limit_percent"])
    return Verdict(check, metered, row["state"], row["drift_percent"])
