"""One process of one service: an HTTP server for people and probes, and its tasks, started and stopped as a whole."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from trueup_kit import trace
from trueup_kit.health import Health, health_router
from trueup_kit.logs import get_logger
from trueup_kit.settings import ServiceSettings

log = get_logger(__name__)
Task = Callable[[], Awaitable[None]]
Step = Callable[[], Awaitable[object]]
FIRST_DELAY_S, LONGEST_DELAY_S = 0.2, 15.0
LAST_CHANCE_S = 0.5
STEADY_S = 60.0
"""A task that ran this long before it died starts again with the shortest pause."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the process stops in our order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


async def run(
    *,
    settings: ServiceSettings,
    health: Health,
    app: FastAPI | None = None,
    tasks: Mapping[str, Task] | None = None,
    on_start: Sequence[Step] = (),
    on_stop: Sequence[Step] = (),
) -> None:
    """Run until SIGTERM or SIGINT.

    Order: HTTP answers (not ready) → `on_start` one by one → tasks → ready. On a signal: not ready, `drain_s` for the
    gateway to notice → tasks cancelled → HTTP drained → `on_stop` one by one, all within `shutdown_timeout_s`; what does
    not stop in time is named in the log and left behind. A task that ends by itself is started again with a growing
    pause; an `on_start` step that fails is repeated likewise.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    server = _Server(_config(settings, health, app))
    serving = asyncio.create_task(server.serve(), name="http")
    working = asyncio.create_task(_work(health, dict(tasks or {}), on_start), name="work")
    ended = asyncio.create_task(stopping.wait())
    await asyncio.wait({ended, serving}, return_when=asyncio.FIRST_COMPLETED)
    failed = serving.done() and not stopping.is_set()
    await _stop(settings, health, server, serving, working, on_stop)
    ended.cancel()
    if failed:
        raise SystemExit(1)


def _config(settings: ServiceSettings, health: Health, app: FastAPI | None) -> uvicorn.Config:
    served = app if app is not None else FastAPI(openapi_url=None)
    served.include_router(health_router(health))
    return uvicorn.Config(
        _Traced(served),
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=max(1, int(settings.shutdown_timeout_s / 2)),
    )


async def _work(health: Health, tasks: Mapping[str, Task], on_start: Sequence[Step]) -> None:
    for step in on_start:
        await _until_done(step)
    async with asyncio.TaskGroup() as group:
        for name, task in tasks.items():
            group.create_task(_kept_alive(name, task), name=name)
        health.started = True
        log.info("started", tasks=sorted(tasks))


async def _until_done(step: Step) -> None:
    delay_s = FIRST_DELAY_S
    while True:
        try:
            await step()
        except Exception:
            log.exception("a start-up step failed, trying again", step=_name(step))
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, LONGEST_DELAY_S)
        else:
            return


async def _kept_alive(name: str, task: Task) -> None:
    delay_s = FIRST_DELAY_S
    while True:
        started = time.monotonic()
        try:
            await task()
            log.warning("a task ended, starting it again", task=name)
        except Exception:
            log.exception("a task died, starting it again", task=name)
        if time.monotonic() - started > STEADY_S:
            delay_s = FIRST_DELAY_S
        await asyncio.sleep(delay_s * random.uniform(0.5, 1.0))
        delay_s = min(delay_s * 2, LONGEST_DELAY_S)


async def _stop(
    settings: ServiceSettings,
    health: Health,
    server: uvicorn.Server,
    serving: asyncio.Task[None],
    working: asyncio.Task[None],
    on_stop: Sequence[Step],
) -> None:
    log.info("stopping")
    health.draining = True
    if not serving.done():
        await asyncio.sleep(settings.drain_s)
    ends_at = asyncio.get_running_loop().time() + settings.shutdown_timeout_s
    working.cancel()
    await _ended("tasks", working, ends_at)
    server.should_exit = True
    await _ended("http", serving, ends_at)
    for step in on_stop:
        await _ended(_name(step), asyncio.create_task(_tried(step)), ends_at)
    log.info("stopped")


async def _ended(name: str, task: asyncio.Task[None], ends_at: float) -> None:
    """Wait for a task, but not for ever: whoever comes late still gets LAST_CHANCE_S."""
    left_s = max(LAST_CHANCE_S, ends_at - asyncio.get_running_loop().time())
    _, pending = await asyncio.wait({task}, timeout=left_s)
    if pending:
        log.error("did not stop in time, going on without it", part=name)


async def _tried(step: Step) -> None:
    """One step of stopping; what it could not do must not keep the others from theirs."""
    try:
        await step()
    except Exception:
        log.exception("a step of stopping failed", step=_name(step))


def _name(step: Step) -> str:
    return getattr(step, "__qualname__", repr(step))


def launch(main: Coroutine[Any, Any, None], *, young_objects: int | None = None) -> None:
    """Run the process's main coroutine on uvloop, which serves HTTP and Kafka quicker than the standard loop.

    What was imported stays for as long as the process lives: the garbage collector looks at it no more. A quarter of the
    time that a record took in the reconciler went into looking through it again and again. `young_objects`: how many new
    ones there may be before it looks through those (Python's default is 700). Not for a process whose libraries leave
    cycles behind that hold much.
    """
    gc.collect()
    gc.freeze()
    if young_objects is not None:
        gc.set_threshold(young_objects, *gc.get_threshold()[1:])
    uvloop.run(main)


class _Traced:
    """Takes up the caller's trace, or starts one, for each HTTP request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with trace.use(Headers(scope=scope).get("traceparent")):
            await self._app(scope, receive, send)
