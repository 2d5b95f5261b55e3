"""Alembic without an environment file in each service: one history for each schema, run as the role that owns it all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.errors import MigrationRefused
from trueup_kit.postgres import create_engine, describe, is_transient

T = TypeVar("T")
LOCK_TIMEOUT = "5s"
"""How long a migration waits for a table: services in front of it would wait as long."""
TURN_TIMEOUT = "120s"
"""How long it waits for another migration to end."""
VERSION_TABLE = "alembic_version"
ADVISORY_LOCK = 7205759403793


def upgrade(dsn: str, schema: str, package: str, *, revision: str = "head") -> None:
    """Bring a schema to `revision`. `package` holds `versions/`. Safe to repeat, and for two to run it at once.

    Raises:
        MigrationRefused: the database or a lock was not to be had within the limits; nothing of the failing revision stays.
    """
    script = _script(package)
    _on_schema(dsn, schema, lambda conn: _run(conn, script, lambda now: script._upgrade_revs(revision, now)))  # noqa: SLF001


def downgrade(dsn: str, schema: str, package: str, *, revision: str = "base") -> None:
    """Take a schema back to `revision`; data that the older shape cannot hold are lost. Raises like `upgrade`."""
    script = _script(package)
    _on_schema(dsn, schema, lambda conn: _run(conn, script, lambda now: script._downgrade_revs(revision, now)))  # noqa: SLF001


def current(dsn: str, schema: str, package: str) -> str | None:
    """The revision a schema stands at; None before the first. Raises like `upgrade`."""
    _script(package)
    return _on_schema(
        dsn, schema, lambda conn: MigrationContext.configure(conn, opts=_options()).get_current_revision()
    )


def _script(package: str) -> ScriptDirectory:
    folder = Path(str(files(package)))
    return ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])


def _options() -> dict[str, Any]:
    return {"version_table": VERSION_TABLE}


def _run(connection: Connection, script: ScriptDirectory, steps: Callable[[Any], Any]) -> None:
    environment = EnvironmentContext(Config(), script, fn=lambda now, _context: steps(now))
    with environment:
        environment.configure(connection=connection, transaction_per_migration=True, **_options())
        with environment.begin_transaction():
            environment.run_migrations()


def _on_schema(dsn: str, schema: str, work: Callable[[Connection], T]) -> T:
    """Run `work` with the search path on the schema and the migrations' turn taken; from any thread, in its own loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _in_turn(dsn, schema, work)).result()


async def _in_turn(dsn: str, schema: str, work: Callable[[Connection], T]) -> T:
    engine = create_engine(dsn, application_name="migrate", pool_size=1, schema=schema)
    try:
        return await _locked(engine, schema, work)
    except (DBAPIError, OSError, TimeoutError) as error:
        if not is_transient(error):
            raise
        raise MigrationRefused(f"schema {schema}: {describe(error)}; nothing was changed, run it again") from error
    finally:
        await engine.dispose()


async def _locked(engine: AsyncEngine, schema: str, work: Callable[[Connection], T]) -> T:
    async with engine.connect() as connection:
        if (await connection.execute(text("SELECT current_schema()"))).scalar() is None:
            raise MigrationRefused(f"schema {schema} does not exist; run deploy/postgres/roles.sql first")
        await connection.execute(text(f"SET lock_timeout = '{TURN_TIMEOUT}'"))
        await connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
        await connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        await connection.commit()
        try:
            done = await connection.run_sync(work)
            await connection.commit()
            return done
        finally:
            await connection.rollback()
            await connection.execute(text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))
            await connection.commit()
