"""`python -m ingest_amplitude`: reads the settings, wires everything, runs until told to stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ingest_amplitude.adapters.amplitude_api import AmplitudeApi
from ingest_amplitude.adapters.memory import PostgresMemory
from ingest_amplitude.adapters.messages import UsageMessages
from ingest_amplitude.adapters.pace import cost_limiter
from ingest_amplitude.adapters.turns import Turns
from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.domain.tally import RecentIds
from ingest_amplitude.entrypoints.schedule import Schedule
from ingest_amplitude.ports import Turn
from ingest_amplitude.settings import Settings
from ingest_amplitude.usecases.deps import Deps, Plan
from ingest_amplitude.usecases.pull import Outcome, pull_usage
from trueup_contracts.syncs import SyncRequestedV1
from trueup_kit import logs
from trueup_kit.consumer import Consumer
from trueup_kit.health import Health
from trueup_kit.http import ProviderClient
from trueup_kit.ingest import Leases, ObservationPublisher
from trueup_kit.postgres import create_engine
from trueup_kit.producer import Producer
from trueup_kit.service import launch, run
from trueup_kit.settings import load

SERVICE = "ingest-amplitude"


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def plan_of(settings: Settings) -> Plan:
    """What is metered and how it is asked for."""
    return Plan(
        metrics=[Metric(one.metric, one.event_type, one.property, one.unit) for one in settings.metrics],
        account_property=settings.account_property,
        zone=ZoneInfo(settings.project_time_zone),
        history_months=settings.history_months,
        trailing_days=settings.trailing_days,
        partition_capacity=settings.partition_capacity,
        export_chunk_hours=settings.export_chunk_hours,
        export_every_hours=settings.export_every_hours,
        export_delay=timedelta(minutes=settings.export_delay_min),
    )


async def main() -> None:
    """Wire and run."""
    settings = load(Settings)
    logs.configure(service=SERVICE, level=settings.log_level, fmt=settings.log_format)
    engine = create_engine(settings.postgres_dsn, application_name=SERVICE, pool_size=settings.postgres_pool_size)
    producer = Producer(settings.kafka_bootstrap, service=SERVICE, publish_timeout_s=settings.publish_timeout_s)
    publisher = ObservationPublisher(engine, producer, service=SERVICE)
    client = ProviderClient(
        base_url=settings.base_url,
        limiter=cost_limiter(engine, settings.cost_per_5_min, settings.background_share),
        timeout_s=settings.request_timeout_s,
        attempts_max=settings.attempts_max,
        service=SERVICE,
        source="amplitude",
    )
    source = AmplitudeApi(
        client,
        api_key=settings.api_key.get_secret_value(),
        secret_key=settings.secret_key.get_secret_value(),
        account_property=settings.account_property,
    )
    plan = plan_of(settings)
    messages = UsageMessages(
        {metric.name: metric for metric in plan.metrics}, time_zone=settings.project_time_zone, service=SERVICE
    )
    memory = PostgresMemory(engine, publisher)
    turns = Turns(engine, Leases(engine, service=SERVICE), publisher, producer, messages, now)
    recent = RecentIds()

    async def pull(turn: Turn) -> Outcome:
        return await pull_usage(Deps(source=source, memory=memory, turn=turn, clock=now, plan=plan, recent=recent))

    schedule = Schedule(
        turns.open, pull, interval_s=settings.poll_interval_s, clock=now, dead_letters=producer, service=SERVICE
    )
    consumer = Consumer(
        settings.kafka_bootstrap, service=SERVICE, group=SERVICE, session_timeout_s=settings.session_timeout_s
    )
    consumer.subscribe(SyncRequestedV1.topic, schedule.wish)
    health = Health(SERVICE)
    health.add("producer", producer.probe)
    health.add("consumer", consumer.probe)
    await run(
        settings=settings,
        health=health,
        on_start=[producer.start],
        tasks={"consumer": consumer.run, "pull": schedule.run},
        on_stop=[consumer.stop, producer.stop, client.aclose, engine.dispose],
    )


if __name__ == "__main__":
    launch(main())
