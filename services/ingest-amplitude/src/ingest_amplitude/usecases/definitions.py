"""What each metric meant when its values were read: a changed definition starts anew, never on top of the old values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.domain.partitions import members
from ingest_amplitude.ports import Definition, Scope, Step
from ingest_amplitude.usecases.deps import Deps
from trueup_billing import encode_part
from trueup_contracts.syncs import SyncReportedV1

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
            if before.by_export:
                # The export goes on without it: should it mean again what it did, questions read what was passed over.
                forgotten.append(metric.name)
                changed[metric.name] = replace(before, by_export=False)
        elif before.fingerprint != mark:
            forgotten.append(metric.name)
            changed[metric.name] = Definition(mark, metric.grain, by_export=False)
    for name in known.keys() - {metric.name for metric in deps.plan.metrics}:
        # The export goes on without it: should it come back, whatever it means then, its past is read anew.
        if known[name].fingerprint != NO_LONGER:
            await _retire(deps, name)
            forgotten.append(name)
            changed[name] = replace(known[name], fingerprint=NO_LONGER, by_export=False)
    if changed:
        step = Step(definitions=changed, forgotten=forgotten)
        await deps.turn.publish({}, version=await deps.turn.version(), observed_at=deps.clock(), step=step)
    carried = frozenset(name for name, one in {**known, **changed}.items() if one.by_export)
    return Settled(carried, conflicts)


async def _retire(deps: Deps, metric: str) -> None:
    """Say that nobody reads the metric any more, before it is forgotten here: whoever dies in between says it again."""
    now = deps.clock()
    for partition in members(await deps.memory.partitions()):
        await deps.turn.report(
            SyncReportedV1(
                version=await deps.turn.version(),
                source="amplitude",
                scope=scope_name((metric, partition)),
                started_at=now,
                finished_at=now,
                complete=False,
                retired=True,
            )
        )


def scope_name(scope: Scope) -> str:
    """`usage|<metric>|<partition>`."""
    metric, partition = scope
    return f"usage|{encode_part(metric)}|{partition}"


def _conflict(metric: Metric, before: Definition) -> str:
    return (
        f"metric {metric.name!r} was counted by the {before.grain} and is now defined by the {metric.grain}: "
        f"values of both would stand side by side; give the new definition another name"
    )
