"""The migrations make what the code says, and can be taken back on filled tables."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from tests.integration.reconciler.world import System, facts, reports

from trueup_kit import migrate
from trueup_readmodel.tables import metadata

if TYPE_CHECKING:
    from tests.databases import Database

TYPES = {
    Text: "text",
    BigInteger: "bigint",
    Boolean: "boolean",
    Date: "date",
    DateTime: "timestamp with time zone",
    Numeric: "numeric",
    JSONB: "jsonb",
    ARRAY: "ARRAY",
}


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
async def test_tables_are_as_declared(system: System, table: Table) -> None:
    rows = await system.admin.fetch(
        """SELECT column_name, data_type, is_nullable FROM information_schema.columns
           WHERE table_schema = 'read_model' AND table_name = $1""",
        table.name,
    )
    made = {row["column_name"]: (row["data_type"], row["is_nullable"] == "YES") for row in rows}
    assert made == {column.name: (TYPES[type(column.type)], bool(column.nullable)) for column in table.columns}


async def test_no_table_is_forgotten(system: System) -> None:
    rows = await system.admin.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'read_model' AND table_type = 'BASE TABLE'"
    )
    assert {row["table_name"] for row in rows} - {"alembic_version"} == {table.name for table in metadata.sorted_tables}


async def test_up_down_up_on_filled_tables(system: System, database: Database) -> None:
    await system.feed([*facts(1), *reports()])
    await system.settle()
    await system.engine.dispose()
    where = (database.dsn("migrator"), "reconciler", "reconciler.migrations")
    await asyncio.to_thread(migrate.downgrade, *where)
    left = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'reconciler' AND table_name <> $1"
    assert await system.value(left, migrate.VERSION_TABLE) == 0
    await asyncio.to_thread(migrate.upgrade, *where)
    await system.forget()
    await system.feed([*facts(1), *reports()])
    await system.settle()
    assert (await system.row("c0"))["source_state"] == "ok"
