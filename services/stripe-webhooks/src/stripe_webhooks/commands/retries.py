"""`trueup retries …`: payment retries as this service keeps them; first of all those that need a person."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from stripe_webhooks.adapters.executions import PostgresExecutions
from stripe_webhooks.domain.retries import DISMISSED
from stripe_webhooks.usecases.settled import settled
from trueup_kit.postgres import create_engine, raw
from trueup_operator import settings

app = typer.Typer(help="Payment retries: what became of them, and which need a person.", no_args_is_help=True)

SHOWN_MAX = 200
CLAIM_S = 60.0
_LIST = """
SELECT attempt_id, state, needs_person, reason, client_id, gateway_invoice_id, amount_minor, currency, tries,
    requested_at, started_at
FROM retry_executions
WHERE $1 OR needs_person OR state IN ('received', 'started', 'processing', 'unknown')
ORDER BY needs_person DESC, requested_at DESC LIMIT $2
"""
_SHOW = "SELECT * FROM retry_executions WHERE attempt_id = $1"
_LOOK = """
UPDATE retry_executions SET next_ask_at = now()
WHERE attempt_id = $1 AND state IN ('started', 'processing', 'unknown') RETURNING attempt_id
"""
ADVICE = (
    "Look the payment up at the gateway by its invoice, or by its idempotency key, which is the attempt's id. When the "
    "invoice is paid there, `trueup retries look` settles the attempt; when nothing was charged, `trueup retries dismiss` "
    "ends it. Nothing is asked again by itself."
)
Attempt = Annotated[str, typer.Argument(help="The attempt's id.")]


@app.command("list")
def show_list(
    *, everything: Annotated[bool, typer.Option("--all", help="Those that came to an end as well.")] = False
) -> None:
    """Attempts that are not final, those that need a person first."""
    rows = _fetch(_LIST, everything, SHOWN_MAX)
    for row in rows:
        mark = "NEEDS A PERSON" if row["needs_person"] else row["state"]
        money = f"{row['amount_minor']} {row['currency']} (minor units)"
        typer.echo(
            f"{row['attempt_id']}  {mark}  {row['reason'] or '-'}  {row['client_id']}  {row['gateway_invoice_id']}  "
            f"{money}  calls={row['tries']}  {row['requested_at']:%Y-%m-%d %H:%M:%S}"
        )
    if not rows:
        typer.echo("No attempt is under way or needs a person.")


@app.command()
def show(attempt: Attempt) -> None:
    """Everything that is stored of one attempt, as JSON."""
    row = _one(_SHOW, attempt)
    typer.echo(json.dumps(row, indent=2, default=str))
    if row["needs_person"]:
        typer.echo(ADVICE, err=True)


@app.command()
def look(attempt: Attempt) -> None:
    """Read the attempt's invoice at the gateway again now; takes no money from an attempt that needs a person."""
    _one(_LOOK, attempt)
    typer.echo("It is looked at now.")


@app.command()
def dismiss(
    attempt: Attempt,
    *,
    by: Annotated[str, typer.Option("--by", help="Who has looked it up at the gateway.")],
    nothing_charged: Annotated[
        bool, typer.Option("--nothing-was-charged", help="Say that you have seen that nothing was charged.")
    ] = False,
) -> None:
    """End an attempt that needs a person, once it is certain that nothing was charged; another retry is possible then."""
    if not nothing_charged:
        typer.echo("Look it up at the gateway first; then say --nothing-was-charged.", err=True)
        raise typer.Exit(1)
    if not asyncio.run(_dismissed(attempt, by)):
        typer.echo(f"No such attempt, or none that needs a person: {attempt}", err=True)
        raise typer.Exit(1)
    typer.echo("Dismissed: the invoice may be retried again.")


async def _dismissed(attempt: str, by: str) -> bool:
    engine = create_engine(
        settings.load().migrator_dsn, application_name="trueup", pool_size=1, schema="stripe_webhooks"
    )
    try:
        return await PostgresExecutions(engine, "stripe-webhooks", claim_s=CLAIM_S).dismiss(
            attempt, lambda one: settled(one, DISMISSED, datetime.now(UTC)), by
        )
    finally:
        await engine.dispose()


def _one(sql: str, attempt: str) -> dict[str, Any]:
    rows = _fetch(sql, attempt)
    if not rows:
        typer.echo(f"No such attempt, or none that is still open: {attempt}", err=True)
        raise typer.Exit(1)
    return rows[0]


def _fetch(sql: str, *values: object) -> list[dict[str, Any]]:
    async def fetch() -> list[dict[str, Any]]:
        engine = create_engine(
            settings.load().migrator_dsn, application_name="trueup", pool_size=1, schema="stripe_webhooks"
        )
        try:
            async with engine.begin() as conn:
                return [dict(row) for row in await (await raw(conn)).fetch(sql, *values)]
        finally:
            await engine.dispose()

    return asyncio.run(fetch())
