"""Three replicas of each ingest service on a stack of its own: `make check-replicas`. Prints JSON; exit code 1 when one of these fails.

- No request is over a provider's limit, by the sandbox's counters.
- Each time QuickBooks' access tokens end, one refresh is made, whatever the number of replicas.
- Without crashes nothing is published twice: no record says what the one before it under its key said, and no two have
  one version.
- The replica that pulls is killed in mid-read, once for each source: another one pulls within `TAKE_OVER_S`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from typing import Any, NamedTuple, TypeAlias

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from tests.chaos.processes import pids_of, processes, until_ready
from tests.running_stack import RunningStack, running_stack

from trueup_contracts.envelope import Event
from trueup_contracts.syncs import SyncReportedV1
from trueup_contracts.topics import TOPICS
from trueup_devstack import checkout as checkouts
from trueup_devstack import control
from trueup_kit.ingest import content_hash
from trueup_operator.verify.audit import audit

REPLICAS = 3
TAKE_OVER_S = 30.0
MEET_S = 180.0
"""How long a pull is waited for, to be killed in the middle of it."""
SOURCES = {
    "amplitude": ("ingest-amplitude", "ingest_amplitude", "usage"),
    "quickbooks": ("ingest-quickbooks", "ingest_quickbooks", "documents"),
    "stripe": ("stripe-webhooks", "stripe_webhooks", "billing"),
}
"""Source → its service, the service's schema, and the lease of its pulls."""
SENDERS = frozenset(service for service, _, _ in SOURCES.values())
_LEASE = "SELECT owner, token, expires_at > clock_timestamp() FROM {schema}.leases WHERE scope = $1"
Counters = dict[str, Any]
Database: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def expire(stack: RunningStack, times: int, every_s: float) -> None:
    """End the access tokens again and again, while people ask for fresh figures as well."""
    for _ in range(times):
        await stack.control("quickbooks/expire", {})
        for user in ("ana", "ben", "chloe"):
            await stack.api(user, "POST", "syncs", json={"source": "quickbooks"}, headers={"x-trueup-csrf": "1"})
        await asyncio.sleep(every_s)


async def records(bootstrap: str) -> AsyncIterator[tuple[type[Event], bytes, bytes]]:
    """Every record that the ingest services have sent: its event, key and value, in the order of its partition."""
    told = [topic for topic in TOPICS if topic.compacted and SENDERS & {*topic.senders}]
    events = {topic.name: topic.event for topic in told if topic.event}
    places = [TopicPartition(topic.name, each) for topic in told for each in range(topic.partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(places)
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        while left := [place for place in places if await consumer.position(place) < ends[place]]:
            for place, batch in (await consumer.getmany(*left, timeout_ms=500)).items():
                for record in batch:
                    if record.value is not None:
                        yield events[place.topic], record.key, record.value
    finally:
        await consumer.stop()


async def published_twice(bootstrap: str) -> tuple[int, list[str]]:
    """How many records there are, and those that say nothing new or have a version that was used before."""
    latest: dict[tuple[str, bytes], tuple[bytes, int]] = {}
    wrong: list[str] = []
    count = 0
    async for kind, key, value in records(bootstrap):
        count += 1
        event = kind.from_bytes(value)
        digest = content_hash(event)
        before = latest.get((kind.topic, key))
        if before and before[1] == event.version:
            wrong.append(f"{kind.topic} {key.decode()}: version {event.version} twice")
        elif before and before[0] == digest and kind is not SyncReportedV1:
            wrong.append(f"{kind.topic} {key.decode()}: the same in versions {before[1]} and {event.version}")
        latest[kind.topic, key] = (digest, event.version)
    return count, wrong


class Puller(NamedTuple):
    """Who pulled last, under which token of the lease, and whether it still does."""

    pid: int
    token: int
    pulls: bool


async def puller(database: Database, source: str) -> Puller:
    """Of this source, by its lease."""
    _, schema, scope = SOURCES[source]
    row = await database.fetchrow(_LEASE.format(schema=schema), scope)
    if row is None:
        return Puller(0, 0, pulls=False)
    # The owner is `service@host:pid:…`.
    return Puller(int(row[0].split(":")[1]), row[1], pulls=row[2])


async def kept_waiting(database: Database, source: str) -> int:
    """The process that pulls, once its source has kept it waiting for a moment."""
    async with asyncio.timeout(MEET_S):
        while True:
            seen = await puller(database, source)
            await asyncio.sleep(0.5)
            if seen.pulls and seen == await puller(database, source):
                return seen.pid


async def take_over(stack: RunningStack, database: Database, source: str) -> dict[str, Any]:
    """Kill whoever pulls while its source keeps it waiting; seconds until another replica pulls."""
    await stack.control("faults", {"provider": source, "mode": "hang"})
    try:
        victim = await kept_waiting(database, source)
        if victim not in pids_of(SOURCES[source][0], await processes()):
            raise SystemExit(f"process {victim} pulls from {source}, and is none of the stack's")
        os.kill(victim, signal.SIGKILL)
    finally:
        await stack.control("faults", {"provider": source, "mode": "none"})
    killed_at = time.monotonic()
    async with asyncio.timeout(4 * TAKE_OVER_S):
        while (await puller(database, source)).pid == victim:
            await asyncio.sleep(0.1)
    return {"source": source, "another_pulls_after_s": round(time.monotonic() - killed_at, 1)}


async def run(*, times: int, every_s: float, events_per_s: float, wait_s: float) -> dict[str, Any]:
    here = checkouts.here()
    async with running_stack() as stack:
        database = await asyncpg.connect(stack.where.migrator_dsn)
        try:
            for service in SENDERS:
                await asyncio.to_thread(control.ask, here, "scale", service=service, count=REPLICAS)
            await until_ready()
            before: Counters = await stack.control("counters")
            await stack.control("pace", {"events_per_s": events_per_s})
            await expire(stack, times, every_s)
            calm: Counters = await stack.control("counters")
            count, twice = await published_twice(stack.where.kafka_bootstrap)
            takings = [await take_over(stack, database, source) for source in SOURCES]
            await stack.control("pace", {"events_per_s": 0})
            outcome = await audit(stack.where, wait_s=wait_s)
            after: Counters = await stack.control("counters")
        finally:
            await database.close()
    over = {name: after.get(name, 0) for name in (f"{source}.refused_by_limit" for source in SOURCES)}
    refreshes = calm.get("quickbooks.refreshes", 0) - before.get("quickbooks.refreshes", 0)
    return {
        "replicas": REPLICAS,
        "requests": {source: after[f"{source}.requests"] for source in SOURCES},
        "over_limit": over,
        "tokens_ended": times,
        "refreshes": refreshes,
        "records": count,
        "published_twice": len(twice),
        "twice": twice[:20],
        "take_over": takings,
        "limit_take_over_s": TAKE_OVER_S,
        "verify_clean": outcome.clean,
        "differences": [str(one) for one in outcome.differences[:20]],
        "good": outcome.clean
        and not any(over.values())
        and refreshes == times
        and count > 0
        and not twice
        and all(one["another_pulls_after_s"] <= TAKE_OVER_S for one in takings),
    }


def main() -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=12, help="how often the access tokens end")
    parser.add_argument("--every", type=float, default=12, help="seconds between two such ends")
    parser.add_argument("--events-per-s", type=float, default=20)
    parser.add_argument("--wait", type=float, default=300)
    asked = parser.parse_args()
    report = asyncio.run(
        run(times=asked.times, every_s=asked.every, events_per_s=asked.events_per_s, wait_s=asked.wait)
    )
    print(json.dumps(report, indent=1))
    sys.exit(0 if report["good"] else 1)


if __name__ == "__main__":
    main()
