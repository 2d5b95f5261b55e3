"""The process: wires stores, subscriptions and loops, and runs them until it is told to stop."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.adapters.calibrations import PostgresCalibrations
from reconciler.adapters.decisions import PostgresDecisions
from reconciler.adapters.facts import PostgresFacts
from reconciler.adapters.links import PostgresLinks
from reconciler.adapters.scopes import PostgresScopes
from reconciler.adapters.suggestions import PostgresSuggestions
from reconciler.entrypoints.loops import Loops
from reconciler.entrypoints.subscribers import subscribe
from reconciler.settings import SERVICE, YOUNG_OBJECTS, Settings
from trueup_kit import logs, service
from trueup_kit.consumer import Consumer
from trueup_kit.health import Health
from trueup_kit.outbox import Relay
from trueup_kit.postgres import create_engine
from trueup_kit.producer import Producer
from trueup_kit.settings import load


async def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    logs.configure(service=SERVICE, level=settings.log_level, fmt=settings.log_format)
    engine = create_engine(
        settings.postgres_dsn, application_name=SERVICE, pool_size=settings.postgres_pool_size, schema="reconciler"
    )
    producer = Producer(settings.kafka_bootstrap, service=SERVICE, publish_timeout_s=settings.publish_timeout_s)
    consumer = Consumer(
        settings.kafka_bootstrap, service=SERVICE, group=SERVICE, session_timeout_s=settings.session_timeout_s
    )
    subscribe(consumer, PostgresFacts(engine, service=SERVICE), max_records=settings.batch_records)
    loops = Loops(
        scopes=PostgresScopes(engine),
        links=PostgresLinks(engine),
        suggestions=PostgresSuggestions(engine),
        calibrations=PostgresCalibrations(engine),
        decisions=PostgresDecisions(engine, service=SERVICE),
        policy=settings.policy(),
        clock=lambda: datetime.now(UTC),
        interval_s=settings.decision_interval_ms / 1000,
        batch=settings.decision_batch,
        forecast_weeks=settings.forecast_weeks,
    )
    health = Health(SERVICE)
    health.add("consumer", consumer.probe)
    health.add("producer", producer.probe)
    await service.run(
        settings=settings,
        health=health,
        on_start=[producer.start],
        tasks={
            "consume": consumer.run,
            "relay": Relay(engine, producer, service=SERVICE).run,
            "count": loops.count,
            "link": loops.link,
            "suggest": loops.suggest,
            "decide": loops.decide,
            "calibrate": loops.calibrate,
            "forget": loops.forget,
        },
        on_stop=[consumer.stop, producer.stop, engine.dispose],
    )


if __name__ == "__main__":
    service.launch(main(load(Settings)), young_objects=YOUNG_OBJECTS)
