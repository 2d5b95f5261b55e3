"""Read the history by export, hour by hour of upload, and later what arrived since: late events to old days."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ingest_amplitude.domain.again import reopened
from ingest_amplitude.domain.answers import GarbledAnswer
from ingest_amplitude.domain.arrivals import Earlier, earlier_values
from ingest_amplitude.domain.buckets import ZERO, Key, Totals
from ingest_amplitude.domain.coverage import Run, by_day, overlay
from ingest_amplitude.domain.coverage import cap as cap_coverage
from ingest_amplitude.domain.partitions import assign
from ingest_amplitude.domain.tally import Tally
from ingest_amplitude.domain.unread import Days, Unread, claimable, noticed, together
from ingest_amplitude.domain.windows import HOUR, Hours, day_start, last_day_before, whole_hour
from ingest_amplitude.ports import NOTHING_KEPT, Exported, ExportedHours, Kept, Scope, Standing, Step, TooMuchAtOnce
from ingest_amplitude.usecases.deps import Deps


async def export_new_hours(deps: Deps, history_from: date, carried: frozenset[str]) -> None:
    """Export every whole hour since the last export; each piece is committed by itself, so a killed load goes on.

    Of metrics that are not `carried` only the accounts are noted. Hours that are due to be exported once more are,
    whether there are new ones or not; where one of them fails, the others are read all the same.

    Raises:
        SourceUnavailable, GarbledAnswer: some hours were not exported; the next pull tries them again.
    """
    plan = deps.plan
    await _recall(deps)
    start = await deps.memory.export_end() or whole_hour(day_start(history_from, plan.zone))
    end = whole_hour(deps.clock() - plan.export_delay)
    settled = end - HOUR * plan.export_again_hours
    if end - start >= timedelta(hours=plan.export_every_hours):
        young = max(start, settled)
        await _export_new(deps, Hours(start, young), history_from, carried)
        await _export_new(deps, Hours(young, end), history_from, carried, again=True)
    failure: TooMuchAtOnce | GarbledAnswer | None = None
    for hours in await deps.memory.exported_hours():
        if hours.end <= settled:
            try:
                await _export_again(deps, hours, history_from, carried)
            except (TooMuchAtOnce, GarbledAnswer) as error:
                failure = error
    if failure is not None:
        raise failure


async def _export_new(
    deps: Deps, hours: Hours, history_from: date, carried: frozenset[str], *, again: bool = False
) -> None:
    """Export hours for the first time. `again`: they will be exported once more."""

    async def export(piece: Hours) -> int:
        return await _export(deps, piece, history_from, carried, again=again)

    await _in_pieces(deps, hours, export)


async def _in_pieces(deps: Deps, hours: Hours, export: Callable[[Hours], Awaitable[int]]) -> None:
    """Piece by piece: shorter ones from the first that is too much on, longer ones where few events were met.

    Amplitude may refuse for what is not metered, and take its time for that: each longer piece that turns out to be too much
    doubles how many short ones come before the next. `export` tells how many metered events a piece had.

    Raises:
        TooMuchAtOnce: an hour cannot be cut.
    """
    start, length = hours.start, deps.plan.export_chunk_hours
    calm, patience, grown = 0, 1, False
    while start < hours.end:
        piece = Hours(start, min(start + HOUR * length, hours.end))
        try:
            events = await export(piece)
        except TooMuchAtOnce:
            if len(piece) < 2:
                raise
            patience *= 2 if grown else 1
            calm, grown, length = 0, False, len(piece) // 2
            continue
        start = piece.end
        calm = calm + 1 if events * 4 <= deps.plan.export_events_max else 0
        if grown := calm >= patience:
            calm, length = 0, min(length * 2, deps.plan.export_chunk_hours)


async def _recall(deps: Deps) -> None:
    """Events that were counted yesterday may be uploaded once more today, whichever process had the turn then."""
    for hours in deps.recent.unmet(await deps.memory.exported_hours()):
        deps.recent.recall(hours, await deps.memory.event_ids(hours))


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
    known = await deps.memory.event_ids(hours)

    async def export(piece: Hours) -> int:
        left = ExportedHours(Hours(piece.end, hours.end), known) if piece.end < hours.end else None
        return await _add(deps, piece, known, left, history_from, carried)

    await _in_pieces(deps, hours, export)


async def _add(
    deps: Deps,
    hours: Hours,
    known: Container[int],
    left: ExportedHours | None,
    history_from: date,
    carried: frozenset[str],
) -> int:
    """Add what is not `known`, and note which hours are `left` to be exported once more; how many events there were."""
    version = await deps.turn.version()
    tally = _tally(deps, hours, history_from, carried, _Either(deps.recent, known))
    await deps.source.export(hours, tally)
    kept = await deps.memory.kept(list(tally.totals))
    exported = {
        key: Exported(kept.get(key, NOTHING_KEPT).exported + quantity) for key, quantity in tally.totals.items()
    }
    partitions = await deps.memory.partitions()
    placed = assign(partitions, tally.accounts, deps.plan.partition_capacity)
    # Days may be claimed as of any later hour that was exported since, so that is what a question must have seen.
    found, unread = await _notice(deps, hours, tally, history_from, await deps.memory.export_end() or hours.end)
    # Where an answer has spoken since, it knew of these events or will be asked again tonight.
    changed = {
        key: one.total
        for key, one in exported.items()
        if _stands(kept.get(key, NOTHING_KEPT)) and key.day not in unread.get(key.metric, {})
    }
    joined = _joined(partitions, placed)
    standings = {
        (name, number): replace(one, coverage=claimable(one.coverage, unread[name], joined=number in joined))
        for (name, number), one in (await deps.memory.standings()).items()
        if name in unread
    }
    step = Step(
        exported=exported,
        placed=placed,
        exported_hours=left,
        settled_hours=ExportedHours(hours, ()),
        standings=standings,
        unread=found,
    )
    await deps.turn.publish(changed, version=version, observed_at=deps.clock(), step=step)
    deps.recent.remember(tally.event_ids)
    return len(tally.met)


async def _notice(deps: Deps, hours: Hours, tally: Tally, history_from: date, end: datetime) -> tuple[Unread, Unread]:
    """What these hours tell of unread days, and all of them with that."""
    unread = await deps.memory.unread_days()
    last = max(history_from, last_day_before(hours.end, deps.plan.zone))
    found = noticed(unread, tally, first=history_from, last=last, end=end)
    return found, together(unread, found)


def _joined(partitions: Mapping[str, int], placed: Mapping[str, int]) -> set[int]:
    """Partitions whose answers do not speak of accounts that they have from now on.

    An unfiltered answer speaks of accounts it does not name; a filtered one only of those it was asked for.
    """
    return set(placed.values()) if len(set(partitions.values())) > 1 else set()


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
    kept = await deps.memory.kept(list(tally.totals))
    earlier = {key: _seen(deps, hours, tally, key, kept.get(key)) for key in tally.totals}
    exported = {
        key: Exported(kept.get(key, NOTHING_KEPT).exported + quantity, earlier[key][-1][0] if earlier[key] else None)
        for key, quantity in tally.totals.items()
    }
    found, unread = await _notice(deps, hours, tally, history_from, hours.end)
    changed = {
        key: total
        for key, total in _changed(exported, kept, as_of, partitions, standings).items()
        if key.day not in unread.get(key.metric, {})
    }
    run = Run(history_from, max(history_from, last_day_before(hours.end, deps.plan.zone)), as_of)
    joined = _joined(partitions, placed)
    step = Step(
        exported=exported,
        export_end=hours.end,
        exported_hours=ExportedHours(hours, tally.met) if again else None,
        placed=placed,
        standings={
            scope: _raised(
                deps,
                standings.get(scope, Standing()),
                run,
                unread.get(scope[0], {}) if scope[0] in carried else None,
                capped=scope[1] in joined,
            )
            for scope in _scopes(deps, partitions | placed)
        },
        unread=found,
    )
    late = {key: earlier[key] for key in tally.late if key in changed and earlier[key]}
    await deps.turn.publish(changed, version=version, observed_at=as_of, step=step, earlier=late)


def _seen(deps: Deps, hours: Hours, tally: Tally, key: Key, kept: Kept | None) -> Earlier:
    """What the bucket held from the end of its day on, as far as these hours and what was exported before them tell.

    While the day lasts that is what it will hold unless more comes. Nothing where an event does not say when it was
    uploaded; only from these hours on where what was exported before does not tell.
    """
    if key in tally.undated:
        return ()
    day_end = day_start(key.day + timedelta(days=1), deps.plan.zone)
    if kept is None:  # the export has met every hour since the day began, and nothing of this bucket
        kept = Kept(ZERO, ZERO, day_end)
    since = kept.since or max(hours.start, day_end)
    return earlier_values(tally.late.get(key, {}), kept.exported + tally.totals[key], since)


def _changed(
    exported: Mapping[Key, Exported],
    kept: Mapping[Key, Kept],
    as_of: datetime,
    partitions: Mapping[str, int],
    standings: Mapping[Scope, Standing],
) -> Totals:
    """The totals that must be announced: not where a later answer already speaks of that day and would be turned back."""
    instants = {scope: by_day(standing.coverage) for scope, standing in standings.items()}
    changed: Totals = {}
    for key, (total, _) in exported.items():
        partition = partitions.get(key.account)
        counted_at = None if partition is None else instants.get((key.metric, partition), {}).get(key.day)
        if (counted_at is None or counted_at <= as_of) and total != kept.get(key, NOTHING_KEPT).shown:
            changed[key] = total
    return changed


def _scopes(deps: Deps, partitions: dict[str, int]) -> list[Scope]:
    numbers = sorted(set(partitions.values())) or [0]
    return [(metric.name, number) for metric in deps.plan.metrics for number in numbers]


def _raised(deps: Deps, standing: Standing, run: Run, unread: Days | None, *, capped: bool) -> Standing:
    """Accounts that have just joined were in no answer: their partition claims no more than this export shows.

    Past days that were asked for again since are then asked for once more, with the new accounts. `unread`: days that the
    export does not speak of; None: it speaks of none, as it does not carry the metric.
    """
    coverage, marks = standing.coverage, standing.marks
    if capped:
        lowered = [day for day, as_of in by_day(coverage).items() if as_of > run.as_of]
        marks = reopened(marks, lowered, deps.clock().astimezone(deps.plan.zone).date(), deps.plan.rules)
        coverage = cap_coverage(coverage, run.as_of)
    if unread is not None:
        coverage = overlay(claimable(coverage, unread, joined=capped), run, unread)
    return Standing(coverage, standing.as_of, marks)
