"""Read the documents of past days anew, page by page, beside the running pulls."""

from __future__ import annotations

from ingest_quickbooks.domain.answers import read_all
from ingest_quickbooks.domain.paging import Place, Within, following
from ingest_quickbooks.domain.reading import Unreadable
from ingest_quickbooks.domain.snapshots import Entity
from ingest_quickbooks.ports import SourceUnavailable, Step
from ingest_quickbooks.usecases.announce import announce
from ingest_quickbooks.usecases.deps import Deps


async def backfill_page(deps: Deps, entity: Entity, place: Place, within: Within) -> tuple[int, Place | None]:
    """Announce what differs on one page; returns how many objects it had and where the next one begins.

    Deletions do not show here: queries never tell of them, change capture and the sweep do.

    Raises:
        SourceUnavailable, GarbledAnswer: nothing of the page was announced.
    """
    version = await deps.turn.version()
    page = await deps.ledger.page(entity, place, within)
    try:
        next_place = following(place, page)
    except Unreadable as error:
        raise SourceUnavailable(f"{entity} cannot be paged: {error}") from error
    await announce(
        read_all(entity, page, deps.link_fields),
        version=version,
        observed_at=deps.clock(),
        step=Step(),
        memory=deps.memory,
        turn=deps.turn,
    )
    return len(page), next_place
