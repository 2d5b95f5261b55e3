"""`trueup backfill quickbooks`: documents of past days, read anew within the limits, beside the running pulls."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

import typer

from ingest_quickbooks.domain.answers import GarbledAnswer
from ingest_quickbooks.domain.paging import Place, Within
from ingest_quickbooks.domain.snapshots import ENTITIES, Entity
from ingest_quickbooks.ports import SourceUnavailable
from ingest_quickbooks.settings import Settings
from ingest_quickbooks.usecases.backfill import backfill_page
from ingest_quickbooks.wiring import Parts, now, parts
from trueup_kit.backfill import BadDays, Bar, Bookmark, Span, Stopped
from trueup_kit.errors import KitError
from trueup_kit.settings import load


def backfill(
    first: Annotated[str, typer.Option("--from", help="First day of the documents, YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", help="Last day, included.")] = "",
    account: Annotated[str | None, typer.Option(help="Only this customer, by QuickBooks' own id.")] = None,
) -> None:
    """Read documents anew and announce what differs; stopped, the same command goes on where it stood."""
    if account is not None and not account.isdigit():
        raise typer.BadParameter("QuickBooks' customer ids are digits")
    try:
        span = Span.read(first, last, now().date())
        asyncio.run(_run(parts(load(Settings)), span, account))
    except (BadDays, Stopped) as error:
        typer.echo(f"trueup: {error}", err=True)
        raise typer.Exit(1) from None


async def _run(made: Parts, span: Span, account: str | None) -> None:
    bookmark, bar = Bookmark(made.reading.engine, span, account), Bar()
    try:
        await made.company_must_fit()
        await made.producer.start()
        span, kept = await bookmark.resume()
        within = Within(span.first, span.last, account)
        begin: Entity = kept["entity"] if kept else ENTITIES[0]
        for entity in ENTITIES[ENTITIES.index(begin) :]:
            resumed = kept if kept and entity == begin else None
            await _entity(made, entity, within, bookmark, bar, resumed)
        await bookmark.forget()
    except (SourceUnavailable, GarbledAnswer, KitError) as error:
        raise Stopped(f"{error}; the same command goes on from here") from error
    finally:
        bar.end()
        await made.producer.stop()
        await made.reading.close()


async def _entity(
    made: Parts,
    entity: Entity,
    within: Within,
    bookmark: Bookmark,
    bar: Bar,
    kept: Any,  # noqa: ANN401  JSON
) -> None:
    total = await made.reading.ledger.count(entity, within=within)
    if entity == "Customer" and within.customer is not None and total == 0:
        raise Stopped(f"QuickBooks has no customer {within.customer}: --account takes the id that QuickBooks gave it")
    done, place = (kept["done"], _to_place(kept)) if kept else (0, Place())
    following: Place | None = place
    while following is not None:
        bar.tell(done, total, f"objects of {entity}")
        async with made.turns.borrow() as turn:
            read, following = await backfill_page(made.deps(turn), entity, following, within)
        done += read
        if following is not None:
            since = following.since.isoformat() if following.since else None
            await bookmark.keep({"entity": entity, "since": since, "start": following.start, "done": done})
    bar.tell(done, total, f"objects of {entity}")
    # A short page ends the reading, and may be a cut one.
    if done < total and done < (total := await made.reading.ledger.count(entity, within=within)):
        raise SourceUnavailable(f"{entity}: {total} stand, {done} were delivered")
    rest = ENTITIES[ENTITIES.index(entity) + 1 :]
    if rest:
        await bookmark.keep({"entity": rest[0], "since": None, "start": 1, "done": 0})


def _to_place(kept: Any) -> Place:  # noqa: ANN401  JSON
    return Place(datetime.fromisoformat(kept["since"]) if kept["since"] else None, kept["start"])
