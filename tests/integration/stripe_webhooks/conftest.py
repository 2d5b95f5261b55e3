"""The service as a process, the sandbox as Stripe, and Kafka read from the beginning."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from tests import forked
from tests.forked import Forked

from stripe_webhooks.domain.signature import sign
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.payments import PaymentObservedV1
from trueup_contracts.syncs import SyncReportedV1
from trueup_contracts.topics import PARTITIONS
from trueup_devstack.scratch import free_port

if TYPE_CHECKING:
    from tests.databases import Database

SECRET = "whsec_sandbox"
SCENARIO = Path(__file__).parents[3] / "deploy" / "sandbox" / "small.yaml"
PAYMENTS, CUSTOMERS, SYNCS = PaymentObservedV1.topic, CustomerObservedV1.topic, SyncReportedV1.topic
Fact = dict[str, Any]


async def until(found: Callable[[], Awaitable[bool]], *, timeout_s: float = 90.0, what: str = "it") -> None:
    """Wait for a condition; fails the test when it does not come true."""
    deadline = time.monotonic() + timeout_s
    while not await found():
        assert time.monotonic() < deadline, f"{what} did not come true within {timeout_s:g} s"
        await asyncio.sleep(0.1)


@dataclass
class Process:
    """A child process with its output in a file."""

    module: str
    env: dict[str, str]
    ready_url: str
    log: Path
    forked: Forked | None = None

    async def start(self, *, wait: bool = True) -> None:
        self.forked = forked.start(self.module, self.log, self.env)
        if wait:
            await until(self.is_ready, timeout_s=60, what=f"{self.module} ready")

    async def is_ready(self) -> bool:
        assert self.running.poll() is None, self.log.read_text()[-3000:]
        try:
            async with httpx.AsyncClient(timeout=2, verify=False) as client:
                return (await client.get(self.ready_url)).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def running(self) -> Forked:
        assert self.forked is not None, "not started"
        return self.forked

    def kill(self) -> None:
        if self.forked is not None:
            self.forked.kill()
            self.forked.wait()

    def stop(self) -> int:
        """Orderly; returns the exit code."""
        self.running.send_signal(signal.SIGTERM)
        return self.running.wait(30)


@dataclass
class Sandbox:
    """The outside world, quiet: nothing happens but what a test asks for."""

    port: int
    process: Process

    @property
    def stripe_base(self) -> str:
        return f"http://127.0.0.1:{self.port}/stripe"

    async def control(self, path: str, **body: Any) -> dict[str, Any]:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}/control", timeout=10, verify=False
        ) as client:
            answer = await (client.post(path, json=body) if body else client.get(path))
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            return found

    async def happen(self, kind: str, count: int = 1, client_id: str | None = None) -> list[dict[str, Any]]:
        asked = {"kind": kind, "count": count, "client_id": client_id}
        happened: list[dict[str, Any]] = (await self.control("/happen", **asked))["happened"]
        return happened

    async def delivered(self) -> bool:
        return bool((await self.control("/counters"))["deliveries.pending"] == 0)


@dataclass
class Bus:
    """Kafka, read whole; each topic through one consumer, so that reading again costs only what is new."""

    bootstrap: str
    consumers: dict[str, AIOKafkaConsumer] = field(default_factory=dict)
    records: dict[str, list[ConsumerRecord]] = field(default_factory=dict)

    async def read(self, topic: str) -> list[ConsumerRecord]:
        """Every record of a topic up to now, each partition's in order."""
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        if topic not in self.consumers:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
            )
            await consumer.start()
            consumer.assign(partitions)
            self.consumers[topic], self.records[topic] = consumer, []
        consumer, found = self.consumers[topic], self.records[topic]
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(one) < ends[one] for one in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += records
        return list(found)

    async def close(self) -> None:
        for consumer in self.consumers.values():
            await consumer.stop()

    async def facts(self, topic: str) -> list[Fact]:
        return [json.loads(record.value) for record in await self.read(topic)]

    async def last(self, topic: str) -> dict[str, Fact]:
        """The content of the highest version of each key, as a consumer with a version guard ends up with it."""
        found: dict[str, Fact] = {}
        for record in await self.read(topic):
            fact = json.loads(record.value)
            key = record.key.decode()
            if key not in found or fact["version"] > found[key]["version"]:
                found[key] = fact
        return {key: content(fact) for key, fact in found.items()}

    async def compacted(self, topic: str) -> dict[str, Fact]:
        """The content of the last record of each key, as compaction keeps it."""
        return {record.key.decode(): content(json.loads(record.value)) for record in await self.read(topic)}


def content(fact: Fact) -> Fact:
    """A fact without what differs from one announcement to the next."""
    return {name: value for name, value in fact.items() if name not in {"version", "observed_at"}}


@dataclass
class Services:
    """Starts replicas of the service against one database, bus and Stripe."""

    folder: Path
    dsn: str
    bootstrap: str
    stripe_base: str
    stack: ExitStack
    first_port: int
    started: list[Process] = field(default_factory=list)

    async def start(self, *, wait: bool = True, **settings: str) -> Process:
        port = self.first_port if not self.started else free_port()
        env = {
            "POSTGRES_DSN": self.dsn,
            "KAFKA_BOOTSTRAP": self.bootstrap,
            "HTTP_PORT": str(port),
            "STRIPE_API_KEY": "sk_test_sandbox",
            "STRIPE_API_BASE": self.stripe_base,
            "WEBHOOK_SECRETS": f"whsec_old,{SECRET}",
            "POLL_INTERVAL_S": "3600",
            "SESSION_TIMEOUT_S": "6",
            "LOG_FORMAT": "text",
            "DRAIN_S": "0",
        } | settings
        process = Process(
            "stripe_webhooks",
            {f"STRIPE_WEBHOOKS_{name}": value for name, value in env.items()},
            f"http://127.0.0.1:{port}/readyz",
            self.folder / f"service-{len(self.started)}.log",
        )
        self.started.append(process)
        self.stack.callback(process.kill)
        await process.start(wait=wait)
        return process

    def log(self) -> str:
        return "\n".join(process.log.read_text() for process in self.started)


@dataclass
class Sender:
    """Sends webhooks as Stripe does."""

    url: str

    async def post(
        self, body: bytes, *, secret: str = SECRET, age_s: int = 0, signature: str | None = None
    ) -> httpx.Response:
        stamp_s = int(time.time()) - age_s
        headers = {
            "Stripe-Signature": f"t={stamp_s},v1={sign(body, secret, stamp_s)}" if signature is None else signature
        }
        async with httpx.AsyncClient(timeout=10, verify=False) as client:
            return await client.post(self.url, content=body, headers=headers)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def bus(topics: str) -> AsyncIterator[Bus]:
    made = Bus(topics)
    yield made
    await made.close()


@pytest.fixture
def sender(port: int) -> Sender:
    return Sender(f"http://127.0.0.1:{port}/webhooks/stripe")


@pytest.fixture
async def sandbox(request: pytest.FixtureRequest, tmp_path: Path, port: int) -> AsyncIterator[Sandbox]:
    """Delivers webhooks to the first replica that a test starts; its parameter overrules the scenario's deliveries."""
    sandbox_port = free_port()
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(SCENARIO.read_text() + json.dumps({"deliveries": getattr(request, "param", {})})[1:-1] + "\n")
    env = {
        "SANDBOX_HTTP_PORT": str(sandbox_port),
        "SANDBOX_SCENARIO": str(scenario),
        "SANDBOX_WEBHOOK_URL": f"http://127.0.0.1:{port}/webhooks/stripe",
        "SANDBOX_EVENTS_PER_MINUTE": "0",
    }
    process = Process(
        "trueup_sandbox",
        env,
        f"http://127.0.0.1:{sandbox_port}/control/health",
        tmp_path / "sandbox.log",
    )
    await process.start()
    try:
        yield Sandbox(sandbox_port, process)
    finally:
        process.kill()


@pytest.fixture
def services(tmp_path: Path, database: Database, topics: str, sandbox: Sandbox, port: int) -> Iterator[Services]:
    with ExitStack() as stack:
        yield Services(tmp_path, database.dsn("stripe_webhooks"), topics, sandbox.stripe_base, stack, port)
