"""Write to PostgreSQL and publish, both or neither: the event is a row of the same transaction, a relay publishes it.

One relay works per outbox (advisory lock), in the order of the ids, and deletes what Kafka acknowledged. A crash between
acknowledgement and deletion publishes again: consumers drop what they know.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import asyncpg
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from trueup_contracts.envelope import Event
from trueup_kit.errors import BrokerUnavailable
from trueup_kit.logs import get_logger
from trueup_kit.messages import Message, to_message
from trueup_kit.postgres import describe, is_transient, raw
from trueup_kit.producer import Producer

__all__ = ["Message", "Relay", "append"]

log = get_logger(__name__)
BATCH = 500
IDLE_S = 0.1
TROUBLE_S = 1.0
STANDBY_S = 2.0
OLDEST = Gauge("trueup_outbox_oldest_seconds", "Age of the oldest event that waits in the outbox")
RELAYED = Counter("trueup_outbox_relayed_total", "Events published from the outbox")

APPEND = """
INSERT INTO outbox (topic, key, value, headers)
SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::jsonb[]) AS added (topic, key, value, headers)
"""
NEXT = "SELECT id, topic, key, value, headers, created_at FROM outbox ORDER BY id LIMIT $1"
DELETE = "DELETE FROM outbox WHERE id = ANY ($1::bigint[])"
# The schema's name makes one lock for each outbox.
LOCK = "SELECT pg_try_advisory_lock(hashtextextended('trueup.outbox.' || current_schema(), 0))"

Driver = asyncpg.Connection[asyncpg.Record]


async def append(conn: AsyncConnection, events: Sequence[Event | Message], *, service: str) -> None:
    """Add events to the outbox in the transaction of `conn`; they are published in the order of this list."""
    messages = [event if isinstance(event, Message) else to_message(event, service=service) for event in events]
    if messages:
        driver = await raw(conn)
        await driver.execute(
            APPEND,
            [message.topic for message in messages],
            [message.key for message in messages],
            [message.value for message in messages],
            [json.dumps(dict(message.headers)) for message in messages],
        )


class Relay:
    """Publishes one outbox. Run it in every replica: those without the lock stand by."""

    def __init__(self, engine: AsyncEngine, producer: Producer, *, service: str) -> None:
        self._engine = engine
        self._producer = producer
        self._service = service

    async def run(self) -> None:
        """Publish until cancelled; waits through trouble with either side."""
        troubled = False
        while True:
            try:
                async with self._engine.connect() as conn:
                    driver = await raw(await conn.execution_options(isolation_level="AUTOCOMMIT"))
                    if await driver.fetchval(LOCK):
                        troubled = False
                        await self._relay(driver)
                await asyncio.sleep(STANDBY_S)
            except Exception as error:
                if not (is_transient(error) or isinstance(error, BrokerUnavailable)):
                    raise
                if not troubled:
                    log.warning("the outbox waits", error=describe(error))
                troubled = True
                await asyncio.sleep(TROUBLE_S)

    async def _relay(self, driver: Driver) -> None:
        """Holds the lock for as long as this connection lives."""
        try:
            while True:
                if not await self._publish_next(driver):
                    await asyncio.sleep(IDLE_S)
        finally:
            # The pool keeps the connection: give the lock back before somebody else works with it.
            await driver.execute("SELECT pg_advisory_unlock_all()")

    async def _publish_next(self, driver: Driver) -> int:
        rows = await driver.fetch(NEXT, BATCH)
        OLDEST.set((datetime.now(UTC) - rows[0]["created_at"]).total_seconds() if rows else 0)
        if rows:
            await self._producer.publish_all(
                Message(row["topic"], row["key"], row["value"], json.loads(row["headers"])) for row in rows
            )
            await driver.execute(DELETE, [row["id"] for row in rows])
            RELAYED.inc(len(rows))
        return len(rows)
