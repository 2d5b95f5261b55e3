"""Exports in the service's schema: quota, audit entry and file in one transaction, and a file that is handed out once."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta

import asyncpg

from dashboard_api.adapters.audit import write_audit
from dashboard_api.adapters.database import Database
from dashboard_api.domain.access import Principal
from dashboard_api.domain.errors import Gone, NotFound
from dashboard_api.domain.exports.request import ExportFormat, Quota, over_quota
from dashboard_api.ports.exports import ExportFile, KeptExport, NewExport
from trueup_kit.logs import get_logger

# Reading the counter first and writing it then would let parallel exports all read the same number. This statement
# waits for the row, looks again and changes it, or changes nothing.
_TAKE = """
INSERT INTO dashboard.export_quota AS quota (holder, used, lim)
SELECT $1, $2::int, $3::int WHERE $2 <= $3
ON CONFLICT (holder) DO UPDATE SET used = quota.used + $2, lim = $3, used_at = now() WHERE quota.used + $2 <= $3
RETURNING used
"""
_USED = """
SELECT coalesce((SELECT used FROM dashboard.export_quota WHERE holder = $1), 0) AS used,
       coalesce((SELECT used FROM dashboard.export_quota WHERE holder = $2), 0) AS day_used
"""
_INSERT = """
INSERT INTO dashboard.exports (export_id, user_name, role, holder, format, wish, records, filename, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9::interval) RETURNING expires_at
"""
# Two downloads at once: the second waits for the first to commit, finds `downloaded_at` set and gets nothing.
_CLAIM = """
UPDATE dashboard.exports SET downloaded_at = now()
WHERE export_id = $1 AND user_name = $2 AND downloaded_at IS NULL AND expires_at > now() RETURNING format, filename
"""
_SWEEP = (
    "DELETE FROM dashboard.export_files AS file USING dashboard.exports AS export WHERE file.export_id = export.export_id AND export.expires_at < now()",
    # The audit log keeps what was exported; these rows only tell a late download why it comes too late.
    "DELETE FROM dashboard.exports WHERE created_at < now() - interval '90 days'",
    # Longer than any session or token lives.
    "DELETE FROM dashboard.export_quota WHERE used_at < now() - interval '90 days'",
)
_log = get_logger(__name__)


class _NotEnoughLeft(Exception):
    """Undoes the transaction."""


class PostgresExports:
    """Files are small (`RECORDS_MAX` rows), wait for minutes and are deleted with their download."""

    def __init__(self, database: Database, *, per_session: int, per_user_day: int, ttl: timedelta) -> None:
        self._database = database
        self._per_session = per_session
        self._per_user_day = per_user_day
        self._ttl = ttl

    async def quota(self, principal: Principal) -> Quota:
        """What the principal's session or token, and the user today, have used."""
        async with self._database.autocommit() as connection:
            return await self._quota(connection, principal)

    async def keep(self, principal: Principal, export: NewExport) -> KeptExport:
        """Take the records off the quota, write the audit entry and keep the file: all of it or nothing.

        Raises:
            QuotaExceeded: more records than are left.
        """
        try:
            async with self._database.writing() as connection:
                await self._take_off(connection, principal, export)
                expires_at = await self._insert(connection, principal, export)
                quota = await self._quota(connection, principal)
                noted = {"export_id": export.export_id, "format": export.format.value, "records": export.records}
                await write_audit(connection, principal, "exports.created", noted | dict(export.wish))
        except _NotEnoughLeft:
            _log.warning("export refused", user=principal.user, records=export.records)
            raise over_quota(await self.quota(principal), export.records) from None
        return KeptExport(expires_at=expires_at, quota=quota)

    async def take(self, principal: Principal, export_id: str) -> ExportFile:
        """The file, once; the bytes are deleted in the same transaction.

        Raises:
            NotFound: unknown or of somebody else.
            Gone: downloaded before, or too old.
        """
        key = uuid.UUID(export_id)
        async with self._database.writing() as connection:
            row = await connection.fetchrow(_CLAIM, key, principal.user)
            if row is None:
                raise await _why_not(connection, principal, key)
            content = await connection.fetchval(
                "DELETE FROM dashboard.export_files WHERE export_id = $1 RETURNING content", key
            )
            await write_audit(connection, principal, "exports.downloaded", {"export_id": export_id})
        media_type = ExportFormat(row["format"]).media_type
        return ExportFile(filename=row["filename"], media_type=media_type, content=content)

    async def sweep(self) -> None:
        """Forget files that nobody can download any more, and counters of sessions that have ended."""
        async with self._database.autocommit() as connection:
            for statement in _SWEEP:
                await connection.execute(statement)

    async def _take_off(
        self, connection: asyncpg.Connection[asyncpg.Record], principal: Principal, export: NewExport
    ) -> None:
        # Always in this order, so that two exports of one user never wait for each other in a circle.
        day = await _day_holder(connection, principal)
        for name, limit in ((holder(principal), self._per_session), (day, self._per_user_day)):
            if await connection.fetchval(_TAKE, name, export.records, limit) is None:
                raise _NotEnoughLeft

    async def _insert(
        self, connection: asyncpg.Connection[asyncpg.Record], principal: Principal, export: NewExport
    ) -> datetime:
        key = uuid.UUID(export.export_id)
        expires_at: datetime = await connection.fetchval(
            *(_INSERT, key, principal.user, principal.role.value, holder(principal), export.format.value),
            *(json.dumps(export.wish), export.records, export.filename, self._ttl),
        )
        await connection.execute("INSERT INTO dashboard.export_files VALUES ($1, $2)", key, export.content)
        return expires_at

    async def _quota(self, connection: asyncpg.Connection[asyncpg.Record], principal: Principal) -> Quota:
        row = await connection.fetchrow(_USED, holder(principal), await _day_holder(connection, principal))
        assert row is not None  # noqa: S101  a query without a table always answers
        return Quota(used=row["used"], limit=self._per_session, day_used=row["day_used"], day_limit=self._per_user_day)


def holder(principal: Principal) -> str:
    """Whose records are counted together: those of one login session, else of one bearer token."""
    if principal.session_id is not None:
        return f"session|{principal.session_id}"
    return f"token|{principal.user}|{principal.token_id}"


async def _day_holder(connection: asyncpg.Connection[asyncpg.Record], principal: Principal) -> str:
    day = await connection.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date")
    return f"day|{day}|{principal.user}"


async def _why_not(
    connection: asyncpg.Connection[asyncpg.Record], principal: Principal, key: uuid.UUID
) -> NotFound | Gone:
    row = await connection.fetchrow(
        "SELECT downloaded_at FROM dashboard.exports WHERE export_id = $1 AND user_name = $2", key, principal.user
    )
    if row is None:
        return NotFound("There is no such export of yours.", code="export_not_found")
    why = "has been downloaded" if row["downloaded_at"] else "has waited too long"
    return Gone(f"This file {why}. Export it again.", code="export_gone")
