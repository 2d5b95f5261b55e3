"""This service answers wishes for its own source; how a schedule works is tested with the kit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest_quickbooks.entrypoints.schedule import Schedule
from trueup_contracts.syncs import SyncRequestedV1
from trueup_kit.consumer import Record

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(("source", "asked"), [("quickbooks", 0), ("amplitude", 57.5), ("stripe", 57.5)])
async def test_a_wish_for_its_own_source_is_due_at_once(source: str, asked: float) -> None:
    fresh: list[float] = []

    @asynccontextmanager
    async def open_turn(fresh_s: float) -> AsyncIterator[Any]:
        fresh.append(fresh_s)
        yield None

    async def pull(_: Any) -> Any:
        raise AssertionError("nobody has the turn")

    schedule = Schedule(open_turn, pull, interval_s=60, clock=lambda: NOW, dead_letters=None, service="test")  # type: ignore[arg-type]
    wish = SyncRequestedV1(version=1, request_id="r", source=source, requested_by="ana", requested_at=NOW)
    await schedule.wish([Record(SyncRequestedV1.topic, 0, 0, source, wish.to_bytes())])
    await schedule.tick()
    assert fresh == [asked]
