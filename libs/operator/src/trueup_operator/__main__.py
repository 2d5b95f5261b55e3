"""The `trueup` command. Other packages add to it by entry point, so that it imports no service."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import typer

from trueup_operator.commands import access, dlq, explain, imports, migrate, topics, verify
from trueup_operator.errors import OperatorError

GATHERED = {
    "backfill": "Read past days of a source anew, within its limits, beside the running pulls; goes on where it was stopped.",
    "contract-check": "Check against the real account what is taken for granted about a provider; reads only.",
    "normalise": "Print what would be published of recorded provider bodies; nothing is sent.",
}
"""Commands that each source adds to: `trueup normalise stripe FILE...`."""
OWN = (migrate.app, topics.app, imports.app, dlq.app, access.app, verify.app, explain.app)


def build() -> typer.Typer:
    """Own commands first, then what installed packages add.

    Entry point group `trueup.commands`: a Typer app whose commands appear at the top.
    Entry point group `trueup.command_groups`: a Typer app mounted under the entry point's name.
    Entry point groups `trueup.normalise` and the like: a function, by source, below the command of that name.
    """
    app = typer.Typer(
        help="Trueup: what was used, billed and paid, side by side.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for own in OWN:
        app.add_typer(own)
    for found in sorted(entry_points(group="trueup.commands")):
        app.add_typer(found.load())
    for found in sorted(entry_points(group="trueup.command_groups")):
        app.add_typer(found.load(), name=found.name)
    for name, words in GATHERED.items():
        gathered = typer.Typer(help=words, no_args_is_help=True)
        for found in sorted(entry_points(group=f"trueup.{name.replace('-', '_')}")):
            gathered.command(found.name)(found.load())
        app.add_typer(gathered, name=name)
    return app


def main() -> None:
    """Run; an expected failure is one clear line on standard error and exit code 1."""
    try:
        build()()
    except OperatorError as error:
        print(f"trueup: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
