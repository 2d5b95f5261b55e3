"""`trueup migrate`: bring every schema to its newest revision."""

from __future__ import annotations

from importlib.metadata import entry_points

import typer

from trueup_kit.migrate import current, upgrade
from trueup_operator import settings

app = typer.Typer()
FIRST, LAST = "read_model", "dashboard"


def ordered(schemas: list[str]) -> list[str]:
    """The read model first, because others build on it; dashboard last, because its views read it."""
    middle = sorted(set(schemas) - {FIRST, LAST})
    return [name for name in (FIRST, *middle, LAST) if name in schemas]


@app.command()
def migrate() -> None:
    """Apply every schema's migrations as the migrator role; safe to repeat and to run twice at once."""
    dsn = settings.load().migrator_dsn
    found = {point.name: point.value for point in entry_points(group="trueup.migrations")}
    for schema in ordered(list(found)):
        upgrade(dsn, schema, found[schema])
        print(f"{schema}: {current(dsn, schema, found[schema])}")
