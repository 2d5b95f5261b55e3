"""What the export cannot read is never missing from a figure that is claimed: questions answer for those days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ingest_amplitude.domain.buckets import Key
from ingest_amplitude.domain.coverage import by_day
from ingest_amplitude.usecases.pull import pull_usage

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def _known(world: Any) -> Any:
    return by_day(world.claims["api_calls", 0].coverage)


@pytest.mark.parametrize("in_export", ["list", "timeless", "garbled"])
async def test_a_first_load_asks_for_the_days_that_it_could_not_read(world: Any, in_export: str) -> None:
    day = world.now - 20 * DAY
    world.happen("a", 5, day)
    world.happen("a", 3, day, in_export=in_export)
    await pull_usage(world.deps())
    assert world.on_the_bus() == {Key("api_calls", day.date(), "a"): 8}
    assert world.reports[-1].complete
    assert _known(world)[day.date()] == world.now
    world.questions.clear()
    world.now += HOUR
    await pull_usage(world.deps())
    assert len(world.questions) == 1, "what was asked for is not asked for again"


async def test_only_the_day_is_asked_for_and_the_export_carries_the_others(world: Any) -> None:
    day = world.now - 20 * DAY
    for number in range(3):
        world.happen("a", 5, day + number * DAY)
    world.happen("a", 3, day, in_export="list")
    await pull_usage(world.deps())
    assert ("api_calls", day.date(), day.date()) in world.asked_days
    assert len(world.asked_days) == 2
    assert _known(world)[day.date() + DAY] == world.now.replace(minute=0) - timedelta(microseconds=1)


async def test_until_the_question_is_answered_the_day_is_not_claimed(world: Any) -> None:
    world.plan = replace(world.plan, reread_cost=1)
    world.happen("a", 5, world.now - 20 * DAY)
    world.happen("a", 3, world.now - 20 * DAY, in_export="list")
    whole = world.sums

    async def failing(metric: Any, days: Any, *more: Any) -> Any:
        sums = await whole(metric, days, *more)
        return sums if days[-1] == world.now.date() else replace(sums, incomplete="prunedResult")

    world.sums = failing
    await pull_usage(world.deps())
    (report,) = world.reports
    assert (report.complete, report.reason) == (False, "never_complete")
    assert (world.now - 20 * DAY).date() not in _known(world)
    assert world.on_the_bus() == {}, "nor is its sum announced, which is too low"
    world.sums = whole
    await pull_usage(world.deps())
    assert world.reports[-1].complete
    assert world.on_the_bus() == world.truth(world.now)


async def test_the_export_never_lowers_the_day_again_and_what_comes_later_is_asked_for(world: Any) -> None:
    day = world.now - 20 * DAY
    world.happen("a", 5, day)
    world.happen("a", 3, day, in_export="list")
    await pull_usage(world.deps())
    world.happen("a", 2, day, uploaded=world.now + timedelta(minutes=10))
    world.now += HOUR
    await pull_usage(world.deps())
    assert [quantity for _, quantity, _ in world.sent] == [8, 10]
    assert _known(world)[day.date()] == world.now
    assert world.reports[-1].complete


async def test_what_an_hour_shows_only_when_it_is_exported_once_more_is_asked_for_too(world: Any) -> None:
    day = world.now - 20 * DAY
    world.happen("a", 5, day)
    world.happen("a", 3, day, world.now - 2 * HOUR, in_export="list", shows_at=world.now + HOUR)
    await pull_usage(world.deps())
    assert list(world.on_the_bus().values()) == [5]
    world.now += 26 * HOUR
    world.asked_days.clear()
    await pull_usage(world.deps())
    assert list(world.on_the_bus().values()) == [8]
    assert ("api_calls", day.date(), day.date()) in world.asked_days


async def test_events_that_name_no_account_leave_every_claim(world: Any) -> None:
    world.happen("(none)", 5, world.now - 20 * DAY)
    world.happen("a", 5, world.now - 20 * DAY)
    await pull_usage(world.deps())
    assert len(world.asked_days) == 1
    assert world.reports[-1].complete
    assert {key.account for key in world.on_the_bus()} == {"a"}
