"""The poll's tick: how often stand-bys look, and how long a wish is remembered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from stripe_webhooks.entrypoints import schedule as module
from stripe_webhooks.entrypoints.schedule import Schedule
from stripe_webhooks.ports import ProviderDown
from trueup_contracts.syncs import SyncRequestedV1
from trueup_kit.consumer import Record
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.leases import TTL_S

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


class Bench:
    """A schedule whose polls come out as told: True for a pull, False for none, an error for a failure."""

    def __init__(self, *outcomes: bool | Exception) -> None:
        self.now = NOW
        self.wished: list[datetime | None] = []
        self.outcomes: Iterator[bool | Exception] = iter(outcomes)
        self.schedule = Schedule(self.poll, 60, lambda: self.now)  # type: ignore[arg-type]

    async def poll(self, wished_at: datetime | None) -> bool:
        self.wished.append(wished_at)
        outcome = next(self.outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def wish(self) -> None:
        event = SyncRequestedV1(version=1, request_id="r", source="stripe", requested_by="ana", requested_at=self.now)
        await self.schedule.wish([Record(event.topic, 0, 0, "stripe", event.to_bytes())])


async def test_one_that_stands_by_takes_over_within_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    paces: list[float] = []

    async def every(interval_s: float, *_: Any, **__: Any) -> None:
        paces.append(interval_s)

    monkeypatch.setattr(module, "every", every)
    await Bench().schedule.run()
    assert TTL_S + 1.1 * paces[0] < 30, "the lease of whoever died runs out, and then somebody looks"


async def test_a_wish_stays_until_a_pull_has_served_it() -> None:
    bench = Bench(ProviderDown("provider_error", "away"), False, True, False)
    await bench.wish()
    with pytest.raises(ProviderUnavailable):
        await bench.schedule.tick()
    for _ in range(3):
        await bench.schedule.tick()
    assert bench.wished == [NOW, NOW, NOW, None]


async def test_a_wish_that_nobody_waits_for_any_more_is_dropped() -> None:
    bench = Bench(False, False)
    await bench.wish()
    await bench.schedule.tick()
    bench.now += timedelta(seconds=61)
    await bench.schedule.tick()
    assert bench.wished == [NOW, None]
