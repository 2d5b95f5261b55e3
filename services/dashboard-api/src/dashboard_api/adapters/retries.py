"""Attempts in the service's schema, and the invoices they are about, through the views of the read model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg

from dashboard_api.adapters.audit import write_audit
from dashboard_api.adapters.database import Database
from dashboard_api.adapters.portfolio_sql import SOURCES_OF_ROW, STALE, Arguments, scope_predicate
from dashboard_api.adapters.retry_rows import attempt_of, columns_of, invoice_of_row, settlement_of, sources_of
from dashboard_api.domain.access import Principal
from dashboard_api.domain.retries import Attempt, Invoice, Source
from dashboard_api.ports.retries import Key, Known
from trueup_contracts.envelope import Event
from trueup_contracts.retries import PaymentRetrySettledV1
from trueup_contracts.syncs import PROVIDER_ERRORS
from trueup_kit.outbox import append

ATTEMPTS_MAX = 500
"""Of one account; the open ones are always among them."""
_SHOWN = """attempt.attempt_id, attempt.client_id, attempt.gateway_invoice_id, attempt.ref, attempt.invoice_number,
    attempt.amount_minor, attempt.taken_minor, attempt.currency, attempt.method::text AS method, attempt.requested_by,
    attempt.requested_at, attempt.state, attempt.needs_person, attempt.reason, attempt.failure::text AS failure,
    attempt.hosted_url, attempt.started_at, attempt.settled_at"""
_OPEN = "state IN ('requested', 'processing', 'unknown')"
# Seldom is money asked for twice in one moment, but then everything hangs on it: one decides after the other.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('payment_retry:' || $1, 0))"
_INVOICES = """
SELECT invoice.client_id, invoice.payload::text AS payload
FROM dashboard.seen_invoices AS invoice JOIN dashboard.seen_accounts AS account USING (client_id)
WHERE invoice.gateway_invoice_id = {invoice} AND {scope} ORDER BY invoice.document_id
"""
# A source of which too many calls fail still answers, and what it says counts: only one that said nothing is silent.
_SOURCES = f"""
SELECT {SOURCES_OF_ROW.format(stale=STALE)}::text AS sources,
    ARRAY(SELECT source FROM dashboard.seen_sources
          WHERE state = 'failing' AND reason IS DISTINCT FROM '{PROVIDER_ERRORS}') AS silent
FROM dashboard.seen_accounts AS account
WHERE account.client_id = {{client_id}} AND {{scope}}
"""
_ADD = f"""
INSERT INTO dashboard.payment_retries (attempt_id, client_id, gateway_invoice_id, ref, invoice_number, amount_minor,
    currency, method, requested_by, requested_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10)
ON CONFLICT (gateway_invoice_id) WHERE {_OPEN} DO NOTHING RETURNING attempt_id
"""
_USED = f"""
SELECT used.fingerprint, {_SHOWN} FROM dashboard.payment_retry_keys AS used
JOIN dashboard.payment_retries AS attempt USING (attempt_id) WHERE used.user_name = $1 AND used.key_hash = $2
"""
_REMEMBER = """
INSERT INTO dashboard.payment_retry_keys (user_name, key_hash, fingerprint, attempt_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_name, key_hash) DO NOTHING RETURNING attempt_id
"""
_SETTLE = f"""
UPDATE dashboard.payment_retries SET state = $2, needs_person = $3, reason = $4, failure = $5::jsonb, hosted_url = $6,
    payment_id = $7, taken_minor = $8, request_id = $9, started_at = coalesce($10, started_at), settled_at = $11,
    settled_version = $12
WHERE attempt_id = $1 AND gateway_invoice_id = $13 AND client_id = $14 AND settled_version < $12 AND {_OPEN}
"""


class PostgresRetries:
    """The port `RetryStore`."""

    def __init__(self, database: Database, *, service: str) -> None:
        self._database = database
        self._service = service

    @asynccontextmanager
    async def change(self, principal: Principal, gateway_invoice_id: str) -> AsyncIterator[PostgresRetryChange]:
        """One transaction; it begins when all earlier ones about this gateway invoice have ended."""
        async with self._database.writing(principal=principal) as connection:
            await connection.execute(_ONE_AT_A_TIME, gateway_invoice_id)
            yield PostgresRetryChange(connection, principal, gateway_invoice_id, service=self._service)

    async def attempt(self, principal: Principal, attempt_id: str) -> Attempt | None:
        """One attempt, if its account is in scope."""
        arguments = Arguments()
        place, scope = arguments.add(attempt_id), scope_predicate(principal, arguments)
        sql = (
            f"SELECT {_SHOWN} FROM dashboard.payment_retries AS attempt JOIN dashboard.seen_accounts AS account"
            f" USING (client_id) WHERE attempt.attempt_id = {place} AND {scope}"
        )
        async with self._database.reading(principal) as connection:
            row = await connection.fetchrow(sql, *arguments.values)
        return attempt_of(row) if row else None

    async def known(self, principal: Principal, client_id: str) -> Known | None:
        """Sources and attempts of one account, as one snapshot."""
        async with self._database.reading(principal) as connection:
            sources = await _sources(connection, principal, client_id)
            if sources is None:
                return None
            rows = await connection.fetch(
                f"SELECT {_SHOWN} FROM dashboard.payment_retries AS attempt WHERE client_id = $1"
                f" ORDER BY ({_OPEN}) DESC, requested_at DESC, attempt_id LIMIT $2",
                client_id,
                ATTEMPTS_MAX,
            )
        return Known(sources=sources, attempts=[attempt_of(row) for row in rows])

    async def settle(self, settled: Sequence[PaymentRetrySettledV1]) -> Sequence[str]:
        """Move each on if it is newer and the attempt is still open; ids that name none of these attempts."""
        async with self._database.writing() as connection:
            await connection.executemany(_SETTLE, [settlement_of(event) for event in settled])
            rows = await connection.fetch(
                "SELECT asked.attempt_id FROM unnest($1::text[], $2::text[], $3::text[])"
                " AS asked (attempt_id, gateway_invoice_id, client_id)"
                " WHERE NOT EXISTS (SELECT FROM dashboard.payment_retries AS attempt"
                "  WHERE attempt.attempt_id = asked.attempt_id AND attempt.client_id = asked.client_id"
                "  AND attempt.gateway_invoice_id = asked.gateway_invoice_id)",
                [event.attempt_id for event in settled],
                [event.gateway_invoice_id for event in settled],
                [event.client_id for event in settled],
            )
        return [row["attempt_id"] for row in rows]


class PostgresRetryChange:
    """The port `RetryChange`."""

    def __init__(
        self,
        connection: asyncpg.Connection[asyncpg.Record],
        principal: Principal,
        gateway_invoice_id: str,
        *,
        service: str,
    ) -> None:
        self._connection = connection
        self._principal = principal
        self._gateway_invoice_id = gateway_invoice_id
        self._service = service

    async def invoices(self) -> Sequence[Invoice]:
        """Through the scoped views, with the scope in the query as well."""
        arguments = Arguments()
        place, scope = arguments.add(self._gateway_invoice_id), scope_predicate(self._principal, arguments)
        rows = await self._connection.fetch(_INVOICES.format(invoice=place, scope=scope), *arguments.values)
        return [invoice_of_row(row) for row in rows]

    async def sources(self, client_id: str) -> Sequence[Source]:
        """As of now, by the database's clock."""
        return await _sources(self._connection, self._principal, client_id) or ()

    async def attempts(self) -> Sequence[Attempt]:
        """All attempts of the gateway invoice, the latest first."""
        rows = await self._connection.fetch(
            f"SELECT {_SHOWN} FROM dashboard.payment_retries AS attempt WHERE gateway_invoice_id = $1"
            " ORDER BY requested_at DESC",
            self._gateway_invoice_id,
        )
        return [attempt_of(row) for row in rows]

    async def used(self, key_hash: bytes) -> tuple[Key, Attempt] | None:
        """What the key was used for."""
        row = await self._connection.fetchrow(_USED, self._principal.user, key_hash)
        return (Key(key_hash, row["fingerprint"]), attempt_of(row)) if row else None

    async def remember(self, key: Key, attempt_id: str) -> bool:
        """Keep the key, unless it is kept already."""
        return (
            await self._connection.fetchval(_REMEMBER, self._principal.user, key.key_hash, key.fingerprint, attempt_id)
            is not None
        )

    async def add(self, attempt: Attempt) -> bool:
        """A new attempt, unless there is an open one."""
        return await self._connection.fetchval(_ADD, *columns_of(attempt)) is not None

    async def version(self) -> int:
        """The next version."""
        version: int = await self._connection.fetchval("SELECT nextval('dashboard.fact_version')")
        return version

    async def audit(self, action: str, detail: Mapping[str, object]) -> None:
        """Write down what the principal did."""
        await write_audit(self._connection, self._principal, action, detail)

    async def publish(self, events: Sequence[Event]) -> None:
        """Put events on the outbox of this transaction."""
        await append(self._connection, events, service=self._service)


async def _sources(
    connection: asyncpg.Connection[asyncpg.Record], principal: Principal, client_id: str
) -> list[Source] | None:
    arguments = Arguments()
    sql = _SOURCES.format(client_id=arguments.add(client_id), scope=scope_predicate(principal, arguments))
    row = await connection.fetchrow(sql, *arguments.values)
    return None if row is None else sources_of(row["sources"], silent=row["silent"])
