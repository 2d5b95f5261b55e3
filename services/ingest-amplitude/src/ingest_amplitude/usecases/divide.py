"""Divide partitions whose answers are cut, whose questions are too long, or that are larger than they may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingest_amplitude.domain.partitions import assign, halve, members
from ingest_amplitude.ports import Standing, Step
from ingest_amplitude.usecases.deps import Deps
from ingest_amplitude.usecases.reports import hand_over


async def divide(deps: Deps, number: int, met: Iterable[str] = ()) -> bool:
    """Place the accounts that a cut answer shows anew, or halve the partition; whether there was anything to divide."""
    partitions = await deps.memory.partitions()
    placed = assign(partitions, met, deps.plan.partition_capacity) or halve(partitions, number)
    if placed:
        await _move(deps, number, partitions, placed)
    return bool(placed)


async def fit(deps: Deps) -> None:
    """Halve partitions that hold more accounts than they may, as after the capacity was lowered."""
    while True:
        partitions = await deps.memory.partitions()
        sizes = {number: len(accounts) for number, accounts in members(partitions).items()}
        large = next((number for number, size in sizes.items() if size > deps.plan.partition_capacity), None)
        if large is None:
            return
        await _move(deps, large, partitions, halve(partitions, large))


async def _move(deps: Deps, number: int, partitions: Mapping[str, int], placed: Mapping[str, int]) -> None:
    """Give accounts their new place; a new partition claims what the one claims that they come from."""
    standings = await deps.memory.standings()
    inherited = {
        (metric.name, part): standings.get((metric.name, number), Standing())
        for metric in deps.plan.metrics
        for part in set(placed.values()) - set(partitions.values())
    }
    step = Step(placed=placed, standings=inherited)
    await deps.turn.publish({}, version=await deps.turn.version(), observed_at=deps.clock(), step=step)
    await hand_over(deps, inherited)
