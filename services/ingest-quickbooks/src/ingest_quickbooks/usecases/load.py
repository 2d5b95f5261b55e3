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
        await read_entity(deps, entity, place, sweep_at=sweep_at, keep_progress=True)
    await announce_missing(deps, ENTITIES, sweep_at, Step(cursor=sweep_at, load_done=True))
    return sweep_at


async def read_entity(
    deps: Deps, entity: Entity, place: Place, *, sweep_at: datetime | None = None, keep_progress: bool = False
) -> None:
    """Page through one entity from `place` on and announce each page by itself."""
    following_place: Place | None = place
    while following_place is not None:
        here = following_place
        version = await deps.turn.version()
        page = await deps.ledger.page(entity, here)
        try:
            following_place = following(here, page)
        except Unreadable as error:
            raise SourceUnavailable(f"{entity} cannot be paged: {error}") from error
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
