"""The reconciler on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg
import pytest
from tests.integration.reconciler.world import System

from trueup_kit.postgres import create_engine

if TYPE_CHECKING:
    from tests.databases import Database


@pytest.fixture
async def system(database: Database) -> AsyncIterator[System]:
    """Its parts, logged in as the service's own role; `admin` sees everything."""
    engine = create_engine(
        database.dsn("reconciler"), application_name="test", pool_size=8, max_overflow=4, schema="reconciler"
    )
    admin = await asyncpg.create_pool(database.admin_dsn, min_size=1, max_size=4)
    try:
        yield System(engine, admin)
    finally:
        await admin.close()
        await engine.dispose()
