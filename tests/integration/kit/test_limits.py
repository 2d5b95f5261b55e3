"""The limiter on a real PostgreSQL: replicas together stay within the rate, people are not starved, no database no call."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.errors import ProviderUnavailable
from trueup_kit.limits import Limiter
from trueup_kit.postgres import create_engine, raw


async def spend(limiter: Limiter, until: float, priority: str) -> int:
    spent = 0
    while True:
        try:
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                await limiter.acquire(1, priority=priority)  # type: ignore[arg-type]
        except TimeoutError:
            return spent
        spent += 1


async def test_four_replicas_together_stay_within_rate_and_background_share(engine: AsyncEngine) -> None:
    limiters = [Limiter(engine, name="p", capacity=20, refill_per_s=100) for _ in range(4)]
    began = time.monotonic()
    spent = sum(await asyncio.gather(*(spend(one, began + 2.5, "background") for one in limiters)))
    took = time.monotonic() - began
    assert spent <= 0.8 * (20 + 100 * took)
    assert spent >= 0.25 * 100 * took  # portions that expire are forfeited, but work goes on


async def test_a_person_gets_tokens_while_background_takes_all_it_may(engine: AsyncEngine) -> None:
    """Thirty that take all they may: without a share of its own, a person's turn would be one in thirty."""
    person, *background = (Limiter(engine, name="p", capacity=10, refill_per_s=20) for _ in range(31))
    greedy = [asyncio.create_task(spend(one, time.monotonic() + 60, "background")) for one in background]
    await asyncio.sleep(1.0)
    began = time.monotonic()
    for _ in range(5):
        await person.acquire(1, priority="person")
    waited = time.monotonic() - began
    for one in greedy:
        one.cancel()
    await asyncio.gather(*greedy, return_exceptions=True)
    assert waited < 5.0


async def test_no_second_holds_more_than_the_limit_after_a_lull_of_several_replicas(engine: AsyncEngine) -> None:
    """Each replica asks once a while and then all at once: what was left over must not come beside the refill."""
    limit, slack = 50, 8
    replicas = [Limiter(engine, name="w", capacity=5, refill_per_s=45, portion_s=0) for _ in range(6)]
    spent: list[float] = []

    async def one(limiter: Limiter, times: int) -> None:
        for _ in range(times):
            await limiter.acquire(1, priority="person")
            spent.append(time.monotonic())

    for _ in range(2):
        for limiter in replicas:
            await one(limiter, 1)
            await asyncio.sleep(0.12)
        await asyncio.gather(*(one(limiter, 12) for limiter in replicas))
    assert len(spent) == 2 * 6 * 13
    most = max(sum(begin <= at < begin + 1 for at in spent) for begin in spent)
    assert most <= limit + slack, "the slack is for answers of the database that come late and together"


async def test_a_server_whose_clock_is_set_back_grants_at_the_rate_and_no_more(engine: AsyncEngine) -> None:
    limiter = Limiter(engine, name="p", capacity=10, refill_per_s=20, portion_s=0)
    await limiter.acquire(10, priority="person")
    async with engine.begin() as conn:
        await (await raw(conn)).execute("UPDATE limiter SET refilled_at = refilled_at + interval '1 hour'")
    began = time.monotonic()
    spent = await spend(limiter, began + 2, "person")
    assert 20 <= spent <= 42


async def test_a_cost_that_can_never_be_met_is_refused_at_once(engine: AsyncEngine) -> None:
    limiter = Limiter(engine, name="p", capacity=10, refill_per_s=1)
    with pytest.raises(ValueError, match="background"):
        await limiter.acquire(9, priority="background")
    await limiter.acquire(9, priority="person")


async def test_without_a_database_there_is_no_call() -> None:
    nowhere = create_engine("postgresql://nobody@127.0.0.1:1/nothing", application_name="kit")
    with pytest.raises(ProviderUnavailable) as refused:
        await Limiter(nowhere, name="p", capacity=10, refill_per_s=1).acquire()
    assert refused.value.reason == "no_database"
    await nowhere.dispose()
