"""Days long past, asked for anew: values are set right, claims reach further back and never lie about today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ingest_amplitude.domain.buckets import Key
from ingest_amplitude.domain.coverage import by_day
from ingest_amplitude.ports import SourceUnavailable
from ingest_amplitude.usecases.backfill import (
    LeavesAHole,
    UnknownAccount,
    backfill_question,
    must_know,
    must_touch,
    pieces,
)
from ingest_amplitude.usecases.pull import pull_usage

DAY = timedelta(days=1)


async def _backfill(world: Any, first: date, last: date, account: str | None = None) -> None:
    for piece in pieces(world.plan.metrics, first, last):
        done: set[int] = set()
        while not await backfill_question(world.deps(), piece, account, done):
            assert len(done) < 20


def test_the_newest_days_are_asked_first_a_month_at_a_time(world: Any) -> None:
    asked = [(start, end) for _, start, end in pieces(world.plan.metrics, date(2026, 1, 10), date(2026, 3, 1))]
    assert asked == [(date(2026, 1, 30), date(2026, 3, 1)), (date(2026, 1, 10), date(2026, 1, 29))]


async def test_days_before_the_history_are_announced_and_claimed(world: Any) -> None:
    world.happen("a", 5, world.now - DAY)
    await pull_usage(world.deps())
    (scope,) = world.claims
    as_of, begins = world.claims[scope].as_of, world.claims[scope].coverage[0].first
    world.happen("a", 7, world.now - 70 * DAY)
    world.happen("b", 9, world.now - 70 * DAY)
    day = (world.now - 70 * DAY).date()
    await _backfill(world, day - DAY, begins - DAY)
    assert {key: n for key, n in world.on_the_bus().items() if key.day == day} == {
        Key("api_calls", day, "a"): 7,
        Key("api_calls", day, "b"): 9,
    }
    assert min(by_day(world.claims[scope].coverage)) == day - DAY
    assert world.claims[scope].as_of == as_of, "a look at old days is no look at today"
    sent = len(world.sent)
    await _backfill(world, day - DAY, begins - DAY)
    assert len(world.sent) == sent, "again changes nothing"


async def test_every_partition_is_asked(world: Any) -> None:
    day = world.now - 45 * DAY
    for number in range(20):
        world.happen(f"a{number:02}", 1, world.now - DAY)
    await pull_usage(world.deps())
    for number in range(20):
        world.happen(f"a{number:02}", number + 1, day)
    await _backfill(world, day.date(), day.date() + 20 * DAY)
    assert len([key for key in world.on_the_bus() if key.day == day.date()]) == 20
    assert len(set(world.placed.values())) > 2


async def test_more_groups_than_an_answer_holds_are_halved_until_they_fit(world: Any) -> None:
    world.plan = replace(world.plan, partition_capacity=20)
    for number in range(16):
        world.happen(f"a{number:02}", 1, world.now - 45 * DAY)
        world.placed[f"a{number:02}"] = number % 2
    await _backfill(world, world.now.date() - 50 * DAY, world.now.date())
    assert len(world.on_the_bus()) == 16
    assert len(set(world.placed.values())) == 4


async def test_one_account_alone_claims_nothing_for_the_others(world: Any) -> None:
    world.happen("a", 5, world.now - DAY)
    world.happen("b", 5, world.now - DAY)
    await pull_usage(world.deps())
    claims = dict(world.claims)
    day = world.now - 70 * DAY
    world.happen("a", 7, day)
    world.happen("b", 9, day)
    await _backfill(world, day.date(), day.date(), "a")
    assert {key.account for key in world.on_the_bus() if key.day == day.date()} == {"a"}
    assert world.claims == claims
    assert world.questions[-1] == ("api_calls", ("a",))


async def test_an_account_that_is_none_is_refused(world: Any) -> None:
    world.happen("a", 5, world.now - DAY)
    await pull_usage(world.deps())
    await must_know(world, "a")
    with pytest.raises(UnknownAccount, match="no usage of 'A' was ever met"):
        await must_know(world, "A")


async def test_an_answer_that_is_not_whole_is_not_used(world: Any) -> None:
    world.happen("a", 5, world.now - DAY)
    await pull_usage(world.deps())
    world.incomplete = "prunedResult"
    sent = len(world.sent)
    for account in (None, "a"):
        with pytest.raises(SourceUnavailable, match="prunedResult"):
            await _backfill(world, world.now.date() - 40 * DAY, world.now.date() - 39 * DAY, account)
    assert len(world.sent) == sent


async def test_an_answer_out_of_a_cache_is_taken_for_days_that_nobody_knows(world: Any) -> None:
    await pull_usage(world.deps())
    day = world.now - 70 * DAY
    world.happen("a", 7, day)
    world.computed_at = world.now - DAY
    await _backfill(world, day.date(), day.date() + 20 * DAY)
    assert world.on_the_bus()[Key("api_calls", day.date(), "a")] == 7


@pytest.mark.parametrize("account", [None, "a"])
async def test_an_answer_that_is_older_than_what_is_known_is_refused(world: Any, account: str | None) -> None:
    day = world.now - 20 * DAY
    world.happen("a", 5, day)
    world.happen("a", 2, day, uploaded=world.now - timedelta(hours=1))
    await pull_usage(world.deps())
    world.computed_at = world.now - timedelta(hours=2)
    with pytest.raises(SourceUnavailable, match="the answer is 90 minutes older than what is known"):
        await _backfill(world, day.date() - DAY, day.date() + DAY, account)
    assert world.on_the_bus()[Key("api_calls", day.date(), "a")] == 7
    world.computed_at = world.now
    await _backfill(world, day.date() - DAY, day.date() + DAY, account)


@pytest.mark.parametrize("account", [None, "a"])
async def test_of_days_that_every_pull_reads_anew_an_older_answer_is_left_alone(
    world: Any, account: str | None
) -> None:
    world.happen("a", 5, world.now - timedelta(minutes=30))
    world.happen("a", 3, world.now - 2 * DAY)
    await pull_usage(world.deps())
    world.claims = {scope: replace(one, coverage=one.coverage[-1:]) for scope, one in world.claims.items()}
    world.happen("a", 7, world.now - 4 * DAY, uploaded=world.now - 4 * DAY)
    world.computed_at = world.now - timedelta(hours=1)
    await _backfill(world, world.now.date() - 5 * DAY, world.now.date(), account)
    assert sorted(world.on_the_bus().values()) == [3, 5, 7]


async def test_each_question_has_a_turn_of_its_own(world: Any) -> None:
    for number in range(8):
        world.happen(f"a{number}", 1, world.now - DAY)
    await pull_usage(world.deps())
    world.questions.clear()
    (piece,) = pieces(world.plan.metrics, world.now.date() - 40 * DAY, world.now.date() - 39 * DAY)
    done: set[int] = set()
    whole = [await backfill_question(world.deps(), piece, None, done) for _ in range(2)]
    assert (whole, len(world.questions)) == ([False, True], 2)


async def test_a_partition_that_is_cut_though_it_has_one_account_is_told_and_ends(world: Any) -> None:
    world.happen("a", 5, world.now - DAY)
    await pull_usage(world.deps())
    world.incomplete = "hitChunkGroupByLimit"
    with pytest.raises(SourceUnavailable, match="hitChunkGroupByLimit"):
        await _backfill(world, world.now.date() - 40 * DAY, world.now.date() - 39 * DAY)


async def test_days_that_do_not_reach_the_known_ones_are_refused(world: Any) -> None:
    await must_touch(world, date(2020, 1, 1))
    await pull_usage(world.deps())
    begins = min(by_day(next(iter(world.claims.values())).coverage))
    await must_touch(world, begins - DAY)
    with pytest.raises(LeavesAHole, match=str(begins)):
        await must_touch(world, begins - 2 * DAY)


async def test_a_source_that_is_away_is_told(world: Any) -> None:
    await pull_usage(world.deps())
    world.down = "HTTP 503"
    with pytest.raises(SourceUnavailable):
        await _backfill(world, date(2026, 9, 1), date(2026, 9, 2))
