"""Read everything: at first, when the watermark is too old, or when too much changed at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ingest_quickbooks.domain.answers import read_all
from ingest_quickbooks.domain.paging import CHANGES_REACH_SAFE, Place, following
from ingest_quickbooks.domain.reading import Unreadable
from ingest_quickbooks.domain.snapshots import ENTITIES, Entity, Gone
from ingest_quickbooks.ports import Progress, SourceUnavailable, Step
from ingest_quickbooks.usecases.announce import announce
from ingest_quickbooks.usecases.deps import Deps


async def load_everything(deps: Deps, now: datetime) -> datetime:
    """Page through all entities, then announce as deleted what was known and not met.

    Progress is remembered with each page, so that a killed load goes on where it stood. Returns the instant the load
    began: everything up to it is published, and change capture continues from there.
    """
    progress = await deps.memory.progress()
    if progress is None or now - progress.sweep_at >= CHANGES_REACH_SAFE:
        progress = Progress(now, ENTITIES[0], Place())
    sweep_at = progress.sweep_at
    for entity in ENTITIES[ENTITIES.index(progress.entity) :]:
        place = progress.place if entity == progress.entity else Place()
        counted = await deps.ledger.count(entity)
        await read_entity(deps, entity, place, sweep_at=sweep_at, keep_progress=True)
        await _must_be_whole(deps, entity, sweep_at, counted)
    await announce_missing(deps, ENTITIES, sweep_at, Step(cursor=sweep_at, load_done=True))
    return sweep_at


async def _must_be_whole(deps: Deps, entity: Entity, sweep_at: datetime, counted_before: int) -> None:
    """A sweep that met fewer objects than stood before and after it was cut: what is missing was not deleted.

    Raises:
        SourceUnavailable: it was cut; nothing is taken for deleted, and the sweep begins anew with the next pull.
    """
    met = await deps.memory.met(entity, sweep_at)
    if met >= counted_before:
        return
    standing = min(counted_before, await deps.ledger.count(entity))
    if met < standing:
        await deps.turn.publish([], Step(load_done=True))
        raise SourceUnavailable(f"{entity}: {standing} stand, {met} were delivered")


async def read_entity(
    deps: Deps, entity: Entity, place: Place, *, sweep_at: datetime | None = None, keep_progress: bool = False
) -> int:
    """Page through one entity from `place` on and announce each page by itself; returns how many objects there were."""
    met: set[object] = set()
    following_place: Place | None = place
    while following_place is not None:
        here = following_place
        version = await deps.turn.version()
        page = await deps.ledger.page(entity, here)
        try:
            following_place = following(here, page)
        except Unreadable as error:
            raise SourceUnavailable(f"{entity} cannot be paged: {error}") from error
        met.update(row.get("Id") for row in page)
        progress = None
        if keep_progress and sweep_at is not None and following_place is not None:
            progress = Progress(sweep_at, entity, following_place)
        await announce(
            read_all(entity, page, deps.link_fields),
            version=version,
            observed_at=deps.clock(),
            step=Step(seen_at=sweep_at, progress=progress),
            memory=deps.memory,
            turn=deps.turn,
        )
    return len(met)


async def sweep(deps: Deps, entity: Entity) -> None:
    """Read one entity whole and announce as deleted what was known and not met.

    Raises:
        SourceUnavailable: also when fewer objects came than stand.
    """
    sweep_at = deps.clock()
    counted = await deps.ledger.count(entity)
    await read_entity(deps, entity, Place(), sweep_at=sweep_at)
    await _must_be_whole(deps, entity, sweep_at, counted)
    await announce_missing(deps, [entity], sweep_at, Step())


async def announce_missing(deps: Deps, entities: Sequence[Entity], sweep_at: datetime, step: Step) -> None:
    """What was known and not met by a sweep of everything has been deleted meanwhile."""
    version = await deps.turn.version()
    missing = await deps.memory.unseen(entities, sweep_at)
    await announce(
        [Gone(entity, external_id) for entity, external_id in missing],
        version=version,
        observed_at=deps.clock(),
        step=step,
        memory=deps.memory,
        turn=deps.turn,
    )
