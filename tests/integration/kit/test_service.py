"""A process from start to SIGTERM: ready when everything runs, requests finished, every part stopped in order."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.integration.kit.conftest import until

from trueup_devstack.scratch import free_port
from trueup_kit import service, trace
from trueup_kit.health import Health
from trueup_kit.settings import ServiceSettings


def settings(**changes: Any) -> ServiceSettings:
    values: dict[str, Any] = {
        "postgres_dsn": "postgresql://x@127.0.0.1/x",
        "kafka_bootstrap": "127.0.0.1:1",
        "http_port": free_port(),
        "drain_s": 0.2,
        "shutdown_timeout_s": 4,
    }
    return ServiceSettings(**(values | changes))


@asynccontextmanager
async def process(one: ServiceSettings, health: Health, **parts: Any) -> AsyncIterator[tuple[httpx.AsyncClient, Any]]:
    running = asyncio.create_task(service.run(settings=one, health=health, **parts))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{one.http_port}", timeout=10) as client:
            yield client, running
    finally:
        if not running.done():
            os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(20):
                await running


async def answers(client: httpx.AsyncClient, path: str, status: int) -> bool:
    try:
        return (await client.get(path)).status_code == status
    except httpx.TransportError:
        return False


async def test_ready_after_the_start_and_stopped_in_order() -> None:
    order: list[str] = []
    opened = asyncio.Event()

    async def connect() -> None:
        await opened.wait()
        order.append("connected")

    async def work() -> None:
        order.append("working")
        try:
            await asyncio.Event().wait()
        finally:
            order.append("work stopped")

    async def broken() -> None:
        order.append("closing")
        raise ConnectionError("gone already")

    async def dispose() -> None:
        order.append("disposed")

    health = Health("svc")
    parts = {"on_start": [connect], "tasks": {"work": work}, "on_stop": [broken, dispose]}
    async with process(settings(), health, **parts) as (client, running):
        await until(lambda: answers(client, "/livez", 200), what="liveness")
        assert (await client.get("/readyz")).status_code == 503
        opened.set()
        await until(lambda: answers(client, "/readyz", 200), what="readiness")
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: answers(client, "/readyz", 503), what="draining")
        async with asyncio.timeout(10):
            await running
    assert order == ["connected", "working", "work stopped", "closing", "disposed"]


async def test_a_request_under_way_is_answered_and_keeps_its_trace() -> None:
    app, entered = FastAPI(), asyncio.Event()

    @app.get("/slow")
    async def slow() -> dict[str, str | None]:
        entered.set()
        await asyncio.sleep(0.6)
        return {"trace": trace.trace_id()}

    async with process(settings(), Health("svc"), app=app) as (client, running):
        await until(lambda: answers(client, "/readyz", 200), what="readiness")
        asked = asyncio.create_task(client.get("/slow", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}))
        await entered.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        assert (await asked).json() == {"trace": "a" * 32}
        async with asyncio.timeout(10):
            await running


async def test_a_task_that_dies_or_ends_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "FIRST_DELAY_S", 0.01)
    starts = 0

    async def work() -> None:
        nonlocal starts
        starts += 1
        if starts == 1:
            raise ValueError("a mistake")
        if starts > 2:
            await asyncio.Event().wait()

    async def other() -> None:
        await asyncio.Event().wait()

    async with process(settings(), Health("svc"), tasks={"work": work, "other": other}) as (client, _):
        await until(lambda: starts == 3, what="the third start")
        await until(lambda: answers(client, "/readyz", 200), what="readiness")


async def test_a_task_that_will_not_stop_does_not_hold_the_process() -> None:
    disposed = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    async def dispose() -> None:
        disposed.set()

    one = settings(shutdown_timeout_s=1, drain_s=0)
    parts = {"tasks": {"stubborn": stubborn}, "on_stop": [dispose]}
    async with process(one, Health("svc"), **parts) as (client, running):
        await until(lambda: answers(client, "/readyz", 200), what="readiness")
        began = asyncio.get_running_loop().time()
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(15):
            await running
        assert asyncio.get_running_loop().time() - began < 8
        assert disposed.is_set()
