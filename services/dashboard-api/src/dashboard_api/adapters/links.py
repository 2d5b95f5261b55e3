"""Link decisions in the service's schema, beside the read model's views of customers and links."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg

from dashboard_api.adapters.audit import write_audit
from dashboard_api.adapters.database import Database
from dashboard_api.adapters.link_sql import DECISION, LATEST_OF_REF, PLACE, UNLINKED
from dashboard_api.adapters.portfolio_sql import Arguments, like_pattern
from dashboard_api.domain.access import Principal
from dashboard_api.domain.errors import Conflict
from dashboard_api.domain.links import Key, Latest, NewDecision, Place, Said, Verdict
from dashboard_api.ports.links import Listed, UnlinkedQuery
from dashboard_api.ports.reads import Json
from trueup_contracts.links import LinkDecidedV1
from trueup_kit.outbox import append

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('link:' || $1, 0))"
_KNOWN = "SELECT decision_id, request_hash FROM dashboard.link_decisions WHERE decided_by = $1 AND key_hash = $2"
_ADD = """
INSERT INTO dashboard.link_decisions (decision_id, ref, customer_name, version, verdict, client_id, refused_client_id,
    former_client_id, previous, undoes, decided_by, decided_by_name, decided_at, key_hash, request_hash)
VALUES ($1, $2, $3, nextval('dashboard.fact_version'), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
RETURNING version
"""
_SHOWN = f"SELECT ({DECISION})::text FROM dashboard.link_decisions AS decision WHERE decision.decision_id = $1"
_DECISIONS = f"""
SELECT coalesce(json_agg({DECISION} ORDER BY decision.decided_at DESC, decision.version DESC), '[]')::text
FROM (SELECT * FROM dashboard.link_decisions ORDER BY decided_at DESC, decision_id LIMIT $1) AS decision
"""


class PostgresLinks:
    """The port `Links`."""

    def __init__(self, database: Database, *, service: str) -> None:
        self._database = database
        self._service = service

    @asynccontextmanager
    async def change(self, principal: Principal, ref: str) -> AsyncIterator[PostgresLinkChange]:
        """One transaction; it begins when all earlier ones about this customer have ended."""
        async with self._database.writing(principal=principal) as connection:
            await connection.execute(_ONE_AT_A_TIME, ref)
            yield PostgresLinkChange(connection, principal, service=self._service)

    async def ref_of(self, principal: Principal, decision_id: UUID) -> str | None:
        """Whom a decision is about."""
        async with self._database.reading(principal) as connection:
            found: str | None = await connection.fetchval(
                "SELECT ref FROM dashboard.link_decisions WHERE decision_id = $1", decision_id
            )
        return found

    async def unlinked(self, principal: Principal, query: UnlinkedQuery) -> Listed:
        """Customers that belong to nobody, the best suggested first."""
        arguments = Arguments()
        filters = ["true"]
        if query.source:
            filters.append(f"waits.source = {arguments.add(query.source)}")
        if query.search:
            place = arguments.add(like_pattern(query.search))
            filters.append(f"(lower(waits.name) LIKE {place} OR lower(waits.ref) LIKE {place})")
        sql = UNLINKED.format(
            filters=" AND ".join(filters),
            limit=arguments.add(query.page_size),
            offset=arguments.add((query.page - 1) * query.page_size),
        )
        async with self._database.reading(principal) as connection:
            row = await connection.fetchrow(sql, *arguments.values)
        assert row is not None  # noqa: S101  an aggregate always answers
        return Listed(row["items"], row["total"])

    async def decisions(self, principal: Principal, *, limit: int) -> Json:
        """The latest decisions, each as it stands."""
        async with self._database.reading(principal) as connection:
            found: Json = await connection.fetchval(_DECISIONS, limit)
        return found

    async def decision(self, principal: Principal, decision_id: UUID) -> Json | None:
        """One of them."""
        async with self._database.reading(principal) as connection:
            found: Json | None = await connection.fetchval(_SHOWN, decision_id)
        return found


class PostgresLinkChange:
    """The port `LinkChange`."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record], principal: Principal, *, service: str) -> None:
        self._connection = connection
        self._principal = principal
        self._service = service

    async def known(self, key: Key) -> UUID | None:
        """The decision that this key made; Conflict when it asked for something else."""
        await self._connection.execute(_ONE_AT_A_TIME, f"key|{self._principal.user}|{key.key_hash.hex()}")
        row = await self._connection.fetchrow(_KNOWN, self._principal.user, key.key_hash)
        if row is None:
            return None
        if row["request_hash"] != key.fingerprint:
            detail = "This Idempotency-Key was used for another request; use a new one."
            raise Conflict(detail, code="idempotency_key_reused")
        found: UUID = row["decision_id"]
        return found

    async def place(self, ref: str) -> Place:
        """Where the customer is."""
        row = await self._connection.fetchrow(PLACE, ref)
        assert row is not None  # noqa: S101  one row whatever is known
        latest = await self._connection.fetchrow(LATEST_OF_REF, ref)
        name = row["name"] or (latest["customer_name"] if latest else None)
        where = (row["waits"], row["linked_to"], row["shown_decision_id"])
        return Place(ref, name, *where, _latest(latest) if latest else None)

    async def account_exists(self, client_id: str) -> bool:
        """Whether there is such an account."""
        found: bool = await self._connection.fetchval(
            "SELECT EXISTS (SELECT FROM dashboard.seen_accounts WHERE client_id = $1)", client_id
        )
        return found

    async def add(self, new: NewDecision, key: Key) -> UUID:
        """Write it down, put it on the outbox, and then into the audit log."""
        decision_id, now, who, said = uuid4(), datetime.now(UTC), self._principal, new.said
        version = await self._connection.fetchval(
            _ADD,
            *(decision_id, new.ref, new.customer_name, said.verdict.value, said.client_id, said.refused_client_id),
            *(new.former_client_id, new.previous, new.undoes, who.user, who.name or who.user, now),
            *(key.key_hash, key.fingerprint),
        )
        event = LinkDecidedV1(
            version=version,
            ref=new.ref,
            decision_id=str(decision_id),
            verdict=said.verdict.value,
            client_id=said.client_id,
            refused_client_id=said.refused_client_id,
            decided_by=who.user,
            decided_at=now,
        )
        await append(self._connection, [event], service=self._service)
        action = "link.undone" if new.undoes else f"customer.{said.verdict.value}"
        concerned = said.client_id or new.former_client_id
        await write_audit(self._connection, who, action, _noted(decision_id, new), client_id=concerned)
        return decision_id

    async def shown(self, decision_id: UUID) -> Json | None:
        """A decision as it stands now."""
        found: Json | None = await self._connection.fetchval(_SHOWN, decision_id)
        return found


def _latest(row: asyncpg.Record) -> Latest:
    before = None
    if row["before_id"] is not None:
        before = Said(Verdict(row["before_verdict"]), row["before_client_id"], row["before_refused_client_id"])
    said = Said(Verdict(row["verdict"]), row["client_id"], row["refused_client_id"])
    return Latest(row["decision_id"], said, before)


def _noted(decision_id: UUID, new: NewDecision) -> dict[str, object]:
    return {
        "decision_id": str(decision_id),
        "ref": new.ref,
        "verdict": new.said.verdict.value,
        "client_id": new.said.client_id,
        "former_client_id": new.former_client_id,
        "undoes": str(new.undoes) if new.undoes else None,
    }
