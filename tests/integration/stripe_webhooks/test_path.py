"""From Stripe to the announced facts: on real Kafka and PostgreSQL, through the official SDK."""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.integration.stripe_webhooks.conftest import CUSTOMERS, PAYMENTS, SYNCS, until

from trueup_contracts.syncs import SyncRequestedV1
from trueup_contracts.topics import STRIPE_EVENTS_RECEIVED, dlq
from trueup_kit.producer import Producer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.integration.stripe_webhooks.conftest import Bus, Fact, Sandbox, Sender, Services


async def loaded(bus: Bus) -> bool:
    return any(report["complete"] for report in await bus.facts(SYNCS))


def of_kind(facts: dict[str, Fact], kind: str) -> dict[str, Fact]:
    return {key: fact for key, fact in facts.items() if fact["kind"] == kind}


SHELVES = {"gateway_invoice": "invoices", "payment": "payments", "refund": "refunds", "dispute": "disputes"}
WORDS = {"requires_payment_method": "failed"}


async def agree(bus: Bus, sandbox: Sandbox) -> None:
    """What the bus ends up with is what Stripe holds: the same objects in the same states."""
    held = (await sandbox.control("/sources/stripe/facts"))["details"]
    facts = await bus.last(PAYMENTS)
    for kind, shelf in SHELVES.items():
        found = of_kind(facts, kind)
        states = Counter(fact["status"] for fact in found.values())
        assert states == {WORDS.get(word, word): count for word, count in held[shelf]["states"].items()}, kind
        assert _checksum(key.rpartition(":")[2] for key in found) == held[shelf]["checksum"], kind
    customers = await bus.last(CUSTOMERS)
    assert _checksum(key.removeprefix("stripe:") for key in customers) == held["customers"]["checksum"]
    assert await bus.compacted(PAYMENTS) == facts, "compaction keeps the newest"


async def agreed(bus: Bus, sandbox: Sandbox, *, timeout_s: float = 60) -> None:
    """Wait until they agree, where nothing else tells when; fails with what differs."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return await agree(bus, sandbox)
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.2)


def _checksum(ids: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:16]


async def test_the_first_start_announces_everything_and_says_so(services: Services, sandbox: Sandbox, bus: Bus) -> None:
    await services.start()
    await until(lambda: loaded(bus), what="the first load")
    await agree(bus, sandbox)
    reports = await bus.facts(SYNCS)
    assert [report["complete"] for report in reports] == [False, True]
    assert reports[0]["version"] < reports[1]["version"], "a consumer takes the second for news"
    assert "as_of" not in reports[0]
    ends = {record.partition: record.offset for record in await bus.read(PAYMENTS)}
    assert reports[1]["offsets"][PAYMENTS] == {str(partition): offset for partition, offset in ends.items()}
    keys = [record.key for record in await bus.read(PAYMENTS)]
    assert len(keys) == len(set(keys)), "each fact once"


async def test_a_restart_announces_nothing_that_has_not_changed(services: Services, sandbox: Sandbox, bus: Bus) -> None:
    first = await services.start()
    await until(lambda: loaded(bus))
    sent = len(await bus.read(PAYMENTS))
    assert first.stop() == 0
    await services.start(POLL_INTERVAL_S="1")
    await until(lambda: _reports(bus, 4), what="two more pulls")
    assert len(await bus.read(PAYMENTS)) == sent


async def _reports(bus: Bus, count: int) -> bool:
    return len(await bus.read(SYNCS)) >= count


@pytest.mark.parametrize("sandbox", [{"thin_share": 0.0}], indirect=True)
async def test_a_payment_is_announced_and_a_wish_pulls_at_once(services: Services, sandbox: Sandbox, bus: Bus) -> None:
    await services.start()
    await until(lambda: loaded(bus))
    [paid] = await sandbox.happen("pay")
    key = f"stripe:invoice:{paid['objects']['gateway_invoices']}"

    async def announced() -> bool:
        return bool((await bus.last(PAYMENTS))[key]["status"] == "paid")

    await until(announced, what=f"{key} announced as paid")
    for record in await bus.read(STRIPE_EVENTS_RECEIVED):
        carried: dict[str, Any] = json.loads(record.value)["data"]["object"]
        named = carried["id"] if carried["object"] == "invoice" else carried.get("invoice", carried["id"])
        assert record.key.decode() == named, "an event that names its invoice has its key"

    reports = len(await bus.read(SYNCS))
    wish = SyncRequestedV1(
        version=1, request_id="r1", source="stripe", requested_by="ana", requested_at=datetime.now(UTC)
    )
    async with publishing(bus) as producer:
        await producer.publish(wish)
    await until(lambda: _reports(bus, reports + 1), what="the pull that was wished for")
    await agree(bus, sandbox)


@asynccontextmanager
async def publishing(bus: Bus) -> AsyncIterator[Producer]:
    producer = Producer(bus.bootstrap, service="test", publish_timeout_s=60)
    await producer.start()
    yield producer
    await producer.stop()


@pytest.mark.parametrize("sandbox", [{"thin_share": 1.0}, {"thin_share": 0.0, "older_share": 1.0}], indirect=True)
async def test_thin_events_and_bodies_from_before_basil_lead_to_the_same(
    services: Services, sandbox: Sandbox, bus: Bus
) -> None:
    await services.start()
    await until(lambda: loaded(bus))
    for kind in ("pay", "decline", "refund", "dispute", "void"):
        await sandbox.happen(kind)
    await until(sandbox.delivered, what="all delivered")
    await agreed(bus, sandbox)
    bodies = [json.loads(record.value) for record in await bus.read(STRIPE_EVENTS_RECEIVED)]
    assert {body.get("api_version") for body in bodies} - {"2026-10-28.endive"}, "of another endpoint"


async def test_repeats_and_disorder_end_in_the_same_facts(
    services: Services, sandbox: Sandbox, bus: Bus, sender: Sender
) -> None:
    await services.start()
    await until(lambda: loaded(bus))
    await sandbox.control("/deliveries", mode="shuffle")
    for kind, count in (("decline", 3), ("pay", 8), ("refund", 2), ("dispute", 2), ("void", 1), ("uncollectible", 1)):
        await sandbox.happen(kind, count)
    await until(sandbox.delivered, what="all delivered")
    await _drained(bus, services)
    await agree(bus, sandbox)
    sent = len(await bus.read(PAYMENTS))
    bodies = [record.value for record in await bus.read(STRIPE_EVENTS_RECEIVED)]
    for body in bodies + bodies[::-1]:
        assert (await sender.post(body)).status_code == 200
    await _drained(bus, services)
    assert len(await bus.read(PAYMENTS)) == sent, "a repeat announces nothing"
    await agree(bus, sandbox)


async def _drained(bus: Bus, services: Services) -> None:
    """Everything in the inbox is worked through: a marker sent last has been passed by every partition's owner."""
    from aiokafka.admin import AIOKafkaAdminClient

    admin = AIOKafkaAdminClient(bootstrap_servers=bus.bootstrap)
    await admin.start()
    try:
        ends: dict[int, int] = {}
        for record in await bus.read(STRIPE_EVENTS_RECEIVED):
            ends[record.partition] = record.offset + 1

        async def committed() -> bool:
            offsets = await admin.list_consumer_group_offsets("stripe-webhooks")
            done = {tp.partition: meta.offset for tp, meta in offsets.items() if tp.topic == STRIPE_EVENTS_RECEIVED}
            return all(done.get(partition, 0) >= end for partition, end in ends.items())

        await until(committed, timeout_s=60, what="the inbox drained")
    finally:
        await admin.close()


async def test_the_poll_catches_what_no_webhook_brought(services: Services, sandbox: Sandbox, bus: Bus) -> None:
    await services.start(POLL_INTERVAL_S="1")
    await until(lambda: loaded(bus))
    await sandbox.control("/deliveries", mode="hold")
    await sandbox.happen("pay", 5)
    await sandbox.happen("refund", 1)
    await agreed(bus, sandbox)
    assert await bus.read(STRIPE_EVENTS_RECEIVED) == []


async def test_poison_goes_to_the_dead_letters_alone(services: Services, sandbox: Sandbox, bus: Bus) -> None:
    await services.start()
    await until(lambda: loaded(bus))
    async with publishing(bus) as producer:
        for value in (b"nope", b"\xff\xfe"):
            await producer.publish_raw(STRIPE_EVENTS_RECEIVED, key="in_1", value=value, headers={})
    await sandbox.happen("pay", 3)
    await until(sandbox.delivered)
    await _drained(bus, services)
    letters = await bus.read(dlq(STRIPE_EVENTS_RECEIVED))
    assert sorted(letter.value for letter in letters) == [b"nope", b"\xff\xfe"]
    assert all(dict(letter.headers)["dlq_error"] for letter in letters)
    await agree(bus, sandbox)


async def test_with_stripe_down_webhooks_wait_and_are_worked_through_after(
    services: Services, sandbox: Sandbox, bus: Bus
) -> None:
    await services.start()
    await until(lambda: loaded(bus))
    for mode in ("down", "garbage"):
        await sandbox.control("/faults", provider="stripe", mode=mode)
        await sandbox.happen("pay", 2)
        await until(sandbox.delivered, what="webhooks are taken although Stripe cannot be read")
        before = len(await bus.read(PAYMENTS))
        await asyncio.sleep(1)
        assert len(await bus.read(PAYMENTS)) == before
        await sandbox.control("/faults", provider="stripe", mode="none")
        await _drained(bus, services)
        await agree(bus, sandbox)
    assert await bus.read(dlq(STRIPE_EVENTS_RECEIVED)) == []


@pytest.mark.timeout(240)
async def test_killed_in_the_middle_nothing_is_lost_or_announced_wrongly(
    services: Services, sandbox: Sandbox, bus: Bus
) -> None:
    process = await services.start()
    await until(lambda: loaded(bus))
    for _ in range(2):
        before = len(await bus.read(PAYMENTS))
        await sandbox.happen("pay", 6)
        await sandbox.happen("decline", 2)

        async def some_taken(seen: int = before) -> bool:
            return len(await bus.read(PAYMENTS)) > seen

        await until(some_taken)
        process.kill()
        await process.start()
    await until(sandbox.delivered, timeout_s=60, what="all delivered")
    await _drained(bus, services)
    await agree(bus, sandbox)
    assert await bus.read(dlq(STRIPE_EVENTS_RECEIVED)) == []


@pytest.mark.timeout(240)
async def test_two_replicas_and_one_paused_end_in_the_same_facts(
    services: Services, sandbox: Sandbox, bus: Bus
) -> None:
    await services.start(POLL_INTERVAL_S="2")
    second = await services.start(POLL_INTERVAL_S="2")
    await until(lambda: loaded(bus))
    for n in range(4):
        await sandbox.happen("overdue", 7)  # so that there is something to pay, whatever day it is
        await sandbox.happen("pay", 5)
        await sandbox.happen("decline", 2)
        if n == 1:
            second.running.send_signal(signal.SIGSTOP)
        if n == 2:
            second.running.send_signal(signal.SIGCONT)
    await until(sandbox.delivered, what="all delivered")
    await _drained(bus, services)
    await agree(bus, sandbox)
