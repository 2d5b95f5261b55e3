"""What becomes of attempts, over a real bus: by version, never back, poison aside; listeners hear it at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer

from dashboard_api.adapters.retries import PostgresRetries
from dashboard_api.domain.access import Principal, Role
from dashboard_api.entrypoints import settled
from dashboard_api.entrypoints.http.services import Services
from dashboard_api.usecases.live import Listener
from trueup_contracts.payments import Failure
from trueup_contracts.retries import PaymentRetrySettledV1
from trueup_contracts.topics import dlq
from trueup_kit.consumer import Consumer, Record
from trueup_kit.dlq import divert
from trueup_kit.producer import Producer

TOPIC = PaymentRetrySettledV1.topic
SERVICE = "dashboard-api"


def outcome(state: str, version: int, **more: Any) -> PaymentRetrySettledV1:
    known = {
        "version": version,
        "attempt_id": "pr_a2",
        "gateway_invoice_id": "in_a2",
        "client_id": "a2",
        "ref": "stripe:cus_a2",
        "state": state,
        "currency": "USD",
        "amount_minor": 10_000,
        "settled_at": datetime.now(UTC),
    }
    return PaymentRetrySettledV1.model_validate(known | more)


@pytest.fixture
def store(services: Services) -> PostgresRetries:
    return PostgresRetries(services.accounts._reads._database, service=SERVICE)  # type: ignore[attr-defined]


async def state(world: Any, attempt_id: str = "pr_a2") -> tuple[str, int]:
    row = await world.admin.fetchrow(
        "SELECT state, settled_version FROM dashboard.payment_retries WHERE attempt_id = $1", attempt_id
    )
    return row["state"], row["settled_version"]


async def test_outcomes_move_forward_only(portfolio: Any, store: PostgresRetries) -> None:
    await portfolio.attempt("a2", state="requested", settled_version=0, settled_at=None)
    await store.settle([outcome("processing", 5), outcome("unknown", 3, needs_person=True)])
    assert await state(portfolio) == ("processing", 5)
    await store.settle([outcome("unknown", 7, reason="timeout"), outcome("processing", 5)])
    assert await state(portfolio) == ("unknown", 7)
    declined = Failure(code="card_declined", decline_code="insufficient_funds", advice_code="try_again_later")
    final = outcome("failed", 8, failure=declined, request_id="req_1")
    assert await store.settle([final, final]) == []
    for late in (outcome("succeeded", 9), outcome("unknown", 10), outcome("failed", 8), outcome("processing", 6)):
        await store.settle([late])
    assert await state(portfolio) == ("failed", 8)


async def test_an_outcome_of_another_invoice_or_client_is_none_of_ours(portfolio: Any, store: PostgresRetries) -> None:
    await portfolio.attempt("a2", state="requested", settled_version=0)
    strange = [
        outcome("succeeded", 1, attempt_id="pr_none"),
        outcome("succeeded", 1, gateway_invoice_id="in_b1"),
        outcome("succeeded", 1, client_id="b1"),
    ]
    for event in strange:
        assert await store.settle([event]) == [event.attempt_id]
    assert await state(portfolio) == ("requested", 0)


@pytest.fixture
async def bus(services: Services, store: PostgresRetries, topics: str) -> AsyncIterator[tuple[Producer, Services]]:
    """The process's two readers of outcomes, and the live stream."""
    producer = Producer(topics, service=SERVICE, publish_timeout_s=10)
    shared = Consumer(topics, service=SERVICE, group=SERVICE)
    shared.subscribe(TOPIC, settled.keeping(store, lambda record, why: divert(producer, record, why, SERVICE)))
    whole = Consumer(topics, service=SERVICE, group=None)
    heard, tell = asyncio.Event(), settled.telling(store, services.live)

    async def hear_and_tell(records: list[Record]) -> None:
        heard.set()
        await tell(records)

    whole.subscribe(TOPIC, hear_and_tell, from_end=True)
    await producer.start()
    await shared.start()
    await whole.start()
    async with asyncio.timeout(60):
        # Where the end is, a reader of the whole finds out only after it began: knock at this partition until heard.
        while shared.probe() or not heard.is_set():
            await producer.publish_raw(TOPIC, key="in_a2", value=b"{", headers={})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(heard.wait(), 0.2)
    running = asyncio.create_task(services.live.run())
    yield producer, services
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await shared.stop()
    await whole.stop()
    await producer.stop()


async def dead_letter(bootstrap: str) -> bytes | None:
    consumer = AIOKafkaConsumer(dlq(TOPIC), bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            value: bytes | None = (await consumer.getone()).value
    finally:
        await consumer.stop()
    return value


async def hear(listener: Listener) -> dict[str, str]:
    async with asyncio.timeout(30):
        while True:
            if retries := (await listener.news(1)).retries:
                return dict(retries)


async def test_from_the_bus_to_the_row_and_to_those_who_listen(
    portfolio: Any,
    bus: tuple[Producer, Services],
    client: httpx.AsyncClient,
    bearer: Any,
    topics: str,
) -> None:
    producer, services = bus
    await portfolio.attempt("a2", state="requested", settled_version=0, settled_at=None)
    ana = services.live.open(Principal(user="ana", role=Role.ACCOUNT_MANAGER))
    ben = services.live.open(Principal(user="ben", role=Role.ACCOUNT_MANAGER))
    await producer.publish(outcome("succeeded", 4))
    assert await hear(ana) == {"pr_a2": "a2"}
    shown = (await client.get("/api/v1/payment-retries/pr_a2", headers=bearer("ana", "account_manager"))).json()
    assert (shown["state"], shown["final"]) == ("succeeded", True), "who is told finds it done"
    assert (await ben.news(0.01)).retries == {}
    assert await dead_letter(topics) == b"{"
