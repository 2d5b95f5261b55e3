"""`trueup replay`: decide every account anew from the stored facts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Annotated

import typer

from reconciler.adapters.decisions import PostgresDecisions
from reconciler.settings import SERVICE, Policies
from reconciler.usecases.decide import Round
from reconciler.usecases.replay import replay
from trueup_kit.postgres import create_engine
from trueup_operator import settings
from trueup_operator.errors import OperatorError

app = typer.Typer()
BATCH = 100
"""Accounts decided in one transaction: their rows are locked meanwhile, so that no replica decides them too."""
SHARE = 500
"""Accounts given to a process at a time."""


@app.command("replay")
def run(
    accounts: Annotated[list[str] | None, typer.Argument(help="Client ids; all accounts when left out.")] = None,
    *,
    processes: Annotated[int, typer.Option(min=1, max=32, help="Processes that decide at once.")] = 2,
) -> None:
    """Decide accounts anew from the stored facts, in place, while the old rows are served.

    For after a change of the rules. It writes nothing to the timeline and resolves nothing by rule; an account for which
    nothing differs keeps its revision. Accounts whose facts moved just now are left to the running reconcilers.
    """
    dsn = settings.load().migrator_dsn
    wanted = asyncio.run(_known(dsn, accounts))
    done = Round()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        shares = [pool.submit(_share, dsn, wanted[start : start + SHARE]) for start in range(0, len(wanted), SHARE)]
        for finished in as_completed(shares):
            one = finished.result()
            done = Round(done.decided + one.decided, done.changed + one.changed, done.failed + one.failed)
            typer.echo(f"{done.decided} of {len(wanted)} accounts decided anew, {done.changed} changed")
    left = len(wanted) - done.decided - len(done.failed)
    if left:
        typer.echo(f"{left} accounts had new facts waiting and were left to the reconciler")
    if done.failed:
        named = "; ".join(f"{one.claimed.snapshot.account.client_id}: {one.error}" for one in done.failed[:5])
        raise OperatorError(f"{len(done.failed)} accounts could not be decided and keep their old rows: {named}")


async def _known(dsn: str, accounts: Sequence[str] | None) -> list[str]:
    engine = create_engine(dsn, application_name="replay", pool_size=1, schema=SERVICE)
    try:
        known = await PostgresDecisions(engine, service=SERVICE).client_ids()
    finally:
        await engine.dispose()
    if strangers := sorted(set(accounts or ()) - set(known)):
        raise OperatorError(f"no such account: {', '.join(strangers[:5])}; `trueup users` and the grid name them")
    return list(accounts) if accounts else known


def _share(dsn: str, client_ids: Sequence[str]) -> Round:
    return asyncio.run(_replay(dsn, client_ids))


async def _replay(dsn: str, client_ids: Sequence[str]) -> Round:
    engine = create_engine(dsn, application_name="replay", pool_size=2, schema=SERVICE)
    store, policy = PostgresDecisions(engine, service=SERVICE), Policies().policy()
    done = Round()
    try:
        async for one in replay(store, policy, lambda: datetime.now(UTC), client_ids, batch=BATCH):
            done = Round(done.decided + one.decided, done.changed + one.changed, done.failed + one.failed)
    finally:
        await engine.dispose()
    return done
