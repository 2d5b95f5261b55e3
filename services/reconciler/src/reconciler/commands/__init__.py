"""What the reconciler adds to `trueup`."""

import typer

from reconciler.commands import replay

app = typer.Typer()
app.add_typer(replay.app)
