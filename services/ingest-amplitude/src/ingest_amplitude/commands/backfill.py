"""`trueup backfill amplitude`: usage of past days, asked for anew within the cost budget, beside the running pulls."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Annotated

import typer

from ingest_amplitude.domain.answers import GarbledAnswer
from ingest_amplitude.domain.buckets import Metric
from ingest_amplitude.ports import SourceUnavailable
from ingest_amplitude.settings import Settings
from ingest_amplitude.usecases.backfill import (
    LeavesAHole,
    UnknownAccount,
    backfill_question,
    must_know,
    must_touch,
    pieces,
)
from ingest_amplitude.wiring import Parts, now, parts
from trueup_kit.backfill import BadDays, Bar, Bookmark, Span, Stopped
from trueup_kit.errors import KitError
from trueup_kit.settings import load


def backfill(
    first: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD, in the project's zone.")],
    last: Annotated[str, typer.Option("--to", help="Last day, included.")] = "",
    account: Annotated[str | None, typer.Option(help="Only this account, as Amplitude names it.")] = None,
) -> None:
    """Ask Amplitude anew for past days and announce what differs; stopped, the same command goes on where it stood."""
    settings = load(Settings)
    made = parts(settings)
    today = now().astimezone(made.plan.zone).date()
    try:
        asyncio.run(_run(made, Span.read(first, last, today - timedelta(days=1)).until(today), account))
    except (BadDays, Stopped, LeavesAHole, UnknownAccount) as error:
        typer.echo(f"trueup: {error}", err=True)
        raise typer.Exit(1) from None


async def _run(made: Parts, span: Span, account: str | None) -> None:
    bookmark, bar = Bookmark(made.reading.engine, span, account), Bar()
    await made.producer.start()
    try:
        span, kept = await bookmark.resume()
        wanted = pieces(made.plan.metrics, span.first, span.last)
        begin = kept or 0
        if account is not None:
            await must_know(made.memory, account)
        elif begin == 0:
            await must_touch(made.memory, span.last)
        for number, piece in enumerate(wanted[begin:], begin):
            bar.tell(number, len(wanted), f"questions, {piece[0].name} from {piece[1]}")
            await _piece(made, piece, account)
            await bookmark.keep(number + 1)
        bar.tell(len(wanted), len(wanted), "questions")
        await bookmark.forget()
    except (SourceUnavailable, GarbledAnswer, KitError) as error:
        raise Stopped(f"{error}; the same command goes on from here") from error
    finally:
        bar.end()
        await made.producer.stop()
        await made.reading.client.aclose()
        await made.reading.engine.dispose()


async def _piece(made: Parts, piece: tuple[Metric, date, date], account: str | None) -> None:
    done: set[int] = set()
    whole = False
    while not whole:
        async with made.turns.borrow() as turn:
            whole = await backfill_question(made.deps(turn), piece, account, done)
