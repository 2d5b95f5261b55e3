"""Histories of the simulation on the real stores: killed, late and doubled owners, and the end is the oracle's."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from tests.integration.reconciler.world import System
from tests.oracle.bridge import told
from tests.oracle.compare import walk
from tests.oracle.rules.answer import answer
from tests.oracle.simulation.history import CLIENT, facts_for, records
from tests.oracle.simulation.world import ALL, REPLICAS, Place, World, finals_of, plan_of

from reconciler.commands.audit import audit
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.usecases.count import count_reports
from reconciler.usecases.decide import decide_some
from reconciler.usecases.relink import relink

if TYPE_CHECKING:
    from tests.databases import Database

SEEDS = range(8)
STEPS, STEP_S = 60, 0.01
Start = Callable[[], Coroutine[Any, Any, None]]


@dataclass
class RealWorld(World):
    """The same log and owners; the stores are the product's own."""

    system: System = field(kw_only=True)

    async def idle(self) -> None:
        """Nothing more to do for now."""
        await asyncio.sleep(0.002)

    async def take(self, place: Place, start: int) -> int:
        """One batch; now and then its owner falls asleep with an older one in its hands and wakes too late."""
        late = max(0, start - self.rng.randint(0, 20)) if self.rng.random() < 0.2 else start
        await asyncio.sleep(self.rng.choice([0, 0, 0.02]))
        return max(start, await super().take(place, late))

    async def decide(self) -> None:
        """What the loops of a replica do, one after the other."""
        while True:
            await relink(self.system.links)
            await count_reports(self.system.scopes)
            done = await decide_some(
                self.system.decisions, Policy(), lambda: self.clock() - timedelta(minutes=1), limit=5
            )
            assert not done.failed, done.failed
            self.met["decisions"] += done.decided
            await self.idle()

    async def settle_for_real(self) -> None:
        """Everything is read, linked and counted before the last decision: the clock stands still then."""
        await self.consume(0, until_quiet=True)
        for _ in range(4):
            while await relink(self.system.links):
                pass
            await count_reports(self.system.scopes)
        now = self.facts["now"]
        await decide_some(self.system.decisions, Policy(), lambda: now, limit=5)
        await count_reports(self.system.scopes)


async def with_kills(rng: Random, starts: list[Start]) -> int:
    """Run the loops and kill one after the other where it stands; how many were killed."""
    tasks = [asyncio.create_task(start()) for start in starts]
    kills = 0
    try:
        for _ in range(STEPS):
            await asyncio.sleep(rng.random() * 2 * STEP_S)
            number = rng.randrange(len(tasks))
            if tasks[number].done() or rng.random() < 0.3:
                tasks[number].cancel()
                [ended] = await asyncio.gather(tasks[number], return_exceptions=True)
                assert isinstance(ended, asyncio.CancelledError), ended
                tasks[number] = asyncio.create_task(starts[number]())
                kills += 1
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return kills


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_history_on_the_real_stores_ends_as_the_oracle_says(
    system: System, database: Database, seed: int
) -> None:
    rng = Random(seed)
    facts = facts_for(seed) | {"policy": USUAL}
    found = records(rng, facts)
    plan = plan_of(rng, found, ALL)
    world = RealWorld(facts, rng, ALL, db=system.facts, finals=finals_of(found), system=system)  # type: ignore[arg-type]
    consumers: list[Start] = [partial(world.consume, replica) for replica in range(REPLICAS)]
    starts: list[Start] = [partial(world.publisher, plan), *consumers, *[world.decide] * REPLICAS, world.rebalance]
    assert await with_kills(rng, starts) > 0
    world.publish_rest(plan)
    await world.settle_for_real()
    async with system.decisions.claim_these([CLIENT]) as claim:
        [claimed] = await claim.load()
    assert claimed.dirt_seq is None
    result = reconcile(claimed.known(), Policy(), facts["now"])
    assert list(walk("", told(result), answer(facts), Counter())) == []
    assert await audit(database.dsn("migrator")) == []


USUAL = {
    "rounding": 2,
    "auto_percent": 2,
    "tolerance_percent": 5,
    "caps": {"USD": 1_000_000, "EUR": 1_000_000, "JPY": 1_500_000},
    "cap_other": 1_000_000,
    "lag_days": 5,
}
"""The product's own policy."""
