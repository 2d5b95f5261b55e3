"""Turns at reading: the lease, versions under it, publishing with everything that is remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_quickbooks.adapters.memory import writing
from ingest_quickbooks.ports import Step
from trueup_contracts.envelope import Event
from trueup_kit import pulls
from trueup_kit.ingest import Held, Leases, ObservationPublisher
from trueup_kit.producer import Producer

LEASE = "documents"


@dataclass(frozen=True, slots=True)
class LeasedTurn:
    """The port `Turn`, while the lease is held."""

    held: Held
    publisher: ObservationPublisher
    producer: Producer

    async def version(self) -> int:
        """See the port."""
        return await self.held.next_version()

    async def publish(self, events: Sequence[Event], step: Step) -> int:
        """See the port."""
        published = await self.publisher.publish_changed(self.held, events, then=writing(step))
        return published.sent

    async def report(self, event: Event) -> None:
        """See the port."""
        await self.held.confirm()
        await self.producer.publish(event)

    async def offsets(self) -> dict[str, dict[str, int]]:
        """See the port."""
        return await self.publisher.offsets()


class Turns:
    """Gives the turn to one replica at a time."""

    def __init__(
        self,
        engine: AsyncEngine,
        leases: Leases,
        publisher: ObservationPublisher,
        producer: Producer,
        clock: Callable[[], datetime],
    ) -> None:
        self._turns = pulls.Turns(engine, leases, publisher, clock, scope=LEASE)
        self._publisher = publisher
        self._producer = producer

    @asynccontextmanager
    async def open(self, fresh_s: float) -> AsyncIterator[LeasedTurn | None]:
        """See `pulls.Turns.open`."""
        async with self._turns.open(fresh_s) as held:
            yield None if held is None else LeasedTurn(held, self._publisher, self._producer)

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[LeasedTurn]:
        """See `pulls.Turns.borrow`."""
        async with self._turns.borrow() as held:
            yield LeasedTurn(held, self._publisher, self._producer)
