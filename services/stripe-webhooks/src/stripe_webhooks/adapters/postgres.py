"""The service's own schema, and publishing through its leases and hashes."""

from __future__ import annotations

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, cast
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from stripe_webhooks import ports
from stripe_webhooks.domain.buckets import BUCKETS
from stripe_webhooks.ports import Busy, Join, Missing, Notes, Progress, Superseded
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.envelope import Event
from trueup_contracts.payments import PaymentObservedV1
from trueup_kit.errors import LeaseLost
from trueup_kit.ingest import Held, Leases, ObservationPublisher
from trueup_kit.postgres import raw

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
CURSOR = "billing"
LOAD = "load"
SEEN_KEPT_H = 6
"""Longer than any overlap of polls; a repeat that comes later is looked at again, which does no harm."""
WALK_KEPT_H = 24
"""Longer than any load takes."""
_NOTE_MET = "INSERT INTO met (walk, record_key) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING"
_END_WALK = """
WITH walked AS (DELETE FROM met WHERE walk = $1 RETURNING record_key)
SELECT record_key FROM last_said
WHERE NOT gone AND NOT EXISTS (SELECT 1 FROM walked WHERE walked.record_key = last_said.record_key)
ORDER BY record_key
"""
_KEPT: Mapping[str, type[Event]] = {event.topic: event for event in (PaymentObservedV1, CustomerObservedV1)}


class AllHeld(Held):
    """Several leases as one. Its version is drawn when all are held: it is above all that were drawn under any of them."""

    def __init__(self, engine: AsyncEngine, leases: Sequence[Held]) -> None:
        self._engine = engine
        self._leases = leases
        self.scope = "all buckets"
        self.version = 0

    async def confirm(self) -> None:
        """Make sure that every scope is still ours; each is extended by its own keeper."""
        async with self._engine.begin() as conn:
            await self.lock(await raw(conn))

    async def lock(self, driver: Connection) -> None:
        """Keep anybody from taking any of the scopes until the caller's transaction ends."""
        for lease in self._leases:
            await lease.lock(driver)


@dataclass(frozen=True, slots=True)
class PostgresStore:
    """The port `Store`."""

    engine: AsyncEngine
    leases: Leases
    publisher: ObservationPublisher
    wait_s: float = 45.0
    """Longer than a lease lives: whoever holds it is either heard of or expired by then."""
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """Turns within this process, first come first served, so that a load does not starve webhooks."""

    @asynccontextmanager
    async def hold(self, bucket: int) -> AsyncIterator[Held]:
        """See the port."""
        async with self._waited_for(f"bucket-{bucket:02}") as held:
            yield held

    @asynccontextmanager
    async def hold_all(self) -> AsyncIterator[Held]:
        """See the port."""
        async with self._waited_for(LOAD), AsyncExitStack() as stack:
            # Side by side: whoever looks at things holds one bucket and waits for none, and there is one load at a time.
            taking = (stack.enter_async_context(self.hold(bucket)) for bucket in range(BUCKETS))
            taken = await asyncio.gather(*taking, return_exceptions=True)
            leases: list[Held] = []
            for one in taken:
                if isinstance(one, BaseException):
                    raise one
                leases.append(one)
            held = AllHeld(self.engine, leases)
            await self.next_version(held)
            yield held

    @asynccontextmanager
    async def _waited_for(self, scope: str) -> AsyncIterator[Held]:
        """A lease, tried again and again until it is ours."""
        deadline = asyncio.get_running_loop().time() + self.wait_s
        async with self._turns[scope]:
            while True:
                async with self.leases.hold(scope) as held:
                    if held is not None:
                        yield held
                        return
                if asyncio.get_running_loop().time() > deadline:
                    raise Busy(f"{scope} was held by another replica for {self.wait_s:g} s")
                await asyncio.sleep(random.uniform(0.02, 0.05))

    async def next_version(self, held: ports.Held) -> None:
        """See the port."""
        try:
            await cast("Held", held).next_version()
        except LeaseLost as error:
            raise Superseded(str(error)) from error

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[Held | None]:
        """See the port."""
        async with self.leases.hold(CURSOR) as held:
            yield held

    async def publish(self, held: ports.Held, facts: Sequence[Event], notes: Notes) -> None:
        """See the port."""
        try:
            await self.publisher.publish_changed(cast("Held", held), facts, then=_writing(facts, notes))
        except LeaseLost as error:
            raise Superseded(str(error)) from error

    async def offsets(self) -> dict[str, dict[str, int]]:
        """See the port."""
        return await self.publisher.offsets()

    async def seen(self, event_ids: Collection[str]) -> set[str]:
        """See the port."""
        found = await self._fetch("SELECT event_id FROM seen_events WHERE event_id = ANY($1)", list(event_ids))
        return {row["event_id"] for row in found}

    async def mark_seen(self, event_ids: Collection[str]) -> None:
        """See the port."""
        await self._execute(
            "INSERT INTO seen_events (event_id) SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING",
            sorted(event_ids),
        )

    async def joins(self, payment_ids: Collection[str]) -> dict[str, Join]:
        """See the port."""
        found = await self._fetch("SELECT * FROM payment_joins WHERE payment_id = ANY($1)", list(payment_ids))
        return {row["payment_id"]: Join(row["payment_id"], row["invoice_id"], row["ref"]) for row in found}

    async def last_said(self, keys: Collection[str]) -> dict[str, Event]:
        """See the port."""
        found = await self._fetch("SELECT * FROM last_said WHERE record_key = ANY($1)", list(keys))
        return {row["record_key"]: _KEPT[row["topic"]].from_bytes(row["payload"].encode()) for row in found}

    async def note_met(self, walk_id: UUID, keys: Collection[str]) -> None:
        """See the port."""
        if keys:
            await self._execute(_NOTE_MET, walk_id, sorted(keys))

    async def end_walk(self, walk_id: UUID) -> list[str]:
        """See the port."""
        async with self.engine.begin() as conn:
            found = await (await raw(conn)).fetch(_END_WALK, walk_id)
        return [row["record_key"] for row in found]

    async def missing(self) -> list[Missing]:
        """See the port."""
        found = await self._fetch("SELECT * FROM missing_things ORDER BY since")
        return [Missing(row["wanted"], row["ref"], row["reason"], row["detail"]) for row in found]

    async def progress(self) -> Progress | None:
        """See the port."""
        text = await self.publisher.cursor(CURSOR)
        if text is None:
            return None
        found = json.loads(text)
        return Progress(datetime.fromisoformat(found["since"]), datetime.fromisoformat(found["as_of"]))

    async def claimed(self, name: str, value: str) -> str:
        """See `ObservationPublisher.claim_cursor`; names are `mode` and `account`."""
        return await self.publisher.claim_cursor(name, value)

    async def forget_old(self) -> None:
        """See the port."""
        await self._execute(
            "DELETE FROM seen_events WHERE seen_at < clock_timestamp() - make_interval(hours => $1)", SEEN_KEPT_H
        )
        await self._execute(
            "DELETE FROM met WHERE met_at < clock_timestamp() - make_interval(hours => $1)", WALK_KEPT_H
        )

    async def _fetch(self, sql: str, *values: object) -> list[asyncpg.Record]:
        async with self.engine.connect() as conn:
            return await (await raw(conn)).fetch(sql, *values)

    async def _execute(self, sql: str, *values: object) -> None:
        async with self.engine.begin() as conn:
            await (await raw(conn)).execute(sql, *values)


def _writing(facts: Sequence[Event], notes: Notes) -> Callable[[Connection], Coroutine[Any, Any, None]]:
    """What is written down in the transaction of the hashes."""

    async def write(conn: Connection) -> None:
        await _write_joins(conn, notes.joins)
        await _write_last_said(conn, facts)
        await _write_missing(conn, notes)
        if notes.progress is not None:
            text = json.dumps({"since": notes.progress.since.isoformat(), "as_of": notes.progress.as_of.isoformat()})
            await ObservationPublisher.save_cursor(conn, CURSOR, text)

    return write


async def _write_joins(conn: Connection, joins: Sequence[Join]) -> None:
    unique = sorted({join.payment_id: join for join in joins}.items())
    if unique:
        await conn.execute(
            """
            INSERT INTO payment_joins AS kept (payment_id, invoice_id, ref)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
            ON CONFLICT (payment_id) DO UPDATE SET invoice_id = excluded.invoice_id, ref = excluded.ref
            WHERE (kept.invoice_id, kept.ref) IS DISTINCT FROM (excluded.invoice_id, excluded.ref)
            """,
            [payment_id for payment_id, _ in unique],
            [join.invoice_id for _, join in unique],
            [join.ref for _, join in unique],
        )


async def _write_last_said(conn: Connection, facts: Sequence[Event]) -> None:
    kept = sorted((fact.key(), fact) for fact in facts if _is_kept(fact))
    if kept:
        await conn.execute(
            """
            INSERT INTO last_said AS kept (record_key, topic, version, payload, gone)
            SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::boolean[])
            ON CONFLICT (record_key) DO UPDATE
            SET version = excluded.version, payload = excluded.payload, gone = excluded.gone
            WHERE kept.version < excluded.version
            """,
            [key for key, _ in kept],
            [fact.topic for _, fact in kept],
            [fact.version for _, fact in kept],
            [fact.to_bytes().decode() for _, fact in kept],
            [_is_gone(fact) for _, fact in kept],
        )


async def _write_missing(conn: Connection, notes: Notes) -> None:
    if notes.read_whole:
        await conn.execute("DELETE FROM missing_things WHERE wanted = ANY($1)", sorted(set(notes.read_whole)))
    unique = sorted({one.wanted: one for one in notes.missing}.items())
    if unique:
        await conn.execute(
            """
            INSERT INTO missing_things (wanted, ref, reason, detail)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
            ON CONFLICT (wanted) DO UPDATE
            SET ref = coalesce(excluded.ref, missing_things.ref), reason = excluded.reason, detail = excluded.detail
            """,
            [wanted for wanted, _ in unique],
            [one.ref for _, one in unique],
            [one.reason for _, one in unique],
            [one.detail for _, one in unique],
        )


def _is_kept(fact: Event) -> bool:
    """Only invoices and customers can be deleted."""
    return isinstance(fact, CustomerObservedV1) or (
        isinstance(fact, PaymentObservedV1) and fact.kind == "gateway_invoice"
    )


def _is_gone(fact: Event) -> bool:
    if isinstance(fact, CustomerObservedV1):
        return fact.deleted
    return isinstance(fact, PaymentObservedV1) and fact.status == "deleted"
