"""The parts that the service and its commands work with, made from the settings."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_quickbooks.adapters.connect_states import PostgresStates
from ingest_quickbooks.adapters.memory import PostgresMemory
from ingest_quickbooks.adapters.pace import Pace
from ingest_quickbooks.adapters.quickbooks_api import QuickBooksApi
from ingest_quickbooks.adapters.read_meter import ReadMeter
from ingest_quickbooks.adapters.seal import Seal
from ingest_quickbooks.adapters.token_vault import TokenVault
from ingest_quickbooks.adapters.turns import Turns
from ingest_quickbooks.ports import Turn
from ingest_quickbooks.settings import Settings
from ingest_quickbooks.usecases.connect import Connecting
from ingest_quickbooks.usecases.deps import Deps
from trueup_kit.answering import Answering
from trueup_kit.http import ProviderClient
from trueup_kit.ingest import Leases, ObservationPublisher
from trueup_kit.postgres import create_engine
from trueup_kit.producer import Producer

SERVICE = "ingest-quickbooks"


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """The way to QuickBooks: limits and tokens are rows that all replicas and commands share."""

    engine: AsyncEngine
    client: ProviderClient
    tokens: ProviderClient
    answering: Answering
    meter: ReadMeter
    vault: TokenVault
    ledger: QuickBooksApi

    async def close(self) -> None:
        """Count what was read last, let a renewal come to its end, and close the connections."""
        await self.vault.settle()
        with contextlib.suppress(Exception):
            await self.meter.keep()
        await self.client.aclose()
        await self.tokens.aclose()
        await self.engine.dispose()


def reading(settings: Settings, *, application_name: str = SERVICE) -> Reading:
    """Connect nothing yet."""
    engine = create_engine(
        settings.postgres_dsn, application_name=application_name, pool_size=settings.postgres_pool_size
    )
    answering = Answering(engine, source="quickbooks")
    client = ProviderClient(
        base_url=settings.base_url,
        limiter=Pace(engine, settings.limit_per_min, settings.limit_per_s, settings.background_share),
        timeout_s=settings.request_timeout_s,
        attempts_max=settings.attempts_max,
        service=SERVICE,
        source="quickbooks",
        answering=answering,
        limited_pause_s=settings.limited_pause_s,
    )
    # One attempt: a refresh that is repeated blindly may look like theft. The next pull asks again.
    tokens = ProviderClient(
        base_url="", limiter=None, timeout_s=20, attempts_max=1, service=SERVICE, source="quickbooks_tokens"
    )
    initial = settings.initial_refresh_token
    vault = TokenVault(
        engine,
        tokens,
        token_url=settings.token_url,
        revoke_url=settings.revoke_url,
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        realm_id=settings.realm_id,
        seal=Seal(settings.token_key.get_secret_value()),
        initial_refresh_token=initial.get_secret_value() if initial is not None else None,
        clock=now,
        renew_again_after=timedelta(seconds=settings.renew_again_after_s),
    )
    meter = ReadMeter(engine, per_month=settings.reads_per_month, clock=now)
    ledger = QuickBooksApi(client, vault, realm_id=settings.realm_id, answered=meter.note)
    return Reading(engine, client, tokens, answering, meter, vault, ledger)


def connecting(settings: Settings, read: Reading, *, redirect_uri: str | None = None) -> Connecting:
    """How a person connects; the browser comes back to `redirect_uri`, or else to the address in the settings."""
    return Connecting(
        PostgresStates(read.engine),
        read.vault,
        now,
        settings.authorise_url,
        settings.client_id,
        redirect_uri or settings.redirect_uri,
        settings.realm_id,
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a pull needs."""

    reading: Reading
    producer: Producer
    memory: PostgresMemory
    turns: Turns
    link_fields: Mapping[str, str]
    realm_id: str

    async def company_must_fit(self) -> None:
        """Another company's ledger would be taken for changes of the one that is remembered.

        Raises:
            SystemExit: with code 2, after saying on standard error what to do.
        """
        known = await self.memory.claim_realm(self.realm_id)
        if known != self.realm_id:
            print(  # noqa: T201  the last word of a process that does not start
                f"INGEST_QUICKBOOKS_REALM_ID is {self.realm_id}, but this database holds the ledger of company {known}: "
                f"set {known}, or start with an empty database and empty topics.",
                file=sys.stderr,
            )
            raise SystemExit(2)

    def deps(self, turn: Turn) -> Deps:
        """The collaborators of one pull."""
        return Deps(
            ledger=self.reading.ledger,
            memory=self.memory,
            turn=turn,
            clock=now,
            link_fields=self.link_fields,
            trouble=self.reading.answering.trouble,
        )


def parts(settings: Settings) -> Parts:
    """Start the producer before the first pull, and close what was read with at the end."""
    read = reading(settings)
    producer = Producer(settings.kafka_bootstrap, service=SERVICE, publish_timeout_s=settings.publish_timeout_s)
    publisher = ObservationPublisher(read.engine, producer, service=SERVICE)
    turns = Turns(read.engine, Leases(read.engine, service=SERVICE), publisher, producer, now)
    return Parts(read, producer, PostgresMemory(read.engine, publisher), turns, settings.link_fields, settings.realm_id)
