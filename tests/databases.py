"""A database with Trueup's roles, schemas and migrations on a running PostgreSQL: for the tests and the benchmarks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

ROLES = Path(__file__).parents[1] / "deploy" / "postgres" / "roles.sql"


@dataclass(frozen=True)
class Database:
    """One database of a test's own, with roles, schemas and all migrations."""

    admin_dsn: str

    def dsn(self, role: str) -> str:
        """The address for one of Trueup's roles: `migrator`, `reconciler`, `dashboard_api`, ..."""
        parts = urlsplit(self.admin_dsn)
        return urlunsplit(parts._replace(netloc=f"{role}@{parts.hostname}:{parts.port}"))


def in_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


async def _execute(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def run_sql(dsn: str, sql: str) -> None:
    """Run statements from code that is not asynchronous, in a loop of their own: a test's loop belongs to its runner."""
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(_execute(dsn, sql))
    finally:
        loop.close()


def create(server_dsn: str, name: str) -> Database:
    """Create a database with every role and migration."""
    run_sql(server_dsn, f"CREATE DATABASE {name}")
    database = Database(in_database(server_dsn, name))
    run_sql(database.admin_dsn, ROLES.read_text())
    _migrate(database.dsn("migrator"))
    return database


def _migrate(dsn: str) -> None:
    from trueup_kit import migrate
    from trueup_operator.commands.migrate import ordered

    histories = {point.name: point.value for point in entry_points(group="trueup.migrations")}
    assert histories, "no package declares migrations: are the workspace members installed?"
    for schema in ordered(list(histories)):
        migrate.upgrade(dsn, schema, histories[schema])
