"""The month's reads are counted over all replicas, anew each month."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ingest_quickbooks.adapters.read_meter import ReadMeter
from trueup_kit.postgres import create_engine


async def test_replicas_count_together_and_a_month_begins_with_nothing(database: Any) -> None:
    engine = create_engine(database.dsn("ingest_quickbooks"), application_name="test")
    now = [datetime(2026, 11, 30, 23, 59, tzinfo=UTC)]
    one, other = (ReadMeter(engine, per_month=10, clock=lambda: now[0]) for _ in range(2))
    for _ in range(5):
        one.note()
        other.note()
    assert await one.keep() == 5
    assert await other.keep() == 10
    assert await one.keep() == 10, "what was written down is not counted twice"
    now[0] = datetime(2026, 12, 1, tzinfo=UTC)
    one.note()
    assert await one.keep() == 1
    await engine.dispose()
