"""The parts that the service and its commands work with, made from the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_amplitude.adapters.amplitude_api import AmplitudeApi
from ingest_amplitude.adapters.memory import PostgresMemory
from ingest_amplitude.adapters.messages import UsageMessages
from ingest_amplitude.adapters.pace import cost_limiter, export_limiter
from ingest_amplitude.adapters.turns import Turns
from ingest_amplitude.domain.again import Rules
from ingest_amplitude.domain.tally import RecentIds
from ingest_amplitude.ports import Turn
from ingest_amplitude.settings import Settings
from ingest_amplitude.usecases.deps import Deps, Plan
from trueup_kit.answering import Answering
from trueup_kit.http import ProviderClient
from trueup_kit.ingest import Leases, ObservationPublisher
from trueup_kit.postgres import create_engine
from trueup_kit.producer import Producer

SERVICE = "ingest-amplitude"


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def plan_of(settings: Settings) -> Plan:
    """What is metered and how it is asked for."""
    return Plan(
        metrics=[one.definition() for one in settings.metrics],
        account_property=settings.account_property,
        zone=ZoneInfo(settings.project_time_zone),
        history_months=settings.history_months,
        rules=Rules(settings.trailing_days, settings.reread_days, settings.reread_hour, settings.close_days),
        month_every=timedelta(minutes=settings.month_every_min),
        reread_cost=settings.reread_cost,
        partition_capacity=settings.partition_capacity,
        export_chunk_hours=settings.export_chunk_hours,
        export_events_max=settings.export_events_max,
        export_every_hours=settings.export_every_hours,
        export_delay=timedelta(minutes=settings.export_delay_min),
        export_again_hours=settings.export_again_hours,
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """The way to Amplitude: limited by rows that all replicas and commands share."""

    engine: AsyncEngine
    client: ProviderClient
    answering: Answering
    source: AmplitudeApi


def reading(settings: Settings, *, application_name: str = SERVICE) -> Reading:
    """Connect nothing yet; close client and engine at the end."""
    engine = create_engine(
        settings.postgres_dsn, application_name=application_name, pool_size=settings.postgres_pool_size
    )
    answering = Answering(engine, source="amplitude")
    client = ProviderClient(
        base_url=settings.base_url,
        limiter=cost_limiter(engine, settings.cost_per_5_min, settings.background_share),
        timeout_s=settings.request_timeout_s,
        attempts_max=settings.attempts_max,
        service=SERVICE,
        source="amplitude",
        answering=answering,
    )
    source = AmplitudeApi(
        client,
        api_key=settings.api_key.get_secret_value(),
        secret_key=settings.secret_key.get_secret_value(),
        account_property=settings.account_property,
        exports=export_limiter(engine, settings.exports_per_min, settings.background_share),
    )
    return Reading(engine, client, answering, source)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a pull needs."""

    reading: Reading
    producer: Producer
    memory: PostgresMemory
    turns: Turns
    plan: Plan
    recent: RecentIds = field(default_factory=RecentIds)

    def deps(self, turn: Turn) -> Deps:
        """The collaborators of one pull."""
        return Deps(
            source=self.reading.source,
            memory=self.memory,
            turn=turn,
            clock=now,
            plan=self.plan,
            recent=self.recent,
            trouble=self.reading.answering.trouble,
        )


def parts(settings: Settings) -> Parts:
    """Start the producer before the first pull, and close what `reading` says."""
    read = reading(settings)
    producer = Producer(settings.kafka_bootstrap, service=SERVICE, publish_timeout_s=settings.publish_timeout_s)
    publisher = ObservationPublisher(read.engine, producer, service=SERVICE)
    plan = plan_of(settings)
    messages = UsageMessages(
        {metric.name: metric for metric in plan.metrics}, time_zone=settings.project_time_zone, service=SERVICE
    )
    turns = Turns(read.engine, Leases(read.engine, service=SERVICE), publisher, producer, messages, now)
    return Parts(read, producer, PostgresMemory(read.engine, publisher), turns, plan)
