"""The ingest service on real PostgreSQL and Kafka, against the sandbox's analytics, with one clock for both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.integration.ingest_world import SMALL, Time, Topics, Wire

from ingest_amplitude.adapters.amplitude_api import AmplitudeApi
from ingest_amplitude.adapters.memory import PostgresMemory
from ingest_amplitude.adapters.messages import UsageMessages
from ingest_amplitude.adapters.pace import cost_limiter
from ingest_amplitude.adapters.turns import Turns
from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.domain.tally import RecentIds
from ingest_amplitude.usecases.deps import Deps, Plan
from ingest_amplitude.usecases.pull import Outcome, pull_usage
from trueup_contracts.syncs import SyncReportedV1
from trueup_contracts.usage import UsageObservedV1
from trueup_kit.http import ProviderClient
from trueup_kit.ingest import Leases, ObservationPublisher
from trueup_kit.postgres import create_engine
from trueup_kit.producer import Producer
from trueup_sandbox import app as sandbox_app
from trueup_sandbox import scenario
from trueup_sandbox.clock import Clock, to_ms
from trueup_sandbox.settings import SandboxSettings
from trueup_sandbox.world.world import World

SERVICE = "ingest-amplitude"
EVENTS = (UsageObservedV1, SyncReportedV1)
Bucket = tuple[str, str, str]
"""Ref, metric, day."""


def connect(engine: AsyncEngine, wire: Wire) -> ProviderClient:
    """Over the test's wire; closing it is not needed."""
    return ProviderClient(
        base_url="http://analytics/amplitude",
        limiter=cost_limiter(engine, 100_000, 0.8),
        timeout_s=5,
        attempts_max=1,
        service=SERVICE,
        source="amplitude",
        transport=wire,
    )


@dataclass
class Bench:
    """The service's parts, wired as its `__main__` does, and the world they read."""

    sandbox: sandbox_app.Sandbox
    world: World
    time: Time
    wire: Wire
    engine: AsyncEngine
    topics: Topics
    producer: Producer
    client: ProviderClient
    plan: Plan
    recent: RecentIds = field(default_factory=RecentIds)

    async def pull(self) -> Outcome:
        publisher = ObservationPublisher(self.engine, self.producer, service=SERVICE)
        source = AmplitudeApi(self.client, api_key="amp_key", secret_key="amp_secret", account_property="account_id")
        messages = UsageMessages({one.name: one for one in self.plan.metrics}, time_zone="UTC", service=SERVICE)
        leases = Leases(self.engine, service=SERVICE)
        turns = Turns(self.engine, leases, publisher, self.producer, messages, self.time)
        memory = PostgresMemory(self.engine, publisher)
        async with turns.open(0) as turn:
            assert turn is not None
            return await pull_usage(Deps(source, memory, turn, self.time, self.plan, self.recent))

    def reconnect(self) -> None:
        """A client without a history."""
        self.client = connect(self.engine, self.wire)

    def restart(self) -> None:
        """Forget what only a process remembers."""
        self.recent = RecentIds()

    def use(self, **changes: Any) -> None:
        """Change the plan."""
        self.plan = replace(self.plan, **changes)

    async def sent(self, *topics: str) -> list[Any]:
        """Every event of this test on these topics, or on all, oldest version first."""
        return await self.topics.sent(*topics)

    async def told(self) -> dict[Bucket, Decimal]:
        """What a consumer knows: the highest version of each bucket, zeros left out."""
        latest = {event.key(): event for event in await self.sent(UsageObservedV1.topic)}
        return {
            (one.ref, one.metric, one.bucket): Decimal(one.quantity) for one in latest.values() if one.quantity != "0"
        }

    async def reports(self) -> Mapping[str, SyncReportedV1]:
        """The last report of each scope."""
        return {event.scope: event for event in await self.sent(SyncReportedV1.topic)}

    async def claimed(self) -> dict[Bucket, Decimal]:
        """What must be known, from the world's own books: each covered day as of the instant that is claimed for it."""
        found: dict[Bucket, Decimal] = {}
        usage = self.world.desk.usage
        reports = await self.reports()
        for one in usage.series:
            account = self.world.accounts[one.account].amplitude_id
            for day, as_of in _instants(reports, f"amplitude:{account}", one.metric.metric).items():
                value = usage.value(one.index, usage.index(day), to_ms(as_of)) if day >= usage.first_day else 0
                if value:
                    found[f"amplitude:{account}", one.metric.metric, day.isoformat()] = Decimal(value)
        return found

    async def sql(self, statement: str, **values: object) -> list[Any]:
        async with self.engine.begin() as conn:
            result = await conn.execute(text(statement), values)
            return list(result) if result.returns_rows else []


def _instants(reports: Mapping[str, SyncReportedV1], ref: str, metric: str) -> dict[date, datetime]:
    found: dict[date, datetime] = {}
    for report in reports.values():
        if report.scope.startswith(f"usage|{metric}|") and (report.refs is None or ref in report.refs):
            for run in report.coverage:
                last = run.to_day or run.from_day
                found |= {run.from_day + timedelta(days=n): run.as_of for n in range((last - run.from_day).days + 1)}
    return found


@pytest.fixture
async def bench(request: pytest.FixtureRequest, database: Any, kafka: str) -> AsyncIterator[Bench]:
    topics = await Topics.begin(kafka, EVENTS)
    time = Time()
    small = scenario.load(SMALL).model_copy(update=getattr(request, "param", {}))
    world = World(small, clock=Clock(time.wall_ms))
    time.pass_by(minutes=10)
    sandbox = sandbox_app.create(SandboxSettings(scenario=SMALL), world)
    wire = Wire(sandbox.app)
    engine = create_engine(database.dsn("ingest_amplitude"), application_name="test")
    producer = Producer(kafka, service=SERVICE, publish_timeout_s=60)
    await producer.start()
    client = connect(engine, wire)
    metrics = [Metric(one.metric, one.event_type, one.property, one.unit) for one in small.metrics]
    plan = Plan(metrics, "account_id", UTC, history_months=2, export_delay=timedelta(0))
    yield Bench(sandbox, world, time, wire, engine, topics, producer, client, plan)
    await producer.stop()
    await engine.dispose()
    world.close()
