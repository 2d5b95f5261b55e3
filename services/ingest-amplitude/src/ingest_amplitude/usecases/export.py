"""Read the history by export, hour by hour of upload, and later what arrived since: late events to old days."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from ingest_amplitude.domain.again import reopened
from ingest_amplitude.domain.arrivals import earlier_values
from ingest_amplitude.domain.buckets import Key, Totals
from ingest_amplitude.domain.coverage import Run, by_day, overlay
from ingest_amplitude.domain.coverage import cap as cap_coverage
from ingest_amplitude.domain.partitions import assign
from ingest_amplitude.domain.tally import Tally
from ingest_amplitude.domain.windows import HOUR, Hours, day_start, last_day_before, whole_hour
from ingest_amplitude.ports import NOTHING_KEPT, ExportedHours, Kept, Scope, Standing, Step, TooMuchAtOnce
from ingest_amplitude.usecases.deps import Deps


async def export_new_hours(deps: Deps, history_from: date, carried: frozenset[str]) -> None:
    """Export every whole hour since the last export; each piece is committed by itself, so a killed load goes on.

    Of metrics that are not `carried` only the accounts are noted.
    """
    plan = deps.plan
    start = await deps.memory.export_end() or whole_hour(day_start(history_from, plan.zone))
    end = whole_hour(deps.clock() - plan.export_delay)
    if end - start < timedelta(hours=plan.export_every_hours):
        return
    await _recall(deps)
    young = max(start, end - HOUR * plan.export_again_hours)
    await _export_run(deps, Hours(start, young), history_from, carried)
    await _export_run(deps, Hours(young, end), history_from, carried, again=True)
    for hours in await deps.memory.exported_hours():
        if hours.end <= end - HOUR * plan.export_again_hours:
            await _export_again(deps, hours, history_from, carried)


async def _export_run(
    deps: Deps, hours: Hours, history_from: date, carried: frozenset[str], *, again: bool = False
) -> None:
    """Piece by piece: shorter ones from the first that is too much on, longer ones where little happened.

    `again`: they will be exported once more.
    """
    plan, start = deps.plan, hours.start
    length = plan.export_chunk_hours
    while start < hours.end:
        piece = Hours(start, min(start + HOUR * length, hours.end))
        try:
            events = await _export(deps, piece, history_from, carried, again=again)
        except TooMuchAtOnce:
            if len(piece) < 2:
                raise
            length = len(piece) // 2
            continue
        start = piece.end
        if events * 4 <= plan.export_events_max:
            length = min(length * 2, plan.export_chunk_hours)


async def _recall(deps: Deps) -> None:
    """After a start: events that were counted yesterday may be uploaded once more today."""
    if not deps.recent:
        for hours in await deps.memory.exported_hours():
            deps.recent.remember(await deps.memory.event_ids(hours))


def _tally(deps: Deps, hours: Hours, history_from: date, carried: frozenset[str], recent: Container[int]) -> Tally:
    return Tally(
        [metric for metric in deps.plan.metrics if metric.name in carried],
        account_property=deps.plan.account_property,
        zone=deps.plan.zone,
        first_day=history_from,
        recent=recent,
        watched={metric.event_type for metric in deps.plan.metrics},
        # Less than an hour cannot be asked for.
        events_max=deps.plan.export_events_max if len(hours) > 1 else None,
    )


async def _export(deps: Deps, hours: Hours, history_from: date, carried: frozenset[str], *, again: bool) -> int:
    """Export and commit one piece; how many metered events it had."""
    version = await deps.turn.version()
    tally = _tally(deps, hours, history_from, carried, deps.recent)
    await deps.source.export(hours, tally)
    await _commit(deps, hours, tally, version, history_from, carried, again=again)
    # Only now: ids of a piece that was not committed must count again when it is repeated.
    deps.recent.remember(tally.event_ids)
    return len(tally.met)


async def _export_again(deps: Deps, hours: Hours, history_from: date, carried: frozenset[str]) -> None:
    """Add the events that these hours did not have when they were exported first."""
    version = await deps.turn.version()
    known = await deps.memory.event_ids(hours)
    tally = _tally(deps, hours, history_from, carried, _Either(deps.recent, known))
    await deps.source.export(hours, tally)
    kept = await deps.memory.kept(list(tally.totals))
    exported = {key: kept.get(key, NOTHING_KEPT).exported + quantity for key, quantity in tally.totals.items()}
    # Where an answer has spoken since, it knew of these events or will be asked again tonight.
    changed = {key: total for key, total in exported.items() if _stands(kept.get(key, NOTHING_KEPT))}
    placed = assign(await deps.memory.partitions(), tally.accounts, deps.plan.partition_capacity)
    step = Step(exported=exported, placed=placed, settled_hours=ExportedHours(hours, ()))
    await deps.turn.publish(changed, version=version, observed_at=deps.clock(), step=step)
    deps.recent.remember(tally.event_ids)


def _stands(kept: Kept) -> bool:
    """Whether what is shown is the export's own total, as far as anybody knows."""
    return kept.shown is None or kept.shown == kept.exported


@dataclass(frozen=True, slots=True)
class _Either:
    """In one or the other."""

    recent: Container[int]
    known: Container[int]

    def __contains__(self, event_id: object) -> bool:
        return event_id in self.recent or event_id in self.known


async def _commit(
    deps: Deps,
    hours: Hours,
    tally: Tally,
    version: int,
    history_from: date,
    carried: frozenset[str],
    *,
    again: bool,
) -> None:
    partitions = await deps.memory.partitions()
    standings = await deps.memory.standings()
    placed = assign(partitions, tally.accounts, deps.plan.partition_capacity)
    # Every event uploaded up to this instant, included, is in the published values; the end itself was not exported.
    as_of = hours.end - timedelta(microseconds=1)
    exported, changed = await _new_totals(deps, tally.totals, as_of, partitions, standings)
    run = Run(history_from, max(history_from, last_day_before(hours.end, deps.plan.zone)), as_of)
    # An unfiltered answer speaks of accounts it does not name; a filtered one only of those it was asked for.
    joined = set(placed.values()) if len(set(partitions.values())) > 1 else set()
    step = Step(
        exported=exported,
        export_end=hours.end,
        exported_hours=ExportedHours(hours, tally.met) if again else None,
        placed=placed,
        standings={
            scope: _raised(
                deps, standings.get(scope, Standing()), run, carried=scope[0] in carried, capped=scope[1] in joined
            )
            for scope in _scopes(deps, partitions | placed)
        },
    )
    earlier = {
        key: earlier_values(
            late, exported[key], max(hours.start, day_start(key.day + timedelta(days=1), deps.plan.zone))
        )
        for key, late in tally.late.items()
        if key in changed and key not in tally.undated
    }
    await deps.turn.publish(changed, version=version, observed_at=as_of, step=step, earlier=earlier)


async def _new_totals(
    deps: Deps, added: Totals, as_of: datetime, partitions: dict[str, int], standings: dict[Scope, Standing]
) -> tuple[dict[Key, Decimal], Totals]:
    """The running totals of the touched buckets, and those among them that must be announced.

    A total is not announced where a later answer already speaks of that day: it would turn the value back.
    """
    kept = await deps.memory.kept(list(added))
    instants = {scope: by_day(standing.coverage) for scope, standing in standings.items()}
    exported: dict[Key, Decimal] = {}
    changed: Totals = {}
    for key, quantity in added.items():
        before = kept.get(key, NOTHING_KEPT)
        total = exported[key] = before.exported + quantity
        partition = partitions.get(key.account)
        counted_at = None if partition is None else instants.get((key.metric, partition), {}).get(key.day)
        if (counted_at is None or counted_at <= as_of) and total != before.shown:
            changed[key] = total
    return exported, changed


def _scopes(deps: Deps, partitions: dict[str, int]) -> list[Scope]:
    numbers = sorted(set(partitions.values())) or [0]
    return [(metric.name, number) for metric in deps.plan.metrics for number in numbers]


def _raised(deps: Deps, standing: Standing, run: Run, *, carried: bool, capped: bool) -> Standing:
    """Accounts that have just joined were in no answer: their partition claims no more than this export shows.

    Past days that were asked for again since are then asked for once more, with the new accounts.
    """
    coverage, marks = standing.coverage, standing.marks
    if capped:
        lowered = [day for day, as_of in by_day(coverage).items() if as_of > run.as_of]
        marks = reopened(marks, lowered, deps.clock().astimezone(deps.plan.zone).date(), deps.plan.rules)
        coverage = cap_coverage(coverage, run.as_of)
    return Standing(overlay(coverage, run) if carried else coverage, standing.as_of, marks)
