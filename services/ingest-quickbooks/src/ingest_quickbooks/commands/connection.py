"""`trueup quickbooks`: an administrator connects the company in the browser, looks at the connection, or ends it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from ingest_quickbooks.domain.connecting import Connection, NotConnected
from ingest_quickbooks.domain.tokens import reconnect_soon
from ingest_quickbooks.ports import SourceUnavailable
from ingest_quickbooks.settings import Settings
from ingest_quickbooks.wiring import Reading, connecting, now, reading
from trueup_kit.errors import KitError
from trueup_kit.settings import load

app = typer.Typer(help="The connection to QuickBooks.", no_args_is_help=True)
Sure = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
WayBack = Annotated[
    str | None,
    typer.Option(
        help="Another address registered for the app at Intuit, where the page takes up that of the settings."
    ),
]


@app.command()
def connect(redirect_uri: WayBack = None) -> None:
    """Print the address to open in a browser, and take the one that the browser is sent back to. Changes nothing before."""
    settings = load(Settings)
    if settings.internal_secret is not None and redirect_uri is None:
        words = "connect on the page, under Connections: it takes up what comes back to INGEST_QUICKBOOKS_REDIRECT_URI."
        typer.echo(f"trueup: {words} Or give --redirect-uri another registered address", err=True)
        raise typer.Exit(1)

    async def work(read: Reading) -> None:
        flow = connecting(settings, read, redirect_uri=redirect_uri)
        # Known to this process only: whoever else gets hold of the address can do nothing with it.
        me = secrets.token_urlsafe(32)
        typer.echo(f"Open this address in a browser, as an administrator of the company:\n\n  {await flow.begin(me)}\n")
        address = await asyncio.to_thread(typer.prompt, "The address that the browser was sent to", hide_input=True)
        await flow.finish(address, me)
        typer.echo("Connected. The service takes it up with its next question.")

    _run(settings, work)


@app.command()
def disconnect(*, yes: Sure = False) -> None:
    """Give the tokens back to QuickBooks and forget them: nothing is read until somebody connects again."""
    if not yes:
        typer.confirm("End the connection? Every account will be without fresh invoices.", abort=True)

    async def work(read: Reading) -> None:
        typer.echo("Disconnected." if await read.vault.disconnect() else "There was no connection.")

    _run(load(Settings), work)


@app.command()
def status() -> None:
    """Say whether the connection is alive, and when it ends if it is never used; exits 1 where a person must connect."""
    found = Connection("none")

    async def work(read: Reading) -> None:
        nonlocal found
        found = await read.vault.state()
        typer.echo(f"alive{_end(found)}" if found.state == "alive" else f"{found.state}: a person must connect")

    _run(load(Settings), work)
    raise typer.Exit(0 if found.state == "alive" else 1)


def _end(found: Connection) -> str:
    """A living connection moves its end on with each renewal: a near one does not move any more."""
    if found.ends_at is None:
        return ""
    near = reconnect_soon(found.ends_at, now())
    return f", ends {found.ends_at:%Y-%m-%d}{': connect again before' if near else ' unless it is used'}"


def _run(settings: Settings, work: Callable[[Reading], Awaitable[None]]) -> None:
    async def within() -> None:
        read = reading(settings, application_name="trueup")
        try:
            await work(read)
        finally:
            await read.close()

    try:
        asyncio.run(within())
    except (NotConnected, SourceUnavailable, KitError) as error:
        typer.echo(f"trueup: {error}", err=True)
        raise typer.Exit(1) from None
