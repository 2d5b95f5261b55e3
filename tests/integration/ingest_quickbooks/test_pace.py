"""QuickBooks' limit of ten requests in a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_quickbooks.adapters.pace import Pace
from trueup_kit.postgres import create_engine

PER_S = 10


@pytest.fixture
async def engine(database: Any) -> AsyncIterator[AsyncEngine]:
    made = create_engine(database.dsn("ingest_quickbooks"), application_name="test")
    yield made
    await made.dispose()


async def test_no_second_holds_more_than_the_limit_after_a_lull(engine: AsyncEngine) -> None:
    """A refresh asks once, publishes for most of a second, and goes on: what was left over must not come beside the refill."""
    pace = Pace(engine, 500, PER_S, 0.8)
    spent: list[float] = []

    async def ask(times: int) -> None:
        for _ in range(times):
            await pace.acquire(priority="person")
            spent.append(time.monotonic())

    for _ in range(2):
        await ask(1)
        await asyncio.sleep(0.8)
        await ask(12)
        await asyncio.sleep(1.2)
    most = max(sum(begin <= at < begin + 1 for at in spent) for begin in spent)
    assert most <= PER_S
