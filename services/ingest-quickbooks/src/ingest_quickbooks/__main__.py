"""`python -m ingest_quickbooks`: reads the settings, wires everything, runs until told to stop."""

from __future__ import annotations

from fastapi import FastAPI

from ingest_quickbooks.entrypoints.http import webhook_router
from ingest_quickbooks.entrypoints.internal import internal_router
from ingest_quickbooks.entrypoints.schedule import Schedule
from ingest_quickbooks.ports import Turn
from ingest_quickbooks.settings import Settings
from ingest_quickbooks.usecases.pull import Outcome, pull_documents
from ingest_quickbooks.usecases.take_hints import TakeHints
from ingest_quickbooks.wiring import SERVICE, connecting, now, parts
from trueup_contracts.syncs import SyncRequestedV1
from trueup_kit import logs
from trueup_kit.consumer import Consumer
from trueup_kit.health import Health
from trueup_kit.service import launch, run
from trueup_kit.settings import load


async def main() -> None:
    """Wire and run."""
    settings = load(Settings)
    logs.configure(service=SERVICE, level=settings.log_level, fmt=settings.log_format)
    made = parts(settings)
    producer, reading = made.producer, made.reading

    async def pull(turn: Turn) -> Outcome:
        return await pull_documents(made.deps(turn))

    schedule = Schedule(
        made.turns.open,
        pull,
        interval_s=settings.poll_interval_s,
        clock=now,
        dead_letters=producer,
        service=SERVICE,
        hint_spacing_s=settings.webhook_spacing_s,
    )
    verifier = settings.webhook_verifier
    take = TakeHints(verifier.get_secret_value(), settings.realm_id, schedule.hint) if verifier else None
    app = FastAPI(title="Trueup: QuickBooks", openapi_url=None)
    app.include_router(webhook_router(take))
    app.include_router(
        internal_router(
            connecting(settings, reading),
            secret=settings.internal_secret.get_secret_value() if settings.internal_secret else None,
            clock=now,
            connected=schedule.hint,
        )
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
        app=app,
        on_start=[made.company_must_fit, producer.start],
        tasks={
            "consumer": consumer.run,
            "pull": schedule.run,
            "answering": reading.answering.run,
            "reads": reading.meter.run,
            "connection": reading.vault.run,
        },
        on_stop=[reading.vault.settle, consumer.stop, producer.stop, reading.close],
    )


if __name__ == "__main__":
    launch(main())
