"""A loop ticks on, whatever a tick does."""

from __future__ import annotations

import asyncio

import pytest

from trueup_kit import loops
from trueup_kit.errors import LeaseLost
from trueup_kit.loops import every


async def test_a_failed_tick_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks, enough = 0, asyncio.Event()

    async def tick() -> None:
        nonlocal ticks
        ticks += 1
        if ticks == 4:
            enough.set()
        raise (LeaseLost("gone"), ValueError("ours"), ConnectionError("away"))[ticks % 3]

    loop = asyncio.create_task(every(0.001, tick, name="t"))
    async with asyncio.timeout(10):
        await enough.wait()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert loop.cancelled()


async def test_a_wish_wakes_the_loop_and_ticks_never_overlap() -> None:
    wake, running, ticks, most = asyncio.Event(), 0, 0, 0

    async def tick() -> None:
        nonlocal running, ticks, most
        running += 1
        ticks += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1

    loop = asyncio.create_task(every(3600, tick, name="t", wake=wake))
    async with asyncio.timeout(10):
        for wanted in (1, 2, 3):
            while ticks < wanted or running:
                await asyncio.sleep(0.001)
            wake.set()
    loop.cancel()
    assert most == 1


async def test_pauses_keep_to_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def pause(pause_s: float, _: asyncio.Event | None) -> None:
        pauses.append(pause_s)
        if len(pauses) == 50:
            raise asyncio.CancelledError

    monkeypatch.setattr(loops, "_pause", pause)

    async def tick() -> None:
        return

    with pytest.raises(asyncio.CancelledError):
        await every(10, tick, name="t", jitter=0.1)
    assert 9 <= min(pauses) < max(pauses) <= 11
