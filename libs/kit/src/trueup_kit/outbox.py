"""Write to PostgreSQL and publish, or neither: the event waits in the same transaction, a relay sends it.

One relay per schema works at a time. It publishes in the order of ids and deletes what Kafka has acknowledged, so an
event may be sent twice and is never lost.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence

import asyncpg
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from trueup_contracts.envelope import Event
from trueup_kit.errors import BrokerUnavailable
from trueup_kit.logs import get_logger
from trueup_kit.messages import Message, to_message
from trueup_kit.postgres import describe, is_transient, raw
from trueup_kit.producer import Producer

log = get_logger(__name__)
BATCH = 1000
POLL_S = 0.1
STANDBY_S = 1.0
LONGEST_DELAY_S = 3.0
RELAYED = Counter("trueup_outbox_relayed_total", "Events sent from the outbox")
OLDEST_S = Gauge("trueup_outbox_oldest_s", "Age of the oldest event that waits in the outbox, seconds")

_APPEND = """
INSERT INTO outbox (topic, key, value, headers)
SELECT topic, key, value, headers::jsonb
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) WITH ORDINALITY AS row (topic, key, value, headers, place)
ORDER BY place
"""
_NOTIFY = "SELECT pg_notify('outbox_' || current_schema(), '')"
_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('outbox:' || current_database() || ':' || current_schema(), 0))"
_READ = """
SELECT id, topic, key, value, headers::text AS headers,
       extract(epoch FROM clock_timestamp() - created_at)::float8 AS age_s
FROM outbox ORDER BY id LIMIT $1
"""
_DELETE = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"


async def append(
    conn: AsyncConnection | asyncpg.Connection[asyncpg.Record], events: Sequence[Event | Message], *, service: str
) -> None:
    """Put events into the outbox of the search path's schema, inside the caller's transaction."""
    if not events:
        return
    driver = await raw(conn) if isinstance(conn, AsyncConnection) else conn
    messages = [e if isinstance(e, Message) else to_message(e, service=service) for e in events]
    await driver.execute(
        _APPEND,
        [message.topic for message in messages],
        [message.key for message in messages],
        [message.value for message in messages],
        [json.dumps(dict(message.headers)) for message in messages],
    )
    await driver.execute(_NOTIFY)


class Relay:
    """Sends what waits in the outbox. Every replica runs one; a lock in the database lets one of them work."""

    def __init__(self, engine: AsyncEngine, producer: Producer, *, service: str) -> None:
        self._engine = engine
        self._producer = producer
        self._service = service
        self._trouble: str | None = None
        self._woken = asyncio.Event()

    def probe(self) -> str | None:
        """None while events flow or another replica sends them; else what is in the way."""
        return self._trouble

    async def run(self) -> None:
        """Relay for ever; comes back by itself from a lost database or broker."""
        delay_s = POLL_S
        while True:
            try:
                await self._take_turn()
                delay_s = POLL_S
            except Exception as error:
                if not (is_transient(error) or isinstance(error, BrokerUnavailable)):
                    raise
                if self._trouble is None:
                    log.warning("the outbox waits", error=describe(error))
                self._trouble = describe(error)
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, LONGEST_DELAY_S)

    async def _take_turn(self) -> None:
        """Hold the lock and relay until something fails; without the lock, come back after STANDBY_S."""
        async with self._engine.connect() as conn:
            await conn.execution_options(isolation_level="AUTOCOMMIT")
            driver = await raw(conn)
            if not await driver.fetchval(_LOCK):
                self._works()
                await asyncio.sleep(STANDBY_S)
                return
            try:
                await driver.add_listener(f"outbox_{await driver.fetchval('SELECT current_schema()')}", self._wake)
                while True:
                    await self._drain(driver)
                    self._works()
                    await self._wait()
            finally:
                # The lock belongs to the session: it must not go back to the pool with it.
                await conn.invalidate()

    async def _drain(self, driver: asyncpg.Connection[asyncpg.Record]) -> None:
        while True:
            self._woken.clear()
            rows = await driver.fetch(_READ, BATCH)
            OLDEST_S.set(rows[0]["age_s"] if rows else 0.0)
            if not rows:
                return
            started = time.monotonic()
            await self._producer.publish_all(
                [Message(row["topic"], row["key"], row["value"], json.loads(row["headers"])) for row in rows]
            )
            await driver.execute(_DELETE, [row["id"] for row in rows])
            RELAYED.inc(len(rows))
            log.debug("relayed", events=len(rows), took_ms=round((time.monotonic() - started) * 1000))

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL_S):
                await self._woken.wait()
        except TimeoutError:
            return

    def _wake(self, *_: object) -> None:
        self._woken.set()

    def _works(self) -> None:
        if self._trouble is not None:
            log.info("the outbox flows again")
        self._trouble = None
