"""`python -m ingest_quickbooks`: reads the settings, wires everything, runs until told to stop."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest_quickbooks.adapters.memory import PostgresMemory
from ingest_quickbooks.adapters.pace import Pace
from ingest_quickbooks.adapters.quickbooks_api import QuickBooksApi
from ingest_quickbooks.adapters.token_vault import TokenVault
from ingest_quickbooks.adapters.turns import Turns
from ingest_quickbooks.entrypoints.schedule import Schedule
from ingest_quickbooks.ports import Turn
from ingest_quickbooks.settings import Settings
from ingest_quickbooks.usecases.deps import Deps
from ingest_quickbooks.usecases.pull import Outcome, pull_documents
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

SERVICE = "ingest-quickbooks"


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


async def main() -> None:
    """Wire and run."""
    settings = load(Settings)
    logs.configure(service=SERVICE, level=settings.log_level, fmt=settings.log_format)
    engine = create_engine(settings.postgres_dsn, application_name=SERVICE, pool_size=settings.postgres_pool_size)
    producer = Producer(settings.kafka_bootstrap, service=SERVICE, publish_timeout_s=settings.publish_timeout_s)
    publisher = ObservationPublisher(engine, producer, service=SERVICE)
    ledger_client = ProviderClient(
        base_url=settings.base_url,
        limiter=Pace(engine, settings.limit_per_min, settings.limit_per_s, settings.background_share),
        timeout_s=settings.request_timeout_s,
        attempts_max=settings.attempts_max,
        service=SERVICE,
        source="quickbooks",
    )
    # One attempt: a refresh that is repeated blindly may look like theft. The next pull asks again.
    token_client = ProviderClient(
        base_url="", limiter=None, timeout_s=20, attempts_max=1, service=SERVICE, source="quickbooks_tokens"
    )
    initial = settings.initial_refresh_token
    vault = TokenVault(
        engine,
        token_client,
        token_url=settings.token_url,
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        realm_id=settings.realm_id,
        key=settings.token_key.get_secret_value(),
        initial_refresh_token=initial.get_secret_value() if initial is not None else None,
        clock=now,
    )
    ledger = QuickBooksApi(ledger_client, vault, realm_id=settings.realm_id)
    memory = PostgresMemory(engine, publisher)
    turns = Turns(engine, Leases(engine, service=SERVICE), publisher, producer, now)

    async def pull(turn: Turn) -> Outcome:
        return await pull_documents(
            Deps(ledger=ledger, memory=memory, turn=turn, clock=now, link_fields=settings.link_fields)
        )

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
        on_stop=[consumer.stop, producer.stop, ledger_client.aclose, token_client.aclose, engine.dispose],
    )


if __name__ == "__main__":
    launch(main())
