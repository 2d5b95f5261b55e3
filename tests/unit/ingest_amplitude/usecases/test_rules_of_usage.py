"""Rules 13 and 14 of reconciliation where usage comes in: a bucket is told as it stands, and repeats count once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ingest_amplitude.domain.buckets import Key
from ingest_amplitude.usecases.pull import pull_usage

DAY = timedelta(days=1)


async def test_domain_rule_13_each_poll_tells_the_whole_bucket_and_not_what_came_since(world: Any) -> None:
    for _ in range(3):
        world.happen("a", 5, world.now)
        await pull_usage(world.deps())
        world.now += timedelta(minutes=5)
    assert [quantity for _, quantity, _ in world.sent] == [5, 10, 15]
    assert list(world.on_the_bus().values()) == [15]


async def test_domain_rule_13_what_comes_late_changes_its_own_day(world: Any) -> None:
    world.happen("a", 5, world.now - 20 * DAY)
    await pull_usage(world.deps())
    world.happen("a", 3, world.now - 20 * DAY, uploaded=world.now + timedelta(minutes=1))
    world.now += timedelta(minutes=70)
    await pull_usage(world.deps())
    assert list(world.on_the_bus().values()) == [8]


async def test_domain_rule_14_an_event_sent_again_after_the_sources_own_window_counts_once(world: Any) -> None:
    at = world.now - 20 * DAY
    world.happen("a", 5, at, uuid="x")
    world.happen("a", 5, at, uploaded=at + 9 * DAY, uuid="x")
    await pull_usage(world.deps())
    assert list(world.on_the_bus().values()) == [5]


async def test_domain_rule_12_what_was_there_when_is_told_by_the_times_of_upload(world: Any) -> None:
    at = world.now.replace(day=1, hour=10, minute=0)  # the hours of an export begin and end with the days here
    bucket, day_end = Key("api_calls", at.date(), "a"), at.replace(day=2, hour=0)
    world.happen("a", 5, at)
    world.happen("a", 3, at, uploaded=at + 2 * DAY + timedelta(minutes=7))
    world.happen("b", 4, at)
    await pull_usage(world.deps())
    assert world.earlier == {bucket: ((day_end, Decimal(5)), (at + 2 * DAY, Decimal(8)))}

    # What comes in a later piece goes on from what the former ones had, and is dated by the piece and not by our clock.
    world.happen("a", 2, at, uploaded=world.now + timedelta(minutes=1))
    world.now += timedelta(minutes=70)
    former_end = world.end
    await pull_usage(world.deps())
    assert world.earlier[bucket] == ((at + 2 * DAY, Decimal(8)), (former_end, Decimal(10)))
    assert world.observed[bucket] == world.end - timedelta(microseconds=1)
    assert date(2026, 11, 1) == at.date()


@pytest.mark.parametrize("hours", [24, 36, 168])
async def test_domain_rule_12_it_is_told_from_the_end_of_the_day_on_however_the_export_is_cut(
    world: Any, hours: int
) -> None:
    at = world.now.replace(day=1, hour=10, minute=0)
    bucket, day_end = Key("api_calls", at.date(), "a"), at.replace(day=2, hour=0)
    world.plan = replace(world.plan, export_chunk_hours=hours)
    world.happen("a", 5, at)
    world.happen("a", 3, at, uploaded=at + 7 * DAY)
    await pull_usage(world.deps())
    assert world.earlier[bucket] == ((day_end, Decimal(5)), (at + 7 * DAY, Decimal(8)))


async def test_domain_rule_12_where_everything_came_late_there_was_nothing_before(world: Any) -> None:
    at = world.now.replace(day=1, hour=10, minute=0)
    world.plan = replace(world.plan, export_chunk_hours=24)
    world.happen("a", 5, at, uploaded=at + 5 * DAY)
    await pull_usage(world.deps())
    (told,) = world.earlier.values()
    assert told == ((at.replace(day=2, hour=0), Decimal(0)), (at + 5 * DAY, Decimal(5)))


async def test_domain_rule_12_what_was_there_before_an_event_without_a_time_of_upload_is_not_told(world: Any) -> None:
    at = world.now.replace(day=1, hour=10, minute=0)
    world.plan = replace(world.plan, export_chunk_hours=24)
    world.happen("a", 5, at)
    world.happen("a", 1, at, uploaded=at + DAY, dated=False)
    world.happen("a", 3, at, uploaded=at + 5 * DAY)
    await pull_usage(world.deps())
    (told,) = world.earlier.values()
    assert told == ((at.replace(day=6, hour=0), Decimal(6)), (at + 5 * DAY, Decimal(9)))
