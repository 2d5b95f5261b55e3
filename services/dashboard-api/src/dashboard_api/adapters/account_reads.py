"""Reads of the read model, written as JSON by the database and passed on as it is."""

from __future__ import annotations

import asyncpg

from dashboard_api.adapters.database import Database
from dashboard_api.adapters.decision_sql import DECISIONS_LISTED
from dashboard_api.adapters.flag_sql import LATEST, LISTED
from dashboard_api.adapters.portfolio_sql import (
    SOURCES_OF_ROW,
    STALE,
    Arguments,
    page_statement,
    scope_predicate,
    totals_statement,
)
from dashboard_api.domain.access import Principal
from dashboard_api.domain.portfolio import PortfolioQuery
from dashboard_api.ports.reads import AccountWithInvoices, Cursor, Json, PortfolioPage, TimelinePage

_ACCOUNT = f"""
SELECT (account.item || account.payload || jsonb_build_object(
    'flag', {LATEST}, 'flags', {LISTED}, 'decisions', {DECISIONS_LISTED}, 'revision', account.revision, 'reconciled_at', account.reconciled_at,
    'invoice_totals', CASE WHEN account.invoice_total_minor IS NULL THEN '[]'::jsonb
                           ELSE jsonb_build_array(account.item -> 'invoice_total') END,
    'sources', {SOURCES_OF_ROW.format(stale=STALE)},
    'watermarks', coalesce(account.held_watermarks, (
        SELECT jsonb_agg(entry ORDER BY mark.key)
        FROM dashboard.seen_watermarks AS mark, jsonb_array_elements(mark.entries) AS entry
        WHERE mark.key = ANY(account.watermark_keys)), '[]')))::text
FROM dashboard.seen_accounts AS account
WHERE account.client_id = {{client_id}} AND {{scope}}
"""
# The planner cannot know how many rows the principal's settings let through, and takes it for one. Joining set by set
# is right for a page of one account and for thousands; row by row is a hundred times slower for the latter.
_NO_NESTED_LOOPS = "SET LOCAL enable_nestloop = off"
_INVOICES = """
SELECT coalesce(json_agg(each.payload ORDER BY each.issued_on DESC, each.document_id DESC), '[]')::text
FROM (SELECT payload, issued_on, document_id FROM dashboard.seen_invoices WHERE client_id = $1
      ORDER BY issued_on DESC, document_id DESC LIMIT $2 OFFSET $3) AS each
"""
_TIMELINE = """
SELECT coalesce(json_agg(jsonb_build_object(
           'occurred_at', each.occurred_at, 'learned_at', each.learned_at, 'source', each.source, 'kind', each.kind)
           || each.payload ORDER BY each.occurred_at DESC, each.entry_id DESC), '[]')::text AS items,
       count(*) AS count, min(each.occurred_at) AS occurred_at,
       (array_agg(each.entry_id ORDER BY each.occurred_at, each.entry_id))[1] AS entry_id
FROM (SELECT * FROM dashboard.seen_timeline WHERE client_id = $1
          AND ($2::timestamptz IS NULL OR (occurred_at, entry_id) < ($2, $3::bigint))
      ORDER BY occurred_at DESC, entry_id DESC LIMIT $4) AS each
"""


class PostgresAccountReads:
    """Each method is one snapshot; the scope is in each query."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def portfolio(self, principal: Principal, query: PortfolioQuery) -> PortfolioPage:
        """One page and the totals, both within the principal's scope."""
        page, totals = page_statement(principal, query), totals_statement(principal, query)
        async with self._database.reading(principal) as connection:
            await connection.execute(_NO_NESTED_LOOPS)
            items = await connection.fetchval(page.sql, *page.values)
            row = await connection.fetchrow(totals.sql, *totals.values)
        assert row is not None  # noqa: S101  an aggregate always answers
        return PortfolioPage(items=items, totals=row["totals"], total=row["total"])

    async def account(self, principal: Principal, client_id: str) -> Json | None:
        """The whole account; None when unknown or out of scope."""
        async with self._database.reading(principal) as connection:
            return await _account(connection, principal, client_id)

    async def invoices(
        self, principal: Principal, client_id: str, *, limit: int, offset: int
    ) -> tuple[Json, int] | None:
        """Invoices, the latest first, and how many there are; None when unknown or out of scope."""
        async with self._database.reading(principal) as connection:
            if not await in_scope(connection, principal, client_id):
                return None
            return await _invoices(connection, client_id, limit=limit, offset=offset)

    async def with_invoices(self, principal: Principal, client_id: str, *, limit: int) -> AccountWithInvoices | None:
        """The account and its latest documents in one snapshot; None when unknown or out of scope."""
        async with self._database.reading(principal) as connection:
            account = await _account(connection, principal, client_id)
            if account is None:
                return None
            invoices, total = await _invoices(connection, client_id, limit=limit, offset=0)
        return AccountWithInvoices(account, invoices, total)

    async def timeline(
        self, principal: Principal, client_id: str, *, before: Cursor | None, limit: int
    ) -> TimelinePage | None:
        """Timeline entries before the cursor; None when unknown or out of scope."""
        at, entry_id = (before.occurred_at, before.entry_id) if before else (None, None)
        async with self._database.reading(principal) as connection:
            if not await in_scope(connection, principal, client_id):
                return None
            row = await connection.fetchrow(_TIMELINE, client_id, at, entry_id, limit)
        assert row is not None  # noqa: S101  an aggregate always answers
        following = Cursor(row["occurred_at"], row["entry_id"]) if row["count"] == limit else None
        return TimelinePage(row["items"], following)


async def _account(connection: asyncpg.Connection[asyncpg.Record], principal: Principal, client_id: str) -> Json | None:
    arguments = Arguments()
    sql = _ACCOUNT.format(client_id=arguments.add(client_id), scope=scope_predicate(principal, arguments))
    found: Json | None = await connection.fetchval(sql, *arguments.values)
    return found


async def _invoices(
    connection: asyncpg.Connection[asyncpg.Record], client_id: str, *, limit: int, offset: int
) -> tuple[Json, int]:
    items = await connection.fetchval(_INVOICES, client_id, limit, offset)
    total = await connection.fetchval("SELECT count(*) FROM dashboard.seen_invoices WHERE client_id = $1", client_id)
    return items, total


async def in_scope(connection: asyncpg.Connection[asyncpg.Record], principal: Principal, client_id: str) -> bool:
    """Whether the account exists for the principal."""
    arguments = Arguments()
    place = arguments.add(client_id)
    scope = scope_predicate(principal, arguments)
    sql = f"SELECT 1 FROM dashboard.seen_accounts AS account WHERE account.client_id = {place} AND {scope}"
    return await connection.fetchval(sql, *arguments.values) is not None
