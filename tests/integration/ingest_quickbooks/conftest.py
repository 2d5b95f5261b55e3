"""The ingest service on real PostgreSQL and Kafka, against the sandbox's ledger, with one clock for both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.integration.ingest_world import SMALL, Time, Topics, Wire

from ingest_quickbooks.adapters.memory import PostgresMemory
from ingest_quickbooks.adapters.pace import Pace
from ingest_quickbooks.adapters.quickbooks_api import QuickBooksApi
from ingest_quickbooks.adapters.seal import Seal
from ingest_quickbooks.adapters.token_vault import TokenVault
from ingest_quickbooks.adapters.turns import LeasedTurn, Turns
from ingest_quickbooks.usecases.deps import Deps
from ingest_quickbooks.usecases.pull import Outcome, pull_documents
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.invoices import InvoiceObservedV1
from trueup_contracts.payments import PaymentObservedV1
from trueup_contracts.syncs import SyncReportedV1
from trueup_kit.http import ProviderClient
from trueup_kit.ingest import Leases, ObservationPublisher
from trueup_kit.postgres import create_engine
from trueup_kit.producer import Producer
from trueup_sandbox import app as sandbox_app
from trueup_sandbox import scenario
from trueup_sandbox.clock import Clock
from trueup_sandbox.settings import SandboxSettings
from trueup_sandbox.world.world import World

SERVICE = "ingest-quickbooks"
KEY = Fernet.generate_key().decode()
EVENTS = (CustomerObservedV1, InvoiceObservedV1, PaymentObservedV1, SyncReportedV1)


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
    token_client: ProviderClient

    def vault(self, initial: str | None = "qb_refresh_0", *, keys: str = KEY) -> TokenVault:
        return TokenVault(
            self.engine,
            self.token_client,
            token_url="http://ledger/quickbooks/oauth2/v1/tokens/bearer",
            revoke_url="http://ledger/quickbooks/v2/oauth2/tokens/revoke",
            client_id="qb_client",
            client_secret="qb_secret",
            realm_id="9130000000000001",
            seal=Seal(keys),
            initial_refresh_token=initial,
            clock=self.time,
        )

    async def pull(self, *, vault: TokenVault | None = None) -> Outcome:
        publisher = ObservationPublisher(self.engine, self.producer, service=SERVICE)
        turns = Turns(self.engine, Leases(self.engine, service=SERVICE), publisher, self.producer, self.time)
        async with turns.open(0) as turn:
            assert turn is not None
            return await self.pull_in(turn, vault=vault)

    async def pull_in(self, turn: LeasedTurn, *, vault: TokenVault | None = None) -> Outcome:
        ledger = QuickBooksApi(self.client, vault or self.vault(), realm_id="9130000000000001")
        memory = PostgresMemory(self.engine, turn.publisher)
        return await pull_documents(Deps(ledger, memory, turn, self.time, {}))

    async def sent(self, *topics: str) -> list[Any]:
        """Every event of this test on these topics, or on all, oldest version first."""
        return await self.topics.sent(*topics)

    async def facts(self) -> dict[str, Any]:
        """What a consumer knows: the highest version of each document, payment and customer."""
        return {event.key(): event for event in await self.sent() if not isinstance(event, SyncReportedV1)}

    async def report(self) -> SyncReportedV1:
        """The last report."""
        found = (await self.sent(SyncReportedV1.topic))[-1]
        assert isinstance(found, SyncReportedV1)
        return found

    async def sql(self, statement: str, **values: object) -> list[Any]:
        async with self.engine.begin() as conn:
            result = await conn.execute(text(statement), values)
            return list(result) if result.returns_rows else []


@pytest.fixture
async def bench(database: Any, kafka: str) -> AsyncIterator[Bench]:
    topics = await Topics.begin(kafka, EVENTS)
    time = Time()
    world = World(scenario.load(SMALL), clock=Clock(time.wall_ms))
    time.pass_by(minutes=10)
    sandbox = sandbox_app.create(SandboxSettings(scenario=SMALL), world)
    wire = Wire(sandbox.app)
    engine = create_engine(database.dsn("ingest_quickbooks"), application_name="test")
    producer = Producer(kafka, service=SERVICE, publish_timeout_s=60)
    await producer.start()
    limiter = Pace(engine, 500, 10, 0.8)
    shared: dict[str, Any] = {"timeout_s": 5, "attempts_max": 1, "service": SERVICE, "transport": wire}
    client = ProviderClient(
        base_url="http://ledger/quickbooks", limiter=limiter, source="quickbooks", limited_pause_s=60, **shared
    )
    token_client = ProviderClient(base_url="", limiter=None, source="quickbooks_tokens", **shared)
    yield Bench(sandbox, world, time, wire, engine, topics, producer, client, token_client)
    await client.aclose()
    await token_client.aclose()
    await producer.stop()
    await engine.dispose()
    world.close()
