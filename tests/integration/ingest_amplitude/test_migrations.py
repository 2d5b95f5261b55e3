"""The schema goes up, down and up again, filled, and leaves nothing behind."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg

from trueup_kit import migrate

SCHEMA, PACKAGE = "ingest_amplitude", "ingest_amplitude.migrations"


async def test_up_down_up_on_filled_tables(database: Any) -> None:
    migrator = database.dsn("migrator")
    connection = await asyncpg.connect(database.dsn(SCHEMA))
    try:
        await connection.execute(
            "INSERT INTO ingest_amplitude.buckets (metric, day, account_id) VALUES ('m', '2026-10-01', 'a')"
        )
    finally:
        await connection.close()
    await asyncio.to_thread(migrate.downgrade, migrator, SCHEMA, PACKAGE)
    connection = await asyncpg.connect(migrator)
    try:
        left = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'ingest_amplitude'::regnamespace AND relkind IN ('r', 'S')"
        )
        assert {row["relname"] for row in left} <= {"alembic_version"}
    finally:
        await connection.close()
    await asyncio.to_thread(migrate.upgrade, migrator, SCHEMA, PACKAGE)
    assert await asyncio.to_thread(migrate.current, migrator, SCHEMA, PACKAGE) == "0006"
