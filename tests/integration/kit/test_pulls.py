"""A schedule beside other work that borrows the same lease again and again, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.integration.kit.conftest import until

from trueup_contracts.syncs import SyncRequestedV1
from trueup_kit import pulls
from trueup_kit.consumer import Record
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.ingest import Leases, ObservationPublisher
from trueup_kit.limits import current_priority
from trueup_kit.pulls import Schedule, Turns

QUESTIONS = 30
QUESTION_S = 0.1


@dataclass(frozen=True)
class Outcome:
    error: str | None = None


def turns(engine: AsyncEngine, service: str, ahead: timedelta = timedelta()) -> Turns:
    publisher = ObservationPublisher(engine, None, service=service)  # type: ignore[arg-type]
    return Turns(engine, Leases(engine, service=service), publisher, lambda: datetime.now(UTC) + ahead, scope="usage")


class Service:
    """A schedule whose pulls only note for whom they were."""

    def __init__(self, engine: AsyncEngine, interval_s: float, pull_s: float = 0.0) -> None:
        self.pulled_for: list[str] = []
        self.pull_s = pull_s
        self.schedule: Schedule[Any] = Schedule(
            turns(engine, "service").open,
            self.pull,
            source="amplitude",
            interval_s=interval_s,
            clock=lambda: datetime.now(UTC),
            dead_letters=None,  # type: ignore[arg-type]
            service="service",
        )

    async def pull(self, _: Any) -> Outcome:
        self.pulled_for.append(current_priority())
        await asyncio.sleep(self.pull_s)
        return Outcome()

    async def wish(self) -> None:
        event = SyncRequestedV1(
            version=1, request_id="r", source="amplitude", requested_by="ana", requested_at=datetime.now(UTC)
        )
        await self.schedule.wish([Record(event.topic, 0, 0, "amplitude", event.to_bytes())])


async def backfill(engine: AsyncEngine, questions: int = QUESTIONS) -> None:
    """As the commands do: the lease for each question, with nothing to do in between."""
    borrowing = turns(engine, "backfill")
    for _ in range(questions):
        async with borrowing.borrow():
            await asyncio.sleep(QUESTION_S)


@contextlib.asynccontextmanager
async def running(service: Service) -> Any:
    task = asyncio.create_task(service.schedule.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_pull_that_is_due_goes_before_the_next_question(engine: AsyncEngine) -> None:
    service = Service(engine, interval_s=QUESTION_S * 2)
    async with running(service):
        await backfill(engine)
    # Each third question at the least: a pull is due after two of them and waits for the one that runs.
    assert len(service.pulled_for) > QUESTIONS / 4


async def test_a_wish_goes_before_the_next_question(engine: AsyncEngine) -> None:
    service = Service(engine, interval_s=20.0)
    async with running(service):
        await until(lambda: len(service.pulled_for) == 1, what="the first pull")
        working = asyncio.create_task(backfill(engine, 200))
        await asyncio.sleep(QUESTION_S / 2)
        await service.wish()
        await until(lambda: "person" in service.pulled_for, what="the wished pull")
        assert not working.done()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_work_comes_between_pulls_of_several_replicas_that_take_longer_than_their_interval(
    engine: AsyncEngine,
) -> None:
    replicas = [Service(engine, interval_s=1.0, pull_s=1.5) for _ in range(2)]
    async with running(replicas[0]), running(replicas[1]):
        await until(lambda: any(one.pulled_for for one in replicas), what="the first pull")
        async with asyncio.timeout(60):
            await backfill(engine, 3)
    assert sum(len(one.pulled_for) for one in replicas) > 1, "and pulls go on"


async def test_where_no_service_runs_nobody_is_waited_for(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulls, "STEP_BACK_S", 1.0)
    service = turns(engine, "service")
    begun = asyncio.get_running_loop().time()  # before the word is left: it lies from then on
    async with turns(engine, "backfill").borrow(), service.open(0) as turn:
        assert turn is None
    async with asyncio.timeout(10):
        await backfill(engine, 3)  # the service that left word is dead
    assert timedelta(seconds=asyncio.get_running_loop().time() - begun) >= timedelta(seconds=1)
    with pytest.raises(ProviderUnavailable, match="busy"):
        async with turns(engine, "one").borrow(), turns(engine, "another").borrow(wait_s=0):
            pass


async def test_a_clock_that_was_ahead_and_is_set_right_keeps_nobody_from_pulling(engine: AsyncEngine) -> None:
    wrong = turns(engine, "service", ahead=timedelta(hours=1))
    async with wrong.open(60) as turn:
        assert turn is not None
    async with turns(engine, "backfill").borrow(), wrong.open(0) as turn:
        assert turn is None  # and it leaves word of it
    async with asyncio.timeout(5), turns(engine, "backfill").borrow():
        pass
    right = turns(engine, "service")
    async with right.open(60) as turn:
        assert turn is not None
    async with right.open(60) as turn:
        assert turn is None, "the right clock's word counts again"


async def test_clocks_that_differ_a_little_pull_no_oftener(engine: AsyncEngine) -> None:
    async with turns(engine, "one", ahead=timedelta(seconds=3)).open(60) as turn:
        assert turn is not None
    async with turns(engine, "another").open(60) as turn:
        assert turn is None
