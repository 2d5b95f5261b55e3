"""What each metric meant when its values were read: a changed definition starts anew, never on top of the old values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.ports import Definition, Step
from ingest_amplitude.usecases.deps import Deps

NO_LONGER = ""
"""The fingerprint of a metric that is not defined any more."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Which metrics the export carries from the first day on, and which cannot be read and why."""

    carried: frozenset[str]
    conflicts: Mapping[str, str]


async def settle(deps: Deps) -> Settled:
    """Remember new and changed definitions.

    A metric that is new beside a running export, or means something else than before, is read by questions from now on:
    the export has passed its past already.
    """
    known = await deps.memory.definitions()
    heard = {name for name, _ in await deps.memory.standings()}
    fresh = await deps.memory.export_end() is None
    conflicts: dict[str, str] = {}
    changed: dict[str, Definition] = {}
    forgotten: list[str] = []
    for metric in deps.plan.metrics:
        mark, before = metric.fingerprint(deps.plan.account_property, str(deps.plan.zone)), known.get(metric.name)
        if before is None:
            # Heard of, but not defined: it was read before definitions were kept.
            by_export = metric.additive and (fresh or metric.name in heard)
            changed[metric.name] = Definition(mark, metric.grain, by_export)
        elif before.grain != metric.grain:
            conflicts[metric.name] = _conflict(metric, before)
        elif before.fingerprint != mark:
            forgotten.append(metric.name)
            changed[metric.name] = Definition(mark, metric.grain, by_export=False)
    for name in known.keys() - {metric.name for metric in deps.plan.metrics}:
        # The export goes on without it: should it come back, whatever it means then, its past is read anew.
        if known[name].fingerprint != NO_LONGER:
            forgotten.append(name)
            changed[name] = replace(known[name], fingerprint=NO_LONGER, by_export=False)
    if changed:
        step = Step(definitions=changed, forgotten=forgotten)
        await deps.turn.publish({}, version=await deps.turn.version(), observed_at=deps.clock(), step=step)
    carried = frozenset(name for name, one in {**known, **changed}.items() if one.by_export)
    return Settled(carried, conflicts)


def _conflict(metric: Metric, before: Definition) -> str:
    return (
        f"metric {metric.name!r} was counted by the {before.grain} and is now defined by the {metric.grain}: "
        f"values of both would stand side by side; give the new definition another name"
    )
