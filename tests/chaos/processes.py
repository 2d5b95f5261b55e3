"""The processes of the stack that runs here: what they are, killing one, waiting for all."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from typing import Any

from trueup_devstack import checkout as checkouts
from trueup_devstack import control

RECOVERY_TIMEOUT_S = 90.0


async def processes() -> list[dict[str, Any]]:
    """Every process as the supervisor sees it."""
    listed: list[dict[str, Any]] = await asyncio.to_thread(control.ask, checkouts.here(), "status")
    return listed


async def restart(service: str) -> None:
    """In good order; returns when it is ready again."""
    await asyncio.to_thread(control.ask, checkouts.here(), "restart", service=service)


def pids_of(service: str, listed: list[dict[str, Any]]) -> list[int]:
    """Those that run."""
    return [entry["pid"] for entry in listed if entry["service"] == service and entry["pid"]]


async def replace(service: str) -> None:
    """End its processes in good order and wait until others stand in their place; quicker than `restart`, not gapless."""
    ended = pids_of(service, await processes())
    for pid in ended:
        os.kill(pid, signal.SIGTERM)
    async with asyncio.timeout(RECOVERY_TIMEOUT_S):
        while any(
            entry["state"] != "ready" or entry["pid"] in ended
            for entry in await processes()
            if entry["service"] == service
        ):
            await asyncio.sleep(0.1)


async def strike(service: str, chance: random.Random) -> None:
    """kill -9 of one of its processes."""
    os.kill(chance.choice(pids_of(service, await processes())), signal.SIGKILL)


async def until_ready() -> float | None:
    """Seconds until every process says it is ready; the killed one first has to be seen as gone or restarted."""
    started = time.monotonic()
    await asyncio.sleep(0.3)
    while time.monotonic() - started < RECOVERY_TIMEOUT_S:
        if all(entry["state"] == "ready" for entry in await processes()):
            return round(time.monotonic() - started, 1)
        await asyncio.sleep(0.3)
    return None
