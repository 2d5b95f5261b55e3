"""How fast usage gets from Kafka into the fact tables, against less and against more naive code: `make bench-reconciler`.

Starts a broker and a PostgreSQL of its own (durable: fsync and synchronous commit are on), publishes the records once and
lets each way read them, the ways alternating, in as many rounds as told. Ratios are taken within a round and their median
is printed: the machine's noise hits both sides. Prints JSON; exit code 1 when a deadlock happened or a sum is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import random
import statistics
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tests import databases
from tests.load import announced

from reconciler.settings import Settings
from trueup_contracts.topics import TOPICS, dlq
from trueup_contracts.usage import UsageObservedV1
from trueup_devstack import scratch
from trueup_kit.messages import Message, to_message
from trueup_kit.producer import Producer

TOPIC = UsageObservedV1.topic
READER = Path(__file__).with_name("fact_reader.py")
REFS, METRICS, DAYS = 12_000, ("api_calls", "seats", "storage_gb"), 3
STALE_SHARE, LATE_SHARE = 0.02, 0.02
"""Records older than what is stored, and new values of a day that was over when the former one was seen."""
TEXTBOOK_RECORDS = 3_000
PATIENCE_S = 300
TICKS = os.sysconf("SC_CLK_TCK")
# Members that start together are dealt partitions together: no round measures a rebalance.
BROKER = {"group.initial.rebalance.delay.ms": "1500"}
POSTGRES = {"fsync": "on", "synchronous_commit": "on", "shared_buffers": "512MB", "max_wal_size": "4GB"}
POSTGRES |= {"track_commit_timestamp": "on"}


@dataclass(frozen=True)
class Way:
    """One way to read the records."""

    name: str
    kind: str
    processes: int
    batch: int = 1000


# As the reconciler comes: what is read at once is stored in two transactions of half of it each.
OURS = Settings.model_fields["batch_records"].default
WAYS = (
    Way("bare", "bare", 1),
    Way("bare_2", "bare", 2),
    Way("ours", "ours", 1, OURS),
    Way("ours_2", "ours", 2, OURS),
    Way("ours_3", "ours", 3, OURS),
    Way("textbook", "textbook", 1),
)


@dataclass(frozen=True)
class Servers:
    """What the rounds run on."""

    bootstrap: str
    database: databases.Database
    admin: asyncpg.Connection[asyncpg.Record]


def records(count: int, seed: int = 1) -> Iterator[Message]:
    """Usage of `REFS` customers: first sights, then replacements while the day lasts, and some that come too late."""
    rng = random.Random(seed)
    first = datetime(2026, 11, 1, tzinfo=UTC)
    keys = [(ref, metric, day) for day in range(DAYS) for metric in METRICS for ref in range(REFS)]
    for number in range(count):
        ref, metric, day = keys[number % len(keys)]
        version = 1 if rng.random() < STALE_SHARE else number + 2
        midnight = first + timedelta(days=day)
        seen = midnight + (timedelta(days=2) if rng.random() < LATE_SHARE else timedelta(seconds=number % 80_000))
        fact = UsageObservedV1(
            version=version,
            ref=f"amplitude:company-{ref:05d}",
            metric=metric,
            bucket=midnight.date().isoformat(),
            quantity=f"{rng.randrange(10_000_000)}.{rng.randrange(100):02d}",
            unit="units",
            observed_at=seen,
        )
        yield to_message(fact, service="ingest-amplitude", time=seen)


async def prepare(bootstrap: str, count: int) -> None:
    """Topics, and the records in one of them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    names = [(name, topic.partitions) for topic in TOPICS for name in (topic.name, dlq(topic.name))]
    await admin.create_topics(
        [NewTopic(name=name, num_partitions=partitions, replication_factor=1) for name, partitions in names]
    )
    await admin.close()
    producer = Producer(bootstrap, service="ingest-amplitude", publish_timeout_s=30)
    await producer.start()
    async for _ in producer.publish_chunks(records(count)):
        pass
    await producer.stop()


async def read_all(servers: Servers, way: Way, count: int) -> dict[str, Any]:
    """Let the processes of one way read `count` records; figures of the whole."""
    await servers.admin.execute("TRUNCATE reconciler.usage, reconciler.fences, reconciler.dirt, public.bare_usage")
    await servers.admin.execute("CHECKPOINT")
    wal, cpu = await servers.admin.fetchval("SELECT pg_current_wal_lsn()"), await _postgres_cpu_s(servers)
    dsn = servers.database.admin_dsn if way.kind == "bare" else servers.database.dsn("reconciler")
    arguments = [way.kind, servers.bootstrap, dsn, f"bench-{uuid.uuid4().hex[:8]}", str(way.batch)]
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, str(READER), *arguments, stdout=asyncio.subprocess.PIPE, limit=2**20
        )
        for _ in range(way.processes)
    ]
    try:
        async with asyncio.timeout(PATIENCE_S):
            last, batches = await _until(started, count)
    finally:
        for process in started:
            process.terminate()
        await asyncio.gather(*(process.wait() for process in started))
    told = [line for line in last if line is not None]
    seconds = max(line["at"] for line in told) - min(line["began"] for line in told)
    wal_bytes = await servers.admin.fetchval("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1)", wal)
    return {
        "events_s": round(count / seconds),
        "python_us": round(1e6 * sum(line["cpu_s"] for line in told) / count, 1),
        "postgres_us": round(1e6 * (await _postgres_cpu_s(servers) - cpu) / count, 1),
        "wal_bytes": round(int(wal_bytes) / count),
        "statements_per_batch": round(sum(line["statements"] for line in told) / batches, 2),
        "shares": sorted(line["n"] for line in told),
    }


async def _until(started: list[asyncio.subprocess.Process], count: int) -> tuple[list[dict[str, Any] | None], int]:
    """The last line of each process once all records are in, and how many batches that took."""
    last: list[dict[str, Any] | None] = [None] * len(started)
    lines: asyncio.Queue[tuple[int, bytes]] = asyncio.Queue()

    async def follow(number: int, output: asyncio.StreamReader) -> None:
        while line := await output.readline():
            lines.put_nowait((number, line))
        lines.put_nowait((number, b""))

    followers = [asyncio.create_task(follow(n, one.stdout)) for n, one in enumerate(started) if one.stdout]
    batches = 0
    while sum(one["n"] for one in last if one) < count:
        number, line = await lines.get()
        if not line:
            raise RuntimeError("a reader ended before all records were read")
        if line.startswith(b'{"n"'):  # the rest is its log
            last[number] = json.loads(line)
            batches += 1
    for one in followers:
        one.cancel()
    return last, batches


async def _postgres_cpu_s(servers: Servers) -> float:
    """Processor time of the server and of all its processes, ended ones included."""
    backend = await servers.admin.fetchval("SELECT pg_backend_pid()")
    main = int(_stat(backend)[3])
    ticks = sum(int(field) for field in _stat(main)[13:17])
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))) and int(stat[3]) == main:
            ticks += sum(int(field) for field in stat[13:15])
    return ticks / TICKS


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return ["", "", *text.rpartition(")")[2].split()]


async def rounds(servers: Servers, count: int, times: int) -> dict[str, Any]:
    """All ways, as often as told, in another order each time."""
    found: dict[str, list[dict[str, Any]]] = {way.name: [] for way in WAYS}
    wrong = 0
    for number in range(times):
        for way in random.Random(number).sample(WAYS, len(WAYS)):
            figures = await read_all(servers, way, TEXTBOOK_RECORDS if way.kind == "textbook" else count)
            if way.kind == "ours":
                wrong += await _wrong(servers, count)
            found[way.name].append(figures)
            print(f"round {number + 1} {way.name}: {figures}", file=sys.stderr, flush=True)
    return {"ways": {name: _median(each) for name, each in found.items()}, "ratios": _ratios(found), "wrong": wrong}


async def _wrong(servers: Servers, count: int) -> int:
    """Buckets that do not hold the newest record of their key."""
    newest: dict[tuple[str, str, str], tuple[int, str]] = {}
    for message in records(count):
        value = json.loads(message.value)
        key = (value["ref"], value["metric"], value["bucket"])
        # Of two records with one version the second is a repeat, whatever it says.
        if value["version"] > newest.get(key, (0, ""))[0]:
            newest[key] = (value["version"], value["quantity"])
    rows = await servers.admin.fetch("SELECT ref, metric, day::text, version, quantity::text FROM reconciler.usage")
    held = {(ref, metric, day): (version, float(quantity)) for ref, metric, day, version, quantity in rows}
    return sum(held.get(key) != (version, float(quantity)) for key, (version, quantity) in newest.items())


def _median(each: list[dict[str, Any]]) -> dict[str, Any]:
    names = [name for name in each[0] if name != "shares"]
    return {name: statistics.median(one[name] for one in each) for name in names} | {"shares": each[-1]["shares"]}


def _ratios(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[float]]:
    """Median, least and greatest ratio of events/s, each within its round."""
    pairs = [("ours", "bare"), ("ours_2", "bare"), ("ours_2", "bare_2"), ("ours", "textbook"), ("ours_2", "ours")]
    told = {}
    for above, below in pairs:
        each = [a["events_s"] / b["events_s"] for a, b in zip(found[above], found[below], strict=True)]
        told[f"{above} / {below}"] = [round(value, 2) for value in (statistics.median(each), min(each), max(each))]
    return told


async def main(arguments: argparse.Namespace) -> int:
    """Start the servers, measure, print."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it complains while the new topics find their leaders
    with scratch.kafka(BROKER) as broker, scratch.postgres(**POSTGRES) as server:
        database = await asyncio.to_thread(databases.create, server.admin_dsn, "bench")
        admin = await asyncpg.connect(database.admin_dsn)
        await admin.execute("CREATE TABLE public.bare_usage (LIKE reconciler.usage)")
        await prepare(broker.bootstrap, arguments.events)
        servers = Servers(broker.bootstrap, database, admin)
        result = await rounds(servers, arguments.events, arguments.rounds)
        if arguments.latency_s:
            result["latency"] = await announced.measure(servers.bootstrap, database, seconds=arguments.latency_s)
        await admin.execute("SELECT pg_stat_force_next_flush()")
        result["deadlocks"] = await admin.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = 'bench'")
        await admin.close()
    print(json.dumps({"events": arguments.events, "rounds": arguments.rounds} | result, indent=1))
    return 1 if result["deadlocks"] or result["wrong"] else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--latency-s", type=int, default=30, help="seconds of 100 events/s to a whole reconciler; 0: none"
    )
    sys.exit(asyncio.run(main(parser.parse_args())))
