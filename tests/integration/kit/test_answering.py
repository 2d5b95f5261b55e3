"""Counts of all replicas together, and back again when the failures have grown old."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_kit.answering import Answering
from trueup_kit.migrations_ingest import PROVIDER_CALLS


async def test_replicas_count_together_and_old_failures_are_forgotten(engine: AsyncEngine, dsn: str) -> None:
    admin = await asyncpg.connect(dsn)
    await admin.execute(PROVIDER_CALLS)
    one, other, elsewhere = (Answering(engine, source=name) for name in ("stripe", "stripe", "quickbooks"))
    for _ in range(98):
        one.note(worked=True)
    one.note(worked=False)
    one.note(worked=False)
    assert await one.trouble() is None
    other.note(worked=False)
    assert await other.trouble() == "3 of 101 calls failed within 5 minutes"
    assert await one.trouble() is not None, "each replica knows what the other met"
    assert await elsewhere.trouble() is None
    await admin.execute("UPDATE provider_calls SET slot = slot - interval '5 minutes'")
    assert await one.trouble() is None
    await admin.close()


async def test_what_could_not_be_written_is_written_with_the_next(engine: AsyncEngine, dsn: str) -> None:
    one = Answering(engine, source="stripe")
    for _ in range(3):
        one.note(worked=False)
    with pytest.raises(asyncpg.UndefinedTableError, match="provider_calls"):
        await one.trouble()
    admin = await asyncpg.connect(dsn)
    await admin.execute(PROVIDER_CALLS)
    assert await one.trouble() == "3 of 3 calls failed within 5 minutes"
    await admin.close()
