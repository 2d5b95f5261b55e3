"""`trueup import accounts|rates FILE`: what people otherwise upload on the page; `sandbox`: what its companies hand over."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import httpx
import typer

from trueup_operator import settings
from trueup_operator.clients import TIMEOUT, say_problem, token_for
from trueup_operator.errors import OperatorError

app = typer.Typer()
importing = typer.Typer(help="Import accounts (CSV) or rate cards (CSV or YAML); all or nothing.", no_args_is_help=True)
app.add_typer(importing, name="import")

ERRORS_SHOWN = 20
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the difference, change nothing.")]
As = Annotated[str, typer.Option("--as", help="The development login that imports.")]


def _post(kind: str, content: bytes, *, dry_run: bool, user: str, media_type: str = "text/csv") -> None:
    addresses = settings.load()
    answer = httpx.post(
        f"{addresses.url}/api/v1/imports/{kind}",
        params={"dry_run": str(dry_run).lower()},
        content=content,
        headers={"content-type": media_type, "authorization": f"Bearer {token_for(addresses.sandbox_url, user)}"},
        timeout=TIMEOUT,
    )
    if answer.is_error:
        for row in (answer.json().get("errors") or [])[:ERRORS_SHOWN] if answer.content else []:
            print(f"  line {row.get('line')}: {row.get('detail') or row.get('message')}", file=sys.stderr)
        raise OperatorError(f"nothing was imported: {say_problem(answer)}")
    for change in answer.json().get("changes", []) if dry_run else []:
        fields = ", ".join(f"{name}: {before} → {after}" for name, (before, after) in change["fields"].items())
        print(f"  {change['change']} {change['key']}: {fields}")
    counts = {name: value for name, value in answer.json().items() if type(value) is int}
    print(
        f"{kind}: " + ", ".join(f"{value} {name}" for name, value in counts.items()) + (" (dry run)" if dry_run else "")
    )


@importing.command("accounts")
def accounts(file: File, *, dry_run: DryRun = False, user: As = "adam") -> None:
    """Accounts: names, zones, active days, owners and the customers they are in each source."""
    _post("accounts", file.read_bytes(), dry_run=dry_run, user=user)


@importing.command("rates")
def rates(file: File, *, dry_run: DryRun = False, user: As = "adam") -> None:
    """Rate cards: one component a line of CSV, with its validity; or YAML, by the file's name (.yaml, .yml)."""
    media_type = "application/yaml" if file.suffix.lower() in {".yaml", ".yml"} else "text/csv"
    _post("rates", file.read_bytes(), dry_run=dry_run, user=user, media_type=media_type)


@importing.command("sandbox")
def sandbox(
    *,
    once: Annotated[
        Path | None, typer.Option(help="A mark: nothing is done where this file is; it is written afterwards.")
    ] = None,
    user: As = "adam",
) -> None:
    """The accounts and rate cards of the sandbox's world: what its companies would hand over as CSV."""
    if once is not None and once.exists():
        print(f"already imported ({once} is there)")
        return
    address = settings.load().sandbox_url
    for kind in ("accounts", "rates"):
        url = f"{address}/control/export/{kind}.csv"
        try:
            answer = httpx.get(url, timeout=TIMEOUT).raise_for_status()
        except httpx.HTTPError as error:
            raise OperatorError(f"{url} did not answer: {error}; is the sandbox up?") from None
        _post(kind, answer.content, dry_run=False, user=user)
    if once is not None:
        once.touch()
