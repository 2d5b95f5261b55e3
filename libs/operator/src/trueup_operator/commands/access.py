"""`trueup users` and `trueup token`: logins of a development issuer."""

from __future__ import annotations

from typing import Annotated

import httpx
import typer

from trueup_operator import settings
from trueup_operator.clients import TIMEOUT, token_for

app = typer.Typer()


@app.command()
def users() -> None:
    """List the development logins, one a line: user, role, name."""
    answer = httpx.get(f"{settings.load().sandbox_url}/control/users", timeout=TIMEOUT).raise_for_status()
    for user in answer.json():
        print(f"{user['user']}\t{user['role']}\t{user['name']}")


@app.command()
def token(user: Annotated[str, typer.Option(help="A login from `trueup users`.")]) -> None:
    """Print a bearer token for a development login (loopback issuer only)."""
    print(token_for(settings.load().sandbox_url, user))
