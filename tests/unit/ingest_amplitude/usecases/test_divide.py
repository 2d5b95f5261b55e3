"""Partitions get smaller where a question names too many accounts, an answer is cut, or the capacity was lowered."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.usecases.pull import HALVINGS_MAX, pull_usage

HOUR = timedelta(hours=1)
OTHER = Metric("others", "api_calls_metered", "quantity", "calls")


async def _twelve(world: Any) -> None:
    for number in range(12):
        world.happen(f"a{number:02}", number + 1, world.now - HOUR)
    await pull_usage(world.deps())


async def test_a_question_that_names_too_many_is_asked_in_halves(world: Any) -> None:
    world.plan = replace(world.plan, partition_capacity=6)
    world.names_max = 2
    await _twelve(world)
    assert max(Counter(world.placed.values()).values()) <= 2
    assert all(report.complete for report in world.reports)
    assert world.on_the_bus() == world.truth(world.now)


async def test_a_definition_that_is_refused_halves_nothing_and_is_reported(world: Any) -> None:
    await _twelve(world)
    placed = dict(world.placed)
    world.plan = replace(world.plan, metrics=[OTHER, *world.plan.metrics])
    world.refused = {"others"}
    world.reports.clear()
    world.now += timedelta(minutes=5)
    await pull_usage(world.deps())
    assert world.placed == placed
    told = {(report.scope.split("|")[1], report.complete, report.reason) for report in world.reports}
    assert told == {("others", False, "provider_error"), ("api_calls", True, None)}
    assert "HTTP 400" in next(report.error for report in world.reports if report.scope.startswith("usage|others"))


async def test_one_account_that_is_refused_is_reported(world: Any) -> None:
    world.happen("a", 1, world.now - HOUR)
    world.happen("b", 1, world.now - HOUR)
    world.plan = replace(world.plan, partition_capacity=1)
    world.names_max = 0
    await pull_usage(world.deps())
    assert [(report.complete, report.reason) for report in world.reports] == [(False, "provider_error")] * 2


async def test_groups_that_amplitude_says_it_left_out_halve_the_partition(world: Any) -> None:
    whole = world.sums

    async def cut(metric: Any, days: Any, accounts: Any, limit: int) -> Any:
        sums = await whole(metric, days, accounts, limit)
        return replace(sums, incomplete="hitChunkGroupByLimit" if sums.rows > 3 else None)

    world.sums = cut
    await _twelve(world)
    assert all(report.complete for report in world.reports)
    assert world.on_the_bus() == world.truth(world.now)


async def test_accounts_that_move_are_claimed_at_every_moment_though_amplitude_fails_just_then(world: Any) -> None:
    world.plan = replace(world.plan, partition_capacity=20, groups_max=100)
    await _twelve(world)
    known = world.reports[-1]
    whole = world.sums
    answered: list[Any] = []

    async def cut_then_half_then_down(metric: Any, days: Any, accounts: Any, limit: int) -> Any:
        world.down = "HTTP 503" if len(answered) == 2 else None
        sums = await whole(metric, days, accounts, limit)
        answered.append(accounts)
        return replace(sums, incomplete="hitChunkGroupByLimit" if len(answered) == 1 else None)

    world.sums = cut_then_half_then_down
    begin = len(world.reports)
    world.now += timedelta(minutes=5)
    await pull_usage(world.deps())
    handed, left, failed = world.reports[begin:]
    assert (handed.complete, handed.as_of, handed.coverage) == (True, known.as_of, known.coverage)
    assert (left.complete, left.as_of) == (True, world.now)
    assert (failed.complete, failed.scope, failed.refs) == (False, handed.scope, handed.refs)
    assert sorted(handed.refs + left.refs) == [f"amplitude:a{number:02}" for number in range(12)]
    assert handed.version < left.version


async def test_accounts_that_are_met_beyond_the_capacity_are_claimed_by_the_answer_that_showed_them(world: Any) -> None:
    world.plan = replace(world.plan, partition_capacity=12, groups_max=100)
    await _twelve(world)
    whole = world.sums
    answered: list[Any] = []

    async def then_down(*asked: Any) -> Any:
        world.down = "HTTP 503" if answered else None
        answered.append(asked)
        return await whole(*asked)

    world.sums = then_down
    begin = len(world.reports)
    world.now += timedelta(minutes=5)
    world.happen("b", 7, world.now - timedelta(minutes=1))
    await pull_usage(world.deps())
    handed, former, failed = world.reports[begin:]
    assert [one.complete for one in (handed, former, failed)] == [True, True, False]
    assert handed.as_of == former.as_of == world.now
    assert handed.refs == failed.refs == ["amplitude:b"]
    assert len(former.refs) == 12
    assert world.on_the_bus() == world.truth(world.now)


async def test_where_nothing_can_be_halved_a_cut_answer_is_asked_for_once(world: Any) -> None:
    world.happen("a", 1, world.now - HOUR)
    world.incomplete = "hitChunkGroupByLimit"
    await pull_usage(world.deps())
    (report,) = world.reports
    assert (report.complete, report.reason, report.error) == (False, "incomplete_answer", "hitChunkGroupByLimit")
    assert len(world.questions) < HALVINGS_MAX


async def test_a_lowered_capacity_halves_what_is_above_it_and_keeps_its_claims(world: Any) -> None:
    world.plan = replace(world.plan, partition_capacity=7, groups_max=100)
    await _twelve(world)
    claims = {scope: one.coverage for scope, one in world.claims.items()}
    world.plan = replace(world.plan, partition_capacity=3)
    world.down = "HTTP 503"
    await pull_usage(world.deps())
    sizes = Counter(world.placed.values())
    assert max(sizes.values()) <= 3
    assert all(world.claims["api_calls", number].coverage in claims.values() for number in sizes)
    world.down = None
    await pull_usage(world.deps())
    assert world.on_the_bus() == world.truth(world.now)
