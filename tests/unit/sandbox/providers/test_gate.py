from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from trueup_sandbox.providers.gate import Gate, Refused, Window


def test_a_window_has_room_for_so_much_and_no_more() -> None:
    window = Window(10, 60)
    assert [window.take(4), window.take(4), window.take(4), window.take(2), window.take()] == [
        True,
        True,
        False,
        True,
        False,
    ]


async def test_a_window_empties_with_time() -> None:
    window = Window(1, 0.05)
    assert window.take()
    assert not window.take()
    async with asyncio.timeout(2):
        while not window.take():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(("mode", "status"), [("down", 503), ("garbage", 200), ("limited", 429)])
async def test_a_broken_provider_answers_nothing_useful(mode: str, status: int) -> None:
    gate = Gate("stripe", Counter())
    gate.break_down(mode, None)  # type: ignore[arg-type]
    with pytest.raises(Refused) as caught:
        await gate.enter()
    assert caught.value.response.status_code == status
    assert gate.counters["stripe.faulty"] == 1


async def test_a_slow_provider_goes_on_when_it_heals() -> None:
    gate = Gate("amplitude", Counter())
    gate.break_down("slow", None)
    entering = asyncio.create_task(gate.enter())
    await asyncio.sleep(0.01)
    assert not entering.done()
    gate.break_down("none", None)
    async with asyncio.timeout(2):
        await entering


async def test_a_silent_provider_answers_when_it_heals() -> None:
    gate = Gate("slack", Counter())
    gate.break_down("silent", None)
    await gate.enter()
    answering = asyncio.create_task(gate.answer())
    await asyncio.sleep(0.01)
    assert not answering.done()
    gate.break_down("none", None)
    async with asyncio.timeout(2):
        await answering


async def test_a_fault_heals_by_itself() -> None:
    gate = Gate("quickbooks", Counter())
    gate.break_down("down", 0.02)
    async with asyncio.timeout(2):
        while gate.current() != "none":
            await asyncio.sleep(0.005)
    await gate.enter()
