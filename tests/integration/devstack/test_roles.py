"""Each service's role reaches its own schema and nothing else; nobody but the migrator makes objects."""

from __future__ import annotations

import asyncpg
import pytest
from tests.databases import ROLES, Database

OWN = {
    "ingest_amplitude": {"ingest_amplitude"},
    "ingest_quickbooks": {"ingest_quickbooks"},
    "stripe_webhooks": {"stripe_webhooks"},
    "reconciler": {"reconciler", "read_model"},
    "dashboard_api": {"dashboard"},
}
SCHEMAS = set().union(*OWN.values())


async def tables(connection: asyncpg.Connection[asyncpg.Record], schema: str) -> list[str]:
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r'", schema
    )
    return [row["relname"] for row in rows]


@pytest.mark.parametrize("role", OWN)
async def test_a_role_uses_its_own_schemas_only(database: Database, role: str) -> None:
    connection = await asyncpg.connect(database.dsn(role))
    try:
        usable = {
            schema
            for schema in SCHEMAS | {"public"}
            if await connection.fetchval("SELECT has_schema_privilege($1, 'USAGE')", schema)
        }
        assert usable == OWN[role]
        creatable = [
            schema
            for schema in SCHEMAS
            if await connection.fetchval("SELECT has_schema_privilege($1, 'CREATE')", schema)
        ]
        assert creatable == []
    finally:
        await connection.close()


@pytest.mark.parametrize("role", OWN)
async def test_a_role_reads_and_writes_every_table_of_its_own(database: Database, role: str) -> None:
    connection = await asyncpg.connect(database.dsn(role))
    try:
        for schema in OWN[role]:
            found = await tables(connection, schema)
            assert found, f"{schema} has no tables"
            for table in found:
                await connection.fetch(f"SELECT * FROM {schema}.{table} LIMIT 1")
    finally:
        await connection.close()


@pytest.mark.parametrize("role", [*OWN, "migrator"])
async def test_no_role_is_above_the_others(database: Database, role: str) -> None:
    connection = await asyncpg.connect(database.admin_dsn)
    try:
        rights = await connection.fetchrow(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = $1", role
        )
        assert rights is not None
        assert not any(rights.values())
    finally:
        await connection.close()


async def test_every_object_belongs_to_the_migrator(database: Database) -> None:
    connection = await asyncpg.connect(database.admin_dsn)
    try:
        others = await connection.fetch(
            "SELECT relname, relowner::regrole::text FROM pg_class"
            " WHERE relnamespace::regnamespace::text = ANY($1) AND relowner <> 'migrator'::regrole",
            list(SCHEMAS),
        )
        assert others == []
    finally:
        await connection.close()


async def test_the_dashboard_writes_nothing_through_its_views_of_the_read_model(database: Database) -> None:
    connection = await asyncpg.connect(database.admin_dsn)
    try:
        writable = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'dashboard'::regnamespace AND relkind = 'v'"
            " AND has_table_privilege('dashboard_api', oid, 'INSERT, UPDATE, DELETE')"
        )
        assert writable == []
    finally:
        await connection.close()


async def test_roles_may_be_applied_again(database: Database) -> None:
    connection = await asyncpg.connect(database.admin_dsn)
    try:
        await connection.execute(ROLES.read_text())
    finally:
        await connection.close()


async def test_keys_are_compared_byte_by_byte(database: Database) -> None:
    connection = await asyncpg.connect(database.admin_dsn)
    try:
        found = await connection.fetchval(
            "SELECT concat_ws(' ', datlocprovider, datlocale) FROM pg_database WHERE datname = current_database()"
        )
        assert found == "b C.UTF-8"
        assert await connection.fetchval("SELECT lower('Ärzte Ößig') = 'ärzte ößig' AND 'Z' < 'a' AND 'a' < 'ä'")
    finally:
        await connection.close()
