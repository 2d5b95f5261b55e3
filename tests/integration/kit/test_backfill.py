"""A bookmark on a real PostgreSQL: the same command line goes on, with the days that it began with."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.backfill import Bookmark, Span

MONDAY = date(2026, 3, 2)


async def test_the_same_command_line_goes_on_after_midnight_with_its_own_days(engine: AsyncEngine) -> None:
    begun = Bookmark(engine, Span.read("2026-01-01", "", MONDAY), None)
    assert await begun.resume() == (Span.read("2026-01-01", "", MONDAY), None)
    await begun.keep({"done": 2})
    later = Span.read("2026-01-01", "", MONDAY + timedelta(days=1))
    span, place = await Bookmark(engine, later, None).resume()
    assert (span.last, place) == (MONDAY, {"done": 2})
    for span, account in (
        (Span.read("2026-01-01", "2026-03-02", MONDAY), None),
        (Span.read("2026-01-01", "", MONDAY), "7"),
        (Span.read("2026-01-02", "", MONDAY), None),
    ):
        assert (await Bookmark(engine, span, account).resume())[1] is None, "another command line begins"
    on = Bookmark(engine, later, None)
    await on.resume()
    await on.keep({"done": 3})
    assert (await begun.resume())[0].last == MONDAY
    await on.forget()
    assert await Bookmark(engine, later, None).resume() == (later, None)
