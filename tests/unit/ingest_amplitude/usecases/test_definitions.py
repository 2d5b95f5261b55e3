"""A metric that nobody defines any more is taken leave of: nobody waits for it for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ingest_amplitude.usecases.pull import pull_usage


async def test_the_scopes_of_a_metric_that_went_are_retired_once(world: Any) -> None:
    for number in range(world.plan.partition_capacity + 1):
        world.happen(f"a{number}", 1, world.now - timedelta(days=3))
    other = replace(world.plan.metrics[0], name="minutes")
    world.plan = replace(world.plan, metrics=[*world.plan.metrics, other])
    await pull_usage(world.deps())
    assert not any(report.retired for report in world.reports)
    world.plan = replace(world.plan, metrics=world.plan.metrics[:1])
    for _ in range(2):
        world.now += timedelta(minutes=65)
        await pull_usage(world.deps())
    retired = [report for report in world.reports if report.retired]
    assert [report.scope for report in retired] == ["usage|minutes|0", "usage|minutes|1"]
    former = max(report.version for report in world.reports if report.scope == "usage|minutes|0" and not report.retired)
    assert not any(report.complete or report.version <= former for report in retired)


async def test_who_dies_before_a_metric_is_forgotten_retires_it_again(world: Any) -> None:
    other = replace(world.plan.metrics[0], name="minutes")
    world.plan = replace(world.plan, metrics=[*world.plan.metrics, other])
    await pull_usage(world.deps())
    known = dict(world.known_definitions)
    world.plan = replace(world.plan, metrics=world.plan.metrics[:1])
    await pull_usage(world.deps())
    world.known_definitions = known
    await pull_usage(world.deps())
    assert [report.scope for report in world.reports if report.retired] == ["usage|minutes|0"] * 2


async def test_a_report_says_whose_days_it_covers(world: Any) -> None:
    world.plan = replace(world.plan, zone=ZoneInfo("America/Los_Angeles"))
    await pull_usage(world.deps())
    assert {part.time_zone for part in world.reports[-1].coverage} == {"America/Los_Angeles"}


async def test_a_metric_that_is_counted_by_other_buckets_is_announced_by_neither(world: Any) -> None:
    calls = world.plan.metrics[0]
    world.happen("a", 5, world.now - timedelta(days=9))
    await pull_usage(world.deps())
    world.plan = replace(world.plan, metrics=[replace(calls, additive=False)])
    sent = len(world.sent)
    for _ in range(2):
        world.now += timedelta(hours=2)
        world.happen("a", 7, world.now - timedelta(days=9), world.now - timedelta(minutes=65))
        await pull_usage(world.deps())
    assert world.sent[sent:] == []
    assert not world.reports[-1].complete
    assert "another name" in world.reports[-1].error
    world.plan = replace(world.plan, metrics=[calls])
    for _ in range(2):
        await pull_usage(world.deps())
    assert world.on_the_bus() == world.truth(world.now)
    assert world.reports[-1].complete
