"""Decisions in the service's schema, and the accounts they are about, through the views of the read model."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date

import asyncpg

from dashboard_api.adapters import decision_sql as sql
from dashboard_api.adapters.audit import write_audit
from dashboard_api.adapters.database import Database
from dashboard_api.adapters.portfolio_sql import SOURCES_OF_ROW, STALE, Arguments, scope_predicate
from dashboard_api.adapters.retry_rows import sources_of
from dashboard_api.domain.access import Principal
from dashboard_api.domain.decision_payload import gaps_of, months_of, told_apart_of
from dashboard_api.domain.decisions import Look
from dashboard_api.ports.decisions import DecisionKey, Refusal, Used
from dashboard_api.ports.reads import Json
from trueup_contracts.decisions import DecisionRecordedV1
from trueup_kit.outbox import append

NAMED = 200
"""So many decisions the read model names at most."""


class PostgresDecisions:
    """The port `DecisionStore`."""

    def __init__(self, database: Database, *, service: str) -> None:
        self._database = database
        self._service = service

    @asynccontextmanager
    async def change(self, principal: Principal, client_ids: Sequence[str]) -> AsyncIterator[PostgresDecisionChange]:
        """One transaction; it begins when all earlier ones about these accounts have ended."""
        async with self._database.writing(principal=principal) as connection:
            for client_id in sorted(set(client_ids)):
                await connection.execute(sql.ONE_AT_A_TIME, client_id)
            yield PostgresDecisionChange(connection, principal, service=self._service)

    async def listed(self, principal: Principal, client_id: str) -> Json | None:
        """The latest decisions of an account; None when unknown or out of scope."""
        arguments = Arguments()
        place, scope = arguments.add(client_id), scope_predicate(principal, arguments)
        statement = (
            f"SELECT {sql.DECISIONS_LISTED}::text FROM dashboard.seen_accounts AS account"
            f" WHERE account.client_id = {place} AND {scope}"
        )
        async with self._database.reading(principal) as connection:
            found: Json | None = await connection.fetchval(statement, *arguments.values)
        return found

    async def answering(self) -> frozenset[str]:
        """The sources that answer, whether with holes or without."""
        async with self._database.autocommit() as connection:
            return await _answering(connection)


class PostgresDecisionChange:
    """The port `DecisionChange`."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record], principal: Principal, *, service: str) -> None:
        self._connection = connection
        self._principal = principal
        self._service = service

    async def look(self, client_id: str) -> Look | None:
        """Through the scoped views, with the scope in the query as well."""
        arguments = Arguments()
        place, scope = arguments.add(client_id), scope_predicate(self._principal, arguments)
        statement = sql.LOOK.format(
            sources=SOURCES_OF_ROW.format(stale=STALE), latest=NAMED, client_id=place, scope=scope
        )
        row = await self._connection.fetchrow(statement, *arguments.values)
        return None if row is None else _look(row, await _answering(self._connection))

    async def used(self, key_hash: bytes) -> Used | None:
        """What the key was used for."""
        row = await self._connection.fetchrow(sql.USED, self._principal.user, key_hash)
        return Used(row["fingerprint"], row["decision_ids"], json.loads(row["refused"])) if row else None

    async def versions(self, count: int) -> Sequence[int]:
        """The next versions."""
        rows = await self._connection.fetch(
            "SELECT nextval('dashboard.fact_version') AS version FROM generate_series(1, $1)", count
        )
        return sorted(row["version"] for row in rows)

    async def add(self, events: Sequence[DecisionRecordedV1]) -> None:
        """Rows and outbox of one transaction."""
        await self._connection.executemany(sql.ADD, [_row(event) for event in events])
        await append(self._connection, events, service=self._service)

    async def remember(self, key: DecisionKey, decision_ids: Sequence[str], refused: Sequence[Refusal]) -> bool:
        """Keep the key, unless it is kept already."""
        kept = await self._connection.fetchval(
            sql.REMEMBER,
            self._principal.user,
            key.key_hash,
            key.fingerprint,
            list(decision_ids),
            json.dumps([dict(each) for each in refused]),
        )
        return kept is not None

    async def told(self, decision_ids: Sequence[str]) -> Json:
        """As the API answers them."""
        found: Json = await self._connection.fetchval(sql.TOLD, list(decision_ids))
        return found

    async def audit(self, event: DecisionRecordedV1, detail: Mapping[str, object]) -> None:
        """Write down what the principal did."""
        await write_audit(
            self._connection, self._principal, f"decision.{event.kind}", detail, client_id=event.client_id
        )


async def _answering(connection: asyncpg.Connection[asyncpg.Record]) -> frozenset[str]:
    return frozenset(row["source"] for row in await connection.fetch(sql.ANSWERING))


def _look(row: asyncpg.Record, answering: frozenset[str]) -> Look:
    return Look(
        client_id=row["client_id"],
        revision=row["revision"],
        policy_version=row["policy_version"] or 1,
        today=row["today"],
        months=months_of(json.loads(row["reconciliations"] or "[]")),
        gaps=gaps_of(json.loads(row["partials"] or "[]"), answering),
        told_apart=told_apart_of(json.loads(row["discrepancies"] or "[]")),
        sources=sources_of(row["sources"]),
        travelling=frozenset(_subject(text) for text in row["travelling"] if text),
    )


def _subject(text: str) -> date | str:
    return date.fromisoformat(text) if text[:1].isdigit() else text


def _row(event: DecisionRecordedV1) -> tuple[object, ...]:
    seen = event.model_dump_json(include={"figures", "balances", "marks", "missing"}, exclude_none=True)
    about = (event.decision_id, event.client_id, event.kind, event.period_start, event.source, event.until)
    said = (event.undoes, event.reason, event.revision, seen)
    who = (event.decided_by, event.decided_by_name, event.decided_at, event.version)
    return (*about, *said, *who, event.document_id)
