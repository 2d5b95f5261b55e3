"""Payment retries on a real bus and database, with the sandbox counting what was really charged."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.integration.stripe_webhooks.conftest import Bus, Sandbox, Services, until

from trueup_contracts.retries import PaymentRetryRequestedV1, PaymentRetrySettledV1
from trueup_kit.producer import Producer

SETTLED = PaymentRetrySettledV1.topic
QUICK: dict[str, Any] = {
    "RETRY_PAY_TIMEOUT_S": "1.5",
    "RETRY_CLAIM_S": "4",
    "RETRY_POLL_S": "0.2",
    "RETRY_PAUSE_FIRST_S": "0.3",
    "RETRY_PAUSE_LONGEST_S": "1",
    "REQUEST_TIMEOUT_S": "2",
}
PATIENT = {name: QUICK[name] for name in ("RETRY_POLL_S", "RETRY_PAUSE_FIRST_S", "RETRY_PAUSE_LONGEST_S")}
"""Where no answer gets lost, none is given up because the machine is busy."""
FINAL = {"succeeded", "failed", "needs_customer", "already_paid", "refused"}


@pytest.fixture
async def producer(topics: str) -> AsyncIterator[Producer]:
    made = Producer(topics, service="dashboard-api", publish_timeout_s=30)
    await made.start()
    yield made
    await made.stop()


async def unpaid(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Overdue invoices of customers whose cards work."""
    await sandbox.happen("overdue", 20)
    found: Any = await sandbox.control("/open-invoices")
    usable: list[dict[str, Any]] = [one for one in found if one["card"] == "fine" and not one["planted"]]
    assert len(usable) >= 12
    return usable


def command(one: dict[str, Any], attempt_id: str, **fields: Any) -> PaymentRetryRequestedV1:
    body = {
        "version": 1,
        "attempt_id": attempt_id,
        "gateway_invoice_id": one["gateway_invoice_id"],
        "client_id": one["client_id"],
        "ref": f"stripe:{one['customer_id']}",
        "currency": one["currency"],
        "amount_minor": one["amount_minor"],
        "requested_by": "u1",
        "requested_at": datetime.now(UTC),
    }
    return PaymentRetryRequestedV1.model_validate(body | fields)


async def told(bus: Bus) -> dict[str, list[str]]:
    """attempt → the states it was announced with, in the order of their versions."""
    found: dict[str, dict[int, str]] = {}
    for event in await bus.facts(SETTLED):
        found.setdefault(event["attempt_id"], {})[event["version"]] = event["state"]
    return {attempt: [states[version] for version in sorted(states)] for attempt, states in found.items()}


async def ended(bus: Bus, attempts: Sequence[str], timeout_s: float = 40) -> dict[str, list[str]]:
    async def all_final() -> bool:
        states = await told(bus)
        return all(states.get(attempt, [""])[-1] in FINAL for attempt in attempts)

    await until(all_final, timeout_s=timeout_s, what=f"all final: {await told(bus)}")
    return await told(bus)


async def charged(sandbox: Sandbox) -> dict[str, int]:
    counters = await sandbox.control("/counters")
    assert counters["double_charges"] == 0
    found: dict[str, int] = counters["charges_by_invoice"]
    return found


async def test_fed_twice_and_out_of_order_each_attempt_charges_once(
    services: Services, sandbox: Sandbox, bus: Bus, producer: Producer
) -> None:
    await services.start(**PATIENT)
    await sandbox.control("/pay-guard", on=False)
    invoices = (await unpaid(sandbox))[:3]
    commands = [command(one, f"att_{place}") for place, one in enumerate(invoices)]
    fed = [*commands, *commands, *commands]
    random.Random(3).shuffle(fed)
    await producer.publish_all(fed)
    states = await ended(bus, [one.attempt_id for one in commands])
    assert states == {one.attempt_id: ["succeeded"] for one in commands}
    await producer.publish_all(commands)
    late = command(invoices[0], "att_late", requested_at=datetime.now(UTC) - timedelta(minutes=3))
    await producer.publish_all([late])
    assert (await ended(bus, ["att_late"]))["att_late"] == ["refused"]
    assert await charged(sandbox) == {one["gateway_invoice_id"]: 1 for one in invoices}
    paid = f"stripe:invoice:{invoices[0]['gateway_invoice_id']}"

    async def moved() -> bool:
        return bool((await bus.last("trueup.payments.observed.v1")).get(paid, {}).get("status") == "paid")

    await until(moved, what="the invoice's own snapshot")


async def test_two_replicas_and_a_gateway_that_loses_answers(
    services: Services, sandbox: Sandbox, bus: Bus, producer: Producer
) -> None:
    await services.start(**QUICK)
    await services.start(**QUICK)
    await sandbox.control("/pay-guard", on=False)
    invoices = (await unpaid(sandbox))[:12]
    lost = [
        "error_before",
        "error_after",
        "cut_before",
        "cut_after",
        "lock_timeout",
        "rate_limit",
        "idempotency_key_in_use",
    ]
    steps: list[Any] = [*lost, {"answer": "timeout_before", "hold_s": 2}, {"answer": "timeout_after", "hold_s": 2}]
    await sandbox.control("/pay-script", answers=[*steps, {"answer": "late", "hold_s": 2}])
    commands = [command(one, f"att_{place}") for place, one in enumerate(invoices)]
    await producer.publish_all([*commands, *commands])
    states = await ended(bus, [one.attempt_id for one in commands])
    assert {states[one.attempt_id][-1] for one in commands} == {"succeeded"}
    assert await charged(sandbox) == {one["gateway_invoice_id"]: 1 for one in invoices}


@pytest.mark.parametrize("answer", ["late", "timeout_after", "processing"])
async def test_killed_in_mid_call_another_replica_asks_with_the_same_key(
    services: Services, sandbox: Sandbox, bus: Bus, producer: Producer, database: Any, answer: str
) -> None:
    first = await services.start(**QUICK)
    await sandbox.control("/pay-guard", on=False)
    invoice = (await unpaid(sandbox))[0]
    step = {"answer": answer, "hold_s": 1.2, "settles_after_s": 1.0}
    await sandbox.control("/pay-script", invoice=invoice["gateway_invoice_id"], answers=[step])
    await producer.publish_all([command(invoice, "att_1")])
    admin = await asyncpg.connect(database.dsn("migrator"))

    async def asked() -> bool:
        return bool(await admin.fetchval("SELECT tries > 0 FROM stripe_webhooks.retry_executions"))

    await until(asked, what="the call")
    first.kill()
    await services.start(**QUICK)
    states = await ended(bus, ["att_1"])
    assert states["att_1"][-1] == "succeeded"
    assert await charged(sandbox) == {invoice["gateway_invoice_id"]: 1}
    await admin.close()


async def test_what_the_customer_pays_by_himself_after_an_unanswered_call_is_not_told_as_ours(
    services: Services, sandbox: Sandbox, bus: Bus, producer: Producer
) -> None:
    await services.start(**QUICK)
    usable = await unpaid(sandbox)
    still_open: Any = await sandbox.control("/open-invoices")
    of_client = Counter(one["client_id"] for one in still_open)
    invoice = next(one for one in usable if of_client[one["client_id"]] == 1)  # which else would he pay?
    await sandbox.control("/pay-script", invoice=invoice["gateway_invoice_id"], answers=["error_before"] * 60)
    await producer.publish_all([command(invoice, "att_1")])

    async def unknown() -> bool:
        return (await told(bus)).get("att_1") == ["unknown"]

    await until(unknown, what="a call without an answer")
    await sandbox.happen("pay", client_id=invoice["client_id"])
    assert (await ended(bus, ["att_1"]))["att_1"] == ["unknown", "already_paid"]
    assert await charged(sandbox) == {}


async def test_a_processing_payment_is_settled_by_its_webhook(
    services: Services, sandbox: Sandbox, bus: Bus, producer: Producer
) -> None:
    await services.start(**(PATIENT | {"RETRY_PAUSE_FIRST_S": "60", "RETRY_PAUSE_LONGEST_S": "60"}))
    shown = (await unpaid(sandbox))[0]
    invoice = shown["gateway_invoice_id"]
    await sandbox.control("/pay-script", invoice=invoice, answers=["processing"])
    await producer.publish_all([command(shown, "att_1")])

    async def processing() -> bool:
        return (await told(bus)).get("att_1") == ["processing"]

    await until(processing, what="processing")
    await sandbox.control("/pay-settle", invoice=invoice, outcome="failed")
    # Sooner than it would be asked about again: sixty seconds.
    assert (await ended(bus, ["att_1"], timeout_s=40))["att_1"] == ["processing", "failed"]
    assert await charged(sandbox) == {}


async def test_a_record_that_is_no_command_is_diverted(
    services: Services, sandbox: Sandbox, bus: Bus, producer: Producer
) -> None:
    await services.start(**PATIENT)
    topic = PaymentRetryRequestedV1.topic
    await producer.publish_raw(topic, key="in_1", value=b"{", headers={})
    await producer.publish_all([command((await unpaid(sandbox))[0], "att_1")])
    assert (await ended(bus, ["att_1"]))["att_1"] == ["succeeded"]

    async def diverted() -> bool:
        return len(await bus.read(f"{topic}.dlq")) == 1

    await until(diverted, what="the dead letter")
