"""A schema of the plumbing's own tables, topics of the test's own, and a broker that may be killed."""

from __future__ import annotations

import asyncio
import subprocess
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_contracts.envelope import Event, Instant
from trueup_devstack import jars, scratch
from trueup_devstack.kafka import Kafka
from trueup_kit.consumer import Record
from trueup_kit.migrations_ingest import create_ingest_tables, create_outbox
from trueup_kit.postgres import create_engine
from trueup_kit.producer import Producer

PARTITIONS = 12
NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Observed(Event):
    """An event of the tests' own; `about` names a fresh class on a fresh topic."""

    topic: ClassVar[str] = "trueup.test.observed.v1"
    type: ClassVar[str] = "trueup.test.observed.v1"

    name: str
    value: int
    observed_at: Instant = NOW

    def key(self) -> str:
        return self.name


def about(name: str) -> type[Observed]:
    """An event class bound to the topic `name`."""
    return type("Observed", (Observed,), {"topic": name, "__module__": __name__})


async def until(
    condition: Callable[[], bool | Awaitable[bool]], *, timeout_s: float = 90.0, what: str = "condition"
) -> None:
    """Wait until the condition holds; fails the test when it does not in time."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = condition()
        if await found if isinstance(found, Awaitable) else found:
            return
        assert time.monotonic() < deadline, f"{what} did not come true within {timeout_s:g} s"
        await asyncio.sleep(0.02)


class _Statements:
    """Collects what a migration would execute."""

    def __init__(self) -> None:
        self.sql: list[str] = []

    def execute(self, sqltext: str) -> None:
        self.sql.append(sqltext)


@pytest.fixture
async def dsn(postgres_server: str) -> AsyncIterator[str]:
    """A database with the tables of ingest and outbox in its public schema."""
    name = f"trueup_kit_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres_server)
    await admin.execute(f"CREATE DATABASE {name}")
    address = urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}"))
    tables = _Statements()
    create_ingest_tables(tables)
    create_outbox(tables)
    inside = await asyncpg.connect(address)
    for statement in tables.sql:
        await inside.execute(statement)
    await inside.close()
    try:
        yield address
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@pytest.fixture
async def engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(dsn, application_name="kit-tests", schema="public")
    try:
        yield made
    finally:
        await made.dispose()


async def create_topic(bootstrap: str, *, partitions: int = PARTITIONS) -> str:
    """A new topic with a leader for every partition."""
    name = f"kit.{uuid.uuid4().hex[:12]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name=name, num_partitions=partitions, replication_factor=1)])

        async def led() -> bool:
            found = (await admin.describe_topics([name]))[0]
            return found["error_code"] == 0 and all(part["leader"] >= 0 for part in found["partitions"])

        await until(led, what=f"topic {name}")
    finally:
        await admin.close()
    return name


@pytest.fixture
async def topic(kafka: str) -> AsyncIterator[str]:
    name = await create_topic(kafka)
    yield name
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.delete_topics([name])
    await admin.close()


@pytest.fixture
async def producer(kafka: str) -> AsyncIterator[Producer]:
    made = Producer(kafka, service="kit-tests", publish_timeout_s=60)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def read_all(bootstrap: str, topic: str) -> list[Record]:
    """Every record of a topic, by partition and offset."""
    from trueup_kit.consumer import to_record

    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[Record] = []
        while any([await consumer.position(tp) < ends[tp] for tp in partitions]):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                found += [to_record(record) for record in batch]
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()


@dataclass
class Broker:
    """A Kafka of the test's own that can be killed and come back with its data."""

    kafka: Kafka
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def bootstrap(self) -> str:
        return self.kafka.bootstrap

    async def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(self.kafka.command(), stdout=output, stderr=output, start_new_session=True)
        await until(self.kafka.accepts, timeout_s=60, what="the broker")

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture(scope="session")
def broker_jars() -> Path:
    return jars.prepare(print)


@pytest.fixture
def broker(broker_jars: Path) -> Iterator[Broker]:
    """Formatted, not started."""
    with scratch.folder("kit-kafka") as place:
        kafka = Kafka(place / "kafka", broker_jars, scratch.free_port(), scratch.free_port())
        kafka.initialise()
        made = Broker(kafka, place / "log")
        try:
            yield made
        finally:
            made.kill()
