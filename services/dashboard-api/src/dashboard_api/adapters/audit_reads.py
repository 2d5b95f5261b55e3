"""The audit log as it is shown, and entries that belong to no other transaction."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard_api.adapters.audit import write_audit
from dashboard_api.adapters.database import Database
from dashboard_api.domain.access import Permission, Principal
from dashboard_api.ports.audit import AuditPage, AuditQuery

_PAGE = """
SELECT coalesce(json_agg(each ORDER BY each.seq DESC), '[]')::text AS items, min(each.seq) AS lowest, count(*) AS count
FROM (SELECT seq, at, user_name AS user, role, action, client_id, detail, encode(hash, 'hex') AS hash
      FROM dashboard.audit_log
      WHERE ($1::bigint IS NULL OR seq < $1) AND ($2::text IS NULL OR user_name = $2)
        AND ($3::text IS NULL OR action = $3) AND ($4::text IS NULL OR client_id = $4)
      ORDER BY seq DESC LIMIT $5) AS each
"""
_OWNED = "SELECT EXISTS (SELECT FROM dashboard.account_owners WHERE client_id = $1 AND user_name = $2)"


class PostgresAuditLog:
    """The log in the service's schema."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, query: AuditQuery) -> AuditPage:
        """Entries before a number, the latest first."""
        async with self._database.autocommit() as connection:
            row = await connection.fetchrow(_PAGE, query.before, query.user, query.action, query.client_id, query.limit)
        assert row is not None  # noqa: S101  an aggregate always answers
        return AuditPage(row["items"], row["lowest"] if row["count"] == query.limit else None)

    async def write(
        self, principal: Principal, action: str, detail: Mapping[str, object], *, client_id: str | None
    ) -> None:
        """One entry in a transaction of its own."""
        async with self._database.writing() as connection:
            await write_audit(connection, principal, action, detail, client_id=client_id)

    async def write_view(self, principal: Principal, client_id: str) -> None:
        """That somebody saw an account. Ownership is looked up here, apart from the query that showed it."""
        async with self._database.writing() as connection:
            owned = await connection.fetchval(_OWNED, client_id, principal.user)
            detail = {"owned": owned, "payments": principal.may(Permission.PAYMENTS_READ)}
            await write_audit(connection, principal, "account.viewed", detail, client_id=client_id)
