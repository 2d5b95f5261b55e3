"""Other work waits for its turn as long as a pull may take."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from math import ceil
from typing import Any

import pytest

from ingest_amplitude.adapters.messages import UsageMessages
from ingest_amplitude.adapters.pace import WINDOW_S, at_once
from ingest_amplitude.adapters.turns import Turns
from ingest_amplitude.domain.cost import segmentation_cost
from trueup_kit import pulls

ACCOUNTS, CAPACITY, METRICS, TRAILING_DAYS, REREAD_COST = 12_000, 900, 3, 3, 300


async def test_a_backfill_waits_out_a_pull_of_12000_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    @asynccontextmanager
    async def borrow(_: Any, wait_s: float = pulls.BORROW_WAIT_S) -> AsyncIterator[Any]:
        waits.append(wait_s)
        yield None

    monkeypatch.setattr(pulls.Turns, "borrow", borrow)
    nothing: Any = None
    messages = UsageMessages({}, time_zone="UTC", service="test")
    turns = Turns(nothing, nothing, nothing, nothing, messages, lambda: datetime.now(UTC))
    async with turns.borrow():
        pass
    questions = ceil(ACCOUNTS / CAPACITY) * METRICS
    cost = questions * segmentation_cost(TRAILING_DAYS, group_bys=2) + REREAD_COST
    pull_s = cost / (at_once(1000, 0.8) / WINDOW_S)
    assert waits[0] > 2 * pull_s, "one that runs, and one that another replica begins before us"
