"""Recompute a whole company from its stored facts while the old rows are read: `make bench-replay`. Prints JSON.

Fills a PostgreSQL of its own, lets every account be decided once, then runs `trueup replay` as a person would. Exit code 1
when a revision, the timeline or a row differs afterwards although no fact changed, or when a read failed meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from tests import databases
from tests.integration.reconciler.world import System, customers, invoice, payment, reports

from reconciler.commands.audit import audit
from reconciler.domain.policy import Policy
from reconciler.usecases.count import count_reports
from reconciler.usecases.decide import decide_some
from reconciler.usecases.relink import relink
from trueup_contracts.envelope import Event
from trueup_devstack import scratch
from trueup_kit.postgres import create_engine

POSTGRES = {"fsync": "on", "synchronous_commit": "on", "shared_buffers": "512MB", "max_wal_size": "4GB"}
FEED = 5_000
READ_EVERY_S = 0.05
# The metered days, counted back from today; the same quantity every day keeps the filling quick.
_USAGE = """
INSERT INTO reconciler.usage (ref, metric, grain, day, version, quantity, unit, time_zone, observed_at)
SELECT 'amplitude:a' || a, 'api_calls', 'day', d::date, 1, 100 + a % 7, 'calls', 'UTC', now()
FROM generate_series(0, $1 - 1) a, generate_series(current_date - $2::int + 1, current_date, interval '1 day') d
"""
_PAGE = (
    "SELECT client_id, item::text FROM read_model.accounts ORDER BY variance_minor DESC NULLS LAST, client_id LIMIT 50"
)
_STATE = """
SELECT (SELECT sum(revision) FROM read_model.accounts) AS revisions, (SELECT count(*) FROM read_model.timeline) AS entries,
    (SELECT count(*) FROM read_model.reconciliations) AS periods
"""


def facts(accounts: int) -> Iterator[Event]:
    """Twelve and a half invoices of each account, each paid at the gateway."""
    for account in range(accounts):
        yield from customers(account)
        for month in range(1, 12):
            yield invoice(account, month, 3_100)
            yield payment(account, month)
        for month in range(10, 11 + account % 2):
            second = invoice(account, month, 3_100)
            yield second.model_copy(update={"document_id": f"{second.document_id}b", "number": f"{second.number}b"})


async def fill(system: System, accounts: int, days: int) -> None:
    """Store all facts and decide every account once."""
    waiting: list[Event] = []
    for event in facts(accounts):
        waiting.append(event)
        if len(waiting) == FEED:
            await system.feed(waiting, batch=1000)
            waiting = []
    await system.feed([*waiting, *reports(as_of=system.now)], batch=1000)
    await system.admin.execute(_USAGE, accounts, days)
    await system.admin.execute("ANALYZE")
    while True:
        moved = await relink(system.links)
        await count_reports(system.scopes)
        done = await decide_some(system.decisions, Policy(), lambda: system.now, limit=100)
        assert not done.failed, done.failed[0].error
        if not moved and not done.decided and not await system.is_waiting():
            return


async def read_on(admin: asyncpg.Pool[asyncpg.Record], took_ms: list[float]) -> None:
    """Read a page now and then, as the grid does."""
    while True:
        began = time.perf_counter()
        rows = await admin.fetch(_PAGE)
        took_ms.append(1000 * (time.perf_counter() - began))
        assert len(rows) == 50
        await asyncio.sleep(READ_EVERY_S)


async def replay(database: databases.Database, system: System, processes: int) -> dict[str, Any]:
    """Run the command; how long it took, what it changed, and how the reads went meanwhile."""
    before = dict(await system.admin.fetchrow(_STATE) or {})
    took_ms: list[float] = []
    reading = asyncio.create_task(read_on(system.admin, took_ms))
    began = time.monotonic()
    command = [str(Path(sys.executable).with_name("trueup")), "replay", "--processes", str(processes)]
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | {"TRUEUP_MIGRATOR_DSN": database.dsn("migrator")}, stdout=sys.stderr
    )
    code = await process.wait()
    seconds = time.monotonic() - began
    failed = reading.done()
    reading.cancel()
    after = dict(await system.admin.fetchrow(_STATE) or {})
    cuts = statistics.quantiles(took_ms, n=100)
    return {
        "seconds": round(seconds, 1),
        "exit_code": code,
        "unchanged": before == after,
        "reads": {"n": len(took_ms), "p50_ms": round(cuts[49], 1), "p99_ms": round(cuts[98], 1), "failed": failed},
    }


async def main(arguments: argparse.Namespace) -> int:
    """Fill, replay, compare, print."""
    with scratch.postgres(**POSTGRES) as server:
        database = await asyncio.to_thread(databases.create, server.admin_dsn, "bench")
        engine = create_engine(
            database.dsn("reconciler"), application_name="bench", pool_size=8, max_overflow=4, schema="reconciler"
        )
        admin = await asyncpg.create_pool(database.admin_dsn, min_size=1, max_size=4, command_timeout=600)
        system = System(engine, admin, now=datetime.now(UTC) - timedelta(minutes=1))
        began = time.monotonic()
        await fill(system, arguments.accounts, arguments.days)
        held = await admin.fetchrow(
            "SELECT (SELECT count(*) FROM reconciler.usage) AS usage, (SELECT count(*) FROM reconciler.documents) AS invoices"
        )
        result = {"accounts": arguments.accounts, **dict(held or {}), "filled_s": round(time.monotonic() - began)}
        result |= await replay(database, system, arguments.processes)
        result["differences"] = len(await audit(database.dsn("migrator")))
        await admin.close()
        await engine.dispose()
    print(json.dumps(result, indent=1))
    good = (
        result["unchanged"] and not result["differences"] and not result["exit_code"] and not result["reads"]["failed"]
    )
    return 0 if good else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=12_000)
    parser.add_argument("--days", type=int, default=250, help="metered days of each account")
    parser.add_argument("--processes", type=int, default=2)
    sys.exit(asyncio.run(main(parser.parse_args())))
