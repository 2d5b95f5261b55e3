"""The outbox on a real PostgreSQL and Kafka: with the transaction or not at all, in order, by one relay at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.integration.kit.conftest import Broker, about, create_topic, read_all, until

from trueup_kit import outbox, trace
from trueup_kit.outbox import Relay
from trueup_kit.postgres import create_engine, raw
from trueup_kit.producer import Producer


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def waiting(engine: AsyncEngine) -> int:
    async with engine.connect() as conn:
        return int(await (await raw(conn)).fetchval("SELECT count(*) FROM outbox"))


async def _empty(engine: AsyncEngine) -> bool:
    return await waiting(engine) == 0


async def test_events_leave_with_their_transaction_in_order_and_are_deleted(
    engine: AsyncEngine, producer: Producer, kafka: str, topic: str
) -> None:
    event = about(topic)
    async with running(Relay(engine, producer, service="kit")):
        for start in range(0, 100, 10):
            async with engine.begin() as conn:
                batch = [event(version=n + 1, name="same", value=n) for n in range(start, start + 10)]
                await outbox.append(conn, batch, service="kit")
        with contextlib.suppress(RuntimeError):
            async with engine.begin() as conn:
                await outbox.append(conn, [event(version=500, name="never", value=0)], service="kit")
                raise RuntimeError("rolled back")

        await until(lambda: _empty(engine), what="an empty outbox")
    records = await read_all(kafka, topic)
    assert [event.from_bytes(r.value or b"").value for r in records] == list(range(100))
    assert records[0].headers["ce_source"] == "/kit"
    assert records[0].headers["ce_id"] == event(version=1, name="same", value=0).ce_id()


async def test_the_trace_of_the_writer_travels_with_the_event(
    engine: AsyncEngine, producer: Producer, kafka: str, topic: str
) -> None:
    with trace.use("00-" + "a" * 32 + "-" + "b" * 16 + "-01"):
        async with engine.begin() as conn:
            await outbox.append(await raw(conn), [about(topic)(version=1, name="x", value=1)], service="kit")
    async with running(Relay(engine, producer, service="kit")):
        await until(lambda: _count(kafka, topic, 1), what="the record")
    assert (await read_all(kafka, topic))[0].headers["traceparent"].split("-")[1] == "a" * 32


async def _count(kafka: str, topic: str, wanted: int) -> bool:
    return len(await read_all(kafka, topic)) == wanted


async def test_a_second_relay_takes_over_when_the_first_one_loses_its_connection(
    dsn: str, engine: AsyncEngine, producer: Producer, kafka: str, topic: str
) -> None:
    event = about(topic)
    other = create_engine(dsn, application_name="kit-other", schema="public")
    async with running(Relay(engine, producer, service="a")), running(Relay(other, producer, service="b")):

        async def append(number: int) -> None:
            async with engine.begin() as conn:
                await outbox.append(conn, [event(version=number, name="x", value=number)], service="kit")

        await append(1)
        # In the log is not yet deleted here: who loses the connection in between sends it a second time, rightly.
        await until(lambda: _empty(engine), what="an empty outbox")
        admin = await asyncpg.connect(dsn)
        await admin.execute(
            "SELECT pg_terminate_backend(pid, 30000) FROM pg_locks WHERE locktype = 'advisory' AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        await admin.close()
        await append(2)
        await until(lambda: _count(kafka, topic, 2), what="the second record")
    await other.dispose()


async def test_a_cancelled_relay_gives_its_lock_back(engine: AsyncEngine, producer: Producer, topic: str) -> None:
    event = about(topic)
    for number in (1, 2):
        async with running(Relay(engine, producer, service="kit")):
            async with engine.begin() as conn:
                await outbox.append(conn, [event(version=number, name="x", value=number)], service="kit")

            await until(lambda: _empty(engine), what="an empty outbox")


@pytest.mark.timeout(300)
async def test_events_wait_while_the_broker_is_away(engine: AsyncEngine, broker: Broker) -> None:
    await broker.start()
    topic = await create_topic(broker.bootstrap)
    event, producer = about(topic), Producer(broker.bootstrap, service="kit", publish_timeout_s=1)
    await producer.start()
    relay = Relay(engine, producer, service="kit")
    broker.kill()
    async with running(relay):
        async with engine.begin() as conn:
            await outbox.append(conn, [event(version=n + 1, name="x", value=n) for n in range(50)], service="kit")
        await until(lambda: relay.probe() is not None, timeout_s=60, what="the relay says so")
        assert await waiting(engine) == 50
        await broker.start()

        await until(lambda: _empty(engine), timeout_s=60, what="an empty outbox")
        await until(lambda: relay.probe() is None, timeout_s=60, what="the relay says that events flow")
    values = [event.from_bytes(r.value or b"").value for r in await read_all(broker.bootstrap, topic)]
    assert list(dict.fromkeys(values)) == list(range(50))
    await producer.stop()


async def test_appending_nothing_is_nothing(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        await outbox.append(conn, [], service="kit")
    assert await waiting(engine) == 0
