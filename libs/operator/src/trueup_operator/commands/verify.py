"""`trueup verify`: audit the running system."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from trueup_operator import settings
from trueup_operator.verify import sample as samples
from trueup_operator.verify.audit import audit

app = typer.Typer()


@app.command()
def verify(
    wait: Annotated[float, typer.Option(help="Seconds to wait for facts that are still travelling.")] = 0,
    sample: Annotated[
        str, typer.Option(help="Draw accounts by chance and print both sides: accounts=10,details=5")
    ] = "",
    seed: Annotated[int | None, typer.Option(help="Draw the same sample again.")] = None,
) -> None:
    """Compare every account with the answer key, the facts with the sources, the read model with recomputation.

    Exit code 1 where anything differs or a planted situation is absent.
    """
    addresses = settings.load()
    if sample:
        wanted = samples.parse(sample)
        looked = asyncio.run(samples.draw(addresses, wanted, wait_s=wait, seed=seed))
        print("\n".join(samples.lines(looked, wanted)))
        raise typer.Exit(1 if any(looked.differences.values()) else 0)
    outcome = asyncio.run(audit(addresses, wait_s=wait))
    print("\n".join(outcome.lines))
    raise typer.Exit(0 if outcome.clean else 1)
