"""One pull of the ledger: what changed since the watermark is announced, and then that it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest_quickbooks.domain.answers import Changes, GarbledAnswer, read_all
from ingest_quickbooks.domain.paging import CHANGE_OVERLAP, Place, reach
from ingest_quickbooks.domain.snapshots import ENTITIES, Entity, Reading
from ingest_quickbooks.ports import ConnectionDead, OpenGap, SourceUnavailable, Step
from ingest_quickbooks.usecases.announce import announce
from ingest_quickbooks.usecases.deps import Deps
from ingest_quickbooks.usecases.load import load_everything, read_entity, sweep
from trueup_contracts.syncs import PROVIDER_ERRORS, Gap, SyncReportedV1

SCOPE = "documents"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pull came to: the watermark it left and, when it failed, why."""

    as_of: datetime | None
    error: str | None = None
    reason: str | None = None
    """The error as one of the report's codes."""

    @property
    def complete(self) -> bool:
        return self.error is None


async def pull_documents(deps: Deps) -> Outcome:
    """Read what changed, announce it, and report. A source that cannot be read is reported, never raised."""
    started_at = deps.clock()
    try:
        outcome = Outcome(await _read(deps, started_at))
    except (SourceUnavailable, GarbledAnswer) as error:
        reason = error.code if isinstance(error, ConnectionDead) else SourceUnavailable.code
        outcome = Outcome(await deps.memory.cursor(), f"{error.code}: {error}", reason)
    await _report(deps, started_at, outcome)
    return outcome


async def _read(deps: Deps, now: datetime) -> datetime:
    cursor = await deps.memory.cursor()
    if cursor is None or reach(cursor, now) == "load":
        cursor = await load_everything(deps, now)
    version = await deps.turn.version()
    changes = await deps.ledger.changes(cursor - CHANGE_OVERLAP, ENTITIES)
    if changes.truncated:
        await _catch_up(deps, cursor, changes)
    else:
        await _announce_changes(deps, changes, version, Step(cursor=changes.time))
    return changes.time


async def _announce_changes(deps: Deps, changes: Changes, version: int, step: Step) -> None:
    await announce(
        _readings(deps, changes),
        version=version,
        observed_at=deps.clock(),
        step=step,
        memory=deps.memory,
        turn=deps.turn,
    )


def _readings(deps: Deps, changes: Changes) -> Sequence[Reading]:
    return [reading for entity, rows in changes.bodies.items() for reading in read_all(entity, rows, deps.link_fields)]


async def _catch_up(deps: Deps, cursor: datetime, cut: Changes) -> None:
    """A cut answer cannot be paged, and hides deletions: ask entity by entity, and where that is cut too, compare ids.

    For some minutes after many changes at once, only the overlap is too long: what lies before the watermark was
    announced by then, and a sweep at each pull would use up the month's reads. Change capture from the watermark on
    tells the deletions, and queries tell what else became visible late.

    The watermark moves only at the end, to the instant of the cut answer.
    """
    since = cursor - CHANGE_OVERLAP
    for entity in ENTITIES:
        if await _told_whole(deps, entity, since):
            continue
        if await _told_whole(deps, entity, cursor):
            await _read_since(deps, entity, since)
        else:
            await sweep(deps, entity)
    await deps.turn.publish([], Step(cursor=cut.time))


async def _told_whole(deps: Deps, entity: Entity, since: datetime) -> bool:
    """Announce what change capture tells of one entity; whether it told everything."""
    version = await deps.turn.version()
    changes = await deps.ledger.changes(since, [entity])
    await _announce_changes(deps, changes, version, Step())
    return not changes.truncated


async def _read_since(deps: Deps, entity: Entity, since: datetime) -> None:
    """Queries never show deletions: when the numbers differ, the whole entity is compared."""
    counted = await deps.ledger.count(entity, since)
    met = await read_entity(deps, entity, Place(since))
    if met < counted and met < await deps.ledger.count(entity, since):
        raise SourceUnavailable(f"{entity}: {counted} have changed, {met} were delivered")
    if await deps.ledger.count(entity) != await deps.memory.standing(entity):
        await sweep(deps, entity)


async def _report(deps: Deps, started_at: datetime, outcome: Outcome) -> None:
    gaps = await deps.memory.gaps()
    nameless = [gap for gap in gaps if gap.ref is None]
    reason, error = outcome.reason, outcome.error
    if reason is None and nameless:
        # A document whose customer cannot be told could belong to anyone: nobody's figures are complete.
        reason, error = "incomplete_answer", nameless[0].detail
    complete = reason is None
    if complete and (error := await deps.trouble()):
        reason = PROVIDER_ERRORS
    await deps.turn.report(
        SyncReportedV1(
            version=await deps.turn.version(),
            source="quickbooks",
            scope=SCOPE,
            started_at=started_at,
            finished_at=deps.clock(),
            as_of=outcome.as_of,
            complete=complete,
            reason=reason,
            error=error,
            gaps=_to_gaps(gaps),
            offsets=await deps.turn.offsets(),
        )
    )


def _to_gaps(gaps: Sequence[OpenGap]) -> list[Gap]:
    """One for each customer, however many of its objects cannot be read."""
    by_ref: dict[str, list[OpenGap]] = {}
    for gap in gaps:
        if gap.ref is not None:
            by_ref.setdefault(gap.ref, []).append(gap)
    return [
        Gap(
            ref=ref,
            reason="unreadable_document",
            detail=_told_together([(one.external_id, one.detail) for one in mine]),
        )
        for ref, mine in by_ref.items()
    ]


def _told_together(gaps: Sequence[tuple[str, str]]) -> str:
    """The first in full, the rest by number and by the last id: another gap has other words."""
    (first, detail), (last, _) = gaps[0], gaps[-1]
    return f"{detail} (id {first})" if len(gaps) == 1 else f"{len(gaps)} objects: {detail} (id {first} to {last})"
