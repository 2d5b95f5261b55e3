"""The parts that the service and its commands work with, made from the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import stripe
from sqlalchemy.ext.asyncio import AsyncEngine

from stripe_webhooks.adapters.limits import Pace
from stripe_webhooks.adapters.postgres import PostgresStore
from stripe_webhooks.adapters.stripe_api import StripeGateway, connect
from stripe_webhooks.ports import ProviderDown
from stripe_webhooks.settings import Settings
from stripe_webhooks.usecases.load import Load
from stripe_webhooks.usecases.observe import Observer
from stripe_webhooks.usecases.reading import LinkNames, Reader
from stripe_webhooks.usecases.resolve import Resolver
from trueup_kit.answering import Answering
from trueup_kit.ingest import Leases, ObservationPublisher
from trueup_kit.logs import get_logger
from trueup_kit.postgres import create_engine
from trueup_kit.producer import Producer

log = get_logger(__name__)
SERVICE = "stripe-webhooks"
BREATH_S = 0.08
"""Between two pages of a load: longer than others wait between two tries for a lease."""


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """The way to Stripe: limited by rows that all replicas and commands share."""

    engine: AsyncEngine
    client: stripe.StripeClient
    answering: Answering
    gateway: StripeGateway
    disconnect: Callable[[], Awaitable[None]]

    async def close(self) -> None:
        """Close the connections."""
        await self.disconnect()
        await self.engine.dispose()


def reading(settings: Settings, *, application_name: str = SERVICE) -> Reading:
    """Connect nothing yet."""
    engine = create_engine(
        settings.postgres_dsn, application_name=application_name, pool_size=settings.postgres_pool_size
    )
    client, connections = connect(
        settings.stripe_api_key.get_secret_value(), settings.stripe_api_base, timeout_s=settings.request_timeout_s
    )
    pace = Pace(engine, settings.limit_per_s, settings.account_per_s, settings.background_share)
    answering = Answering(engine, source="stripe")
    places = asyncio.Semaphore(settings.background_at_once)
    gateway = StripeGateway(client, pace, note=answering.note, background=places)
    return Reading(engine, client, answering, gateway, connections.close_async)


class WrongKey(Exception):
    """The key is of another mode or account than the data: it would find none of the invoices that are known, and report
    them all as deleted. The text says what to do."""


async def key_must_fit(store: PostgresStore, gateway: StripeGateway, settings: Settings) -> None:
    """Let nothing be announced with another key than the database was filled with; call it before anything is read.

    Raises:
        WrongKey: it is one of another mode or account.
    """
    mode = "live" if settings.livemode else "test"
    kept = await store.claimed("mode", mode)
    if kept != mode:
        raise WrongKey(
            f"STRIPE_WEBHOOKS_STRIPE_API_KEY is of {mode} mode, but this database holds {kept} data: "
            f"set the {kept} key, or start with an empty schema."
        )
    try:
        account = await replace(gateway, attempts_max=1).account_id()
    except ProviderDown as down:
        log.warning("whose key it is could not be asked", error=str(down))
        return
    if not account:
        return
    kept = await store.claimed("account", account)
    if kept != account:
        raise WrongKey(
            f"STRIPE_WEBHOOKS_STRIPE_API_KEY is of account {account}, but this database holds data of {kept}: "
            f"set a key of {kept}, or start with an empty schema."
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that looks at Stripe and announces."""

    reading: Reading
    producer: Producer
    store: PostgresStore
    observer: Observer

    def load(self) -> Load:
        """A reading of everything that others can get between."""
        return Load(self.observer, breathe=lambda: asyncio.sleep(BREATH_S))


def parts(settings: Settings) -> Parts:
    """Start the producer before anything is looked at, and close what was read with at the end."""
    read = reading(settings)
    producer = Producer(settings.kafka_bootstrap, service=SERVICE, publish_timeout_s=settings.publish_timeout_s)
    publisher = ObservationPublisher(read.engine, producer, service=SERVICE)
    store = PostgresStore(read.engine, Leases(read.engine, service=SERVICE), publisher)
    links = LinkNames(settings.invoice_metadata_keys, settings.customer_metadata_keys)
    observer = Observer(Reader(read.gateway, links), Resolver(read.gateway, store), store, now)
    return Parts(read, producer, store, observer)
