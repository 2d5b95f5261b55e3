"""A pull runs when due or wished for; a wish joins a running pull."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trueup_contracts.syncs import SyncRequestedV1
from trueup_kit.consumer import Record
from trueup_kit.limits import current_priority
from trueup_kit.pulls import Schedule

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    error: str | None = None


class Bench:
    """A schedule whose turns and pulls are noted."""

    def __init__(self, *, mine: bool = True) -> None:
        self.now = NOW
        self.asked: list[float] = []
        self.pulls = 0
        self.priorities: list[str] = []
        self.letters: list[str] = []
        self.mine = mine
        self.fails = False
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.schedule: Schedule[Any] = Schedule(
            self.open_turn,
            self.pull,
            source="amplitude",
            interval_s=60,
            clock=lambda: self.now,
            dead_letters=self,  # type: ignore[arg-type]
            service="test",
        )

    @asynccontextmanager
    async def open_turn(self, fresh_s: float) -> AsyncIterator[Any]:
        self.asked.append(fresh_s)
        yield object() if self.mine else None

    async def pull(self, _: Any) -> Outcome:
        self.pulls += 1
        self.priorities.append(current_priority())
        await self.go_on.wait()
        if self.fails:
            raise ConnectionError("away")
        return Outcome()

    async def publish_raw(self, topic: str, **_: Any) -> None:
        self.letters.append(topic)


def wish(source: str = "amplitude", age_s: float = 1, value: bytes | None = None) -> Record:
    event = SyncRequestedV1(
        version=1, request_id="r", source=source, requested_by="ana", requested_at=NOW - timedelta(seconds=age_s)
    )
    return Record(SyncRequestedV1.topic, 0, 0, source, value if value is not None else event.to_bytes())


class TestTick:
    async def test_asks_whether_a_pull_is_due(self) -> None:
        bench = Bench()
        await bench.schedule.tick()
        assert (bench.asked, bench.pulls) == ([57.5], 1)

    async def test_stands_by_where_another_has_the_turn(self) -> None:
        bench = Bench(mine=False)
        await bench.schedule.tick()
        assert bench.pulls == 0


class TestWish:
    async def test_pulls_at_once(self) -> None:
        bench = Bench()
        await bench.schedule.wish([wish()])
        await bench.schedule.tick()
        await bench.schedule.tick()
        assert bench.asked == [0, 57.5]

    async def test_old_ones_and_others_are_dropped(self) -> None:
        bench = Bench()
        await bench.schedule.wish([wish(age_s=61), wish("stripe")])
        await bench.schedule.tick()
        assert bench.asked == [57.5]

    async def test_joins_a_running_pull(self) -> None:
        bench = Bench()
        bench.go_on.clear()
        running = asyncio.create_task(bench.schedule.tick())
        await asyncio.sleep(0)
        await bench.schedule.wish([wish()])
        bench.go_on.set()
        await running
        await bench.schedule.tick()
        assert bench.asked == [57.5, 57.5]

    async def test_wakes_the_loop(self) -> None:
        bench = Bench()
        loop = asyncio.create_task(bench.schedule.run())
        while bench.pulls < 1:
            await asyncio.sleep(0)
        await bench.schedule.wish([wish()])
        async with asyncio.timeout(5):
            while bench.pulls < 2:
                await asyncio.sleep(0)
        loop.cancel()
        assert bench.asked == [57.5, 0]

    async def test_one_that_cannot_be_read_goes_to_the_dead_letters_alone(self) -> None:
        bench = Bench()
        await bench.schedule.wish([wish(value=b"{"), wish()])
        await bench.schedule.tick()
        assert bench.letters == ["trueup.syncs.requested.v1.dlq"]
        assert bench.asked == [0]

    async def test_stays_where_the_lease_is_away_until_it_is_served_by_any_later_pull(self) -> None:
        bench = Bench(mine=False)
        await bench.schedule.wish([wish()])
        for _ in range(3):
            await bench.schedule.tick()
            bench.now += timedelta(seconds=5)
        assert bench.asked == [0, 5, 10], "a pull that began after the wish is young enough"
        bench.mine = True
        await bench.schedule.tick()
        await bench.schedule.tick()
        assert (bench.asked[3:], bench.priorities) == ([15, 57.5], ["person", "background"])

    async def test_that_could_not_be_served_is_dropped_when_nobody_waits_any_more(self) -> None:
        bench = Bench(mine=False)
        await bench.schedule.wish([wish(age_s=10)])
        bench.now += timedelta(seconds=50)
        await bench.schedule.tick()
        bench.now += timedelta(seconds=1)
        await bench.schedule.tick()
        assert bench.asked == [50, 57.5]

    async def test_whose_pull_fails_is_tried_again(self) -> None:
        bench = Bench()
        bench.fails = True
        await bench.schedule.wish([wish()])
        with pytest.raises(ConnectionError):
            await bench.schedule.tick()
        bench.fails = False
        await bench.schedule.tick()
        await bench.schedule.tick()
        assert bench.priorities == ["person", "person", "background"]

    async def test_goes_before_the_background(self) -> None:
        bench = Bench()
        await bench.schedule.tick()
        await bench.schedule.wish([wish()])
        await bench.schedule.tick()
        await bench.schedule.tick()
        assert bench.priorities == ["background", "person", "background"]


class TestHints:
    async def test_a_hint_is_looked_at_soon_but_not_too_often(self) -> None:
        bench = Bench()
        bench.schedule.hint()
        await bench.schedule.tick()
        await bench.schedule.tick()
        assert bench.asked == [10.0, 57.5], "served by the pull"
        assert bench.priorities == ["background"] * 2

    async def test_a_hint_waits_for_its_turn_and_is_served_by_any_later_pull(self) -> None:
        bench = Bench(mine=False)
        bench.schedule.hint()
        for _ in range(4):
            await bench.schedule.tick()
            bench.now += timedelta(seconds=8)
        assert bench.asked == [10.0, 10.0, 16.0, 24.0], "a pull that began after the hint is young enough"
        bench.now += timedelta(seconds=60)
        await bench.schedule.tick()
        await bench.schedule.tick()
        assert bench.asked[-1] == 57.5

    async def test_a_hint_during_a_pull_is_not_lost(self) -> None:
        bench = Bench()
        bench.go_on.clear()
        running = asyncio.create_task(bench.schedule.tick())
        await asyncio.sleep(0)
        bench.schedule.hint()
        bench.go_on.set()
        await running
        await bench.schedule.tick()
        assert bench.asked == [57.5, 10.0]

    async def test_a_hint_does_not_wait_for_the_next_tick(self) -> None:
        bench = Bench()
        task = asyncio.create_task(bench.schedule.run())
        for _ in range(20):
            await asyncio.sleep(0)
        first = bench.pulls
        bench.schedule.hint()
        for _ in range(20):
            await asyncio.sleep(0)
        assert bench.pulls == first + 1
        task.cancel()
