"""The real servers keep what they acknowledged, over an orderly stop and over a kill."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from trueup_devstack import jars, probes, scratch
from trueup_devstack.kafka import Kafka
from trueup_devstack.postgres import Postgres
from trueup_devstack.privileges import Identity

READY_TIMEOUT_S = 60
RECORDS = 100


@dataclass
class Server:
    """One process that a test stops and starts."""

    command: Callable[[], list[str]]
    ready: Callable[[], Awaitable[bool]]
    log: Path
    identity: Identity | None = None
    process: subprocess.Popen[bytes] | None = field(default=None)

    async def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command(),
                stdout=output,
                stderr=output,
                cwd="/",
                user=self.identity.uid if self.identity else None,
                group=self.identity.gid if self.identity else None,
                extra_groups=[] if self.identity else None,
            )
        async with asyncio.timeout(READY_TIMEOUT_S):
            while not await self.ready():
                # A killed server's helpers may hold on for a moment: what supervises it starts it again.
                if self.process.poll() is not None:
                    return await self.start()
                await asyncio.sleep(0.05)
        return None

    def stop(self, how: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(30)


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch.folder("servers") as folder:
        yield folder


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
async def test_postgres_keeps_its_rows(folder: Path, how: signal.Signals) -> None:
    postgres = Postgres(folder / "postgres", scratch.free_port(), password="secret")
    assert await asyncio.to_thread(postgres.initialise)
    assert not postgres.initialise()
    server = Server(
        postgres.command, lambda: probes.postgres(postgres.port), folder / "postgres.log", postgres.identity
    )
    await server.start()
    try:
        await asyncio.to_thread(postgres.sql, "CREATE TABLE kept AS SELECT 42 AS answer")
        server.stop(how)
        await server.start()
        assert (await asyncio.to_thread(postgres.sql, "SELECT answer FROM kept")).strip() == "42"
    finally:
        server.stop(signal.SIGINT)


async def test_postgres_asks_for_the_password(folder: Path) -> None:
    postgres = Postgres(folder / "postgres", scratch.free_port(), password="secret")
    await asyncio.to_thread(postgres.initialise)
    server = Server(
        postgres.command, lambda: probes.postgres(postgres.port), folder / "postgres.log", postgres.identity
    )
    await server.start()
    try:
        stranger = Postgres(folder / "postgres", postgres.port, password="wrong")
        with pytest.raises(Exception, match="password authentication failed"):
            await asyncio.to_thread(stranger.sql, "SELECT 1")
    finally:
        server.stop(signal.SIGINT)


async def _produce(bootstrap: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for number in range(RECORDS):
            await producer.send_and_wait("kept", str(number).encode(), partition=0)
    finally:
        await producer.stop()


async def _stored(bootstrap: str) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        partition = TopicPartition("kept", 0)
        offsets: dict[TopicPartition, int] = await consumer.end_offsets([partition])
        return offsets[partition]
    finally:
        await consumer.stop()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_kafka_keeps_its_records(folder: Path, how: signal.Signals) -> None:
    kafka = Kafka(folder / "kafka", jars.prepare(print), scratch.free_port(), scratch.free_port())
    assert await asyncio.to_thread(kafka.initialise)
    server = Server(kafka.command, lambda: probes.kafka(kafka.port), folder / "kafka.log")
    await server.start()
    try:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic("kept", 1, 1)])
        await admin.close()
        await _produce(kafka.bootstrap)
        server.stop(how)
        assert not await asyncio.to_thread(kafka.initialise)
        await server.start()
        assert await _stored(kafka.bootstrap) == RECORDS
    finally:
        server.stop(signal.SIGTERM)


async def test_kafka_takes_other_ports_with_its_data(folder: Path) -> None:
    first = Kafka(folder / "kafka", jars.prepare(print), scratch.free_port(), scratch.free_port())
    await asyncio.to_thread(first.initialise)
    moved = Kafka(folder / "kafka", first.jars, scratch.free_port(), scratch.free_port())
    for broker in (first, moved):
        await asyncio.to_thread(broker.initialise)
        server = Server(broker.command, lambda broker=broker: probes.kafka(broker.port), folder / "kafka.log")  # type: ignore[misc]
        await server.start()
        server.stop(signal.SIGTERM)
