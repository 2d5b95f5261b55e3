"""From a usage record's publication to its commit and to the announcement of its account, by a whole reconciler process."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer
from tests.databases import Database
from tests.integration.reconciler.world import bucket, facts, reports

from trueup_contracts.accounts import AccountReconciledV1
from trueup_devstack.scratch import free_port
from trueup_kit.producer import Producer

ACCOUNTS = 200
RATE = 100
SETTLE_TIMEOUT_S = 120
TAIL_S = 10


async def measure(bootstrap: str, database: Database, *, seconds: int) -> dict[str, Any]:
    """`RATE` records a second for `seconds`; milliseconds until committed and until announced, and what got lost."""
    environment = os.environ | {
        "RECONCILER_POSTGRES_DSN": database.dsn("reconciler"),
        "RECONCILER_KAFKA_BOOTSTRAP": bootstrap,
        "RECONCILER_HTTP_PORT": str(free_port()),
        "RECONCILER_LOG_LEVEL": "ERROR",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "reconciler", env=environment)
    admin = await asyncpg.connect(database.admin_dsn)
    producer = Producer(bootstrap, service="bench", publish_timeout_s=30)
    try:
        await producer.start()
        await admin.execute("TRUNCATE reconciler.usage, reconciler.dirt")
        await producer.publish_all([*facts(ACCOUNTS), *reports()])
        await _settled(admin)
        return await _run(bootstrap, producer, admin, seconds)
    finally:
        await producer.stop()
        await admin.close()
        process.terminate()
        await process.wait()


async def _settled(admin: asyncpg.Connection[asyncpg.Record]) -> None:
    sql = """
    SELECT (SELECT count(*) FROM read_model.accounts) >= $1 AND NOT EXISTS (SELECT 1 FROM reconciler.dirt)
        AND NOT EXISTS (SELECT 1 FROM reconciler.dirty_accounts)
    """
    async with asyncio.timeout(SETTLE_TIMEOUT_S):
        quiet = 0
        while quiet < 5:
            quiet = quiet + 1 if await admin.fetchval(sql, ACCOUNTS) else 0
            await asyncio.sleep(0.5)


async def _run(
    bootstrap: str, producer: Producer, admin: asyncpg.Connection[asyncpg.Record], seconds: int
) -> dict[str, Any]:
    heard: dict[str, list[float]] = defaultdict(list)
    listening = asyncio.Event()
    ears = asyncio.create_task(_listen(bootstrap, heard, listening))
    await listening.wait()
    sent: list[tuple[int, int, float]] = []
    began = time.time()
    publishing: set[asyncio.Task[Any]] = set()
    for number in range(RATE * seconds):
        await asyncio.sleep(max(0.0, began + number / RATE - time.time()))
        account, at = number % ACCOUNTS, time.time()
        fact = bucket(account, datetime.now(UTC).date(), number, version=1_000 + number)
        sent.append((account, fact.version, at))
        publishing.add(asyncio.create_task(producer.publish(fact.model_copy(update={"observed_at": _instant(at)}))))
    await asyncio.gather(*publishing)
    await asyncio.sleep(TAIL_S)
    ears.cancel()
    return await _figures(admin, sent, heard)


def _instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


async def _listen(bootstrap: str, heard: dict[str, list[float]], listening: asyncio.Event) -> None:
    consumer = AIOKafkaConsumer(AccountReconciledV1.topic, bootstrap_servers=bootstrap, auto_offset_reset="latest")
    await consumer.start()
    try:
        await consumer.seek_to_end()
        listening.set()
        async for record in consumer:
            heard[record.key.decode()].append(time.time())
    finally:
        await consumer.stop()


async def _figures(
    admin: asyncpg.Connection[asyncpg.Record], sent: list[tuple[int, int, float]], heard: dict[str, list[float]]
) -> dict[str, Any]:
    """An announcement answers for every record of its account that was published before it."""
    announced = [
        min((1000 * (one - at) for one in heard[f"c{account}"] if one >= at), default=None) for account, _, at in sent
    ]
    rows = await admin.fetch(
        """SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin)) - extract(epoch FROM observed_at) AS s
           FROM reconciler.usage WHERE version >= 1000"""
    )
    known = [one for one in announced if one is not None]
    return {
        "events_s": RATE,
        "committed_ms": _spread([1000 * float(row["s"]) for row in rows]),
        "announced_ms": _spread(known),
        "never_announced": len(announced) - len(known),
    }


def _spread(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100)
    return {"n": len(values), "p50": round(cuts[49], 1), "p99": round(cuts[98], 1), "max": round(max(values), 1)}
