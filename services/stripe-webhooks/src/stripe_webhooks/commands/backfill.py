"""`trueup backfill stripe`: invoices of past days, looked at anew within the limits, beside webhooks and polls."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from stripe_webhooks.ports import Listing, NotYet, Rejected
from stripe_webhooks.settings import Settings
from stripe_webhooks.usecases.backfill import listing, look_anew, next_batch
from stripe_webhooks.usecases.reading import Wanted
from stripe_webhooks.wiring import Parts, WrongKey, key_must_fit, now, parts
from trueup_kit.backfill import BadDays, Bar, Bookmark, Span, Stopped
from trueup_kit.errors import KitError
from trueup_kit.settings import load


def backfill(
    first: Annotated[str, typer.Option("--from", help="First day on which the invoices were made, YYYY-MM-DD, UTC.")],
    last: Annotated[str, typer.Option("--to", help="Last day, included.")] = "",
    account: Annotated[str | None, typer.Option(help="Only this customer: cus_...")] = None,
) -> None:
    """Look at invoices anew and announce what differs; stopped, the same command goes on where it stood."""
    try:
        span = Span.read(first, last, now().date())
        asyncio.run(_run(load(Settings), span, account))
    except (BadDays, Stopped) as error:
        typer.echo(f"trueup: {error}", err=True)
        raise typer.Exit(1) from None


async def _run(settings: Settings, span: Span, account: str | None) -> None:
    made = parts(settings)
    bookmark, bar = Bookmark(made.reading.engine, span, account), Bar()
    await made.producer.start()
    try:
        await key_must_fit(made.store, made.reading.gateway, settings)
        if account is not None:
            await _customer(made, account)
        span, kept = await bookmark.resume()
        await _invoices(made, listing(span.first, span.last, account), kept, bookmark, bar)
        await bookmark.forget()
    except WrongKey as error:
        raise Stopped(str(error)) from error
    except (NotYet, KitError) as error:
        raise Stopped(f"{error}; the same command goes on from here") from error
    finally:
        bar.end()
        await made.producer.stop()
        await made.reading.close()


async def _customer(made: Parts, account: str) -> None:
    """Asked for before it is looked at: a customer noted as unreadable may be anyone's, and a slip of the pen is nobody's.

    Raises:
        Stopped: Stripe has no such customer.
    """
    try:
        found = await made.reading.gateway.one("customers", account, priority="background")
    except Rejected:
        found = None
    if found is None:
        raise Stopped(f"Stripe has no customer {account}, or the key may not read it: give its id, cus_...")
    await made.observer.look_at([Wanted("customer", account)])


async def _invoices(
    made: Parts,
    asked: Listing,
    kept: Any,  # noqa: ANN401  JSON
    bookmark: Bookmark,
    bar: Bar,
) -> None:
    """Stripe counts nothing: first the list is walked, a hundred to a request, then each is looked at."""
    done, after = (kept["done"], kept["after"]) if kept else (0, None)
    total = done + await _count(made, asked, after)
    more = True
    while more:
        bar.tell(done, total, "invoices")
        batch = await next_batch(made.observer, asked, after)
        await look_anew(made.observer, batch.invoice_ids)
        done, after, more = done + len(batch.invoice_ids), batch.after, batch.after is not None
        if more:
            await bookmark.keep({"done": done, "after": after})
    bar.tell(done, total, "invoices")


async def _count(made: Parts, asked: Listing, after: str | None) -> int:
    found = 0
    while True:
        batch = await next_batch(made.observer, asked, after)
        found, after = found + len(batch.invoice_ids), batch.after
        if after is None:
            return found
