"""Turns at reading: the lease, versions under it, publishing with everything that is remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_quickbooks.adapters.memory import writing
from ingest_quickbooks.ports import Step
from trueup_contracts.envelope import Event
from trueup_kit.ingest import Held, Leases, ObservationPublisher
from trueup_kit.postgres import raw
from trueup_kit.producer import Producer

LEASE = "documents"
PULLED_AT = "pulled_at"


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
        self._engine = engine
        self._leases = leases
        self._publisher = publisher
        self._producer = producer
        self._clock = clock

    @asynccontextmanager
    async def open(self, fresh_s: float) -> AsyncIterator[LeasedTurn | None]:
        """The turn; None where another replica has it, or a pull was begun less than `fresh_s` seconds ago."""
        async with self._leases.hold(LEASE) as held:
            started_at = self._clock()
            if held is None or await self._pulled_since(started_at - timedelta(seconds=fresh_s)):
                yield None
                return
            yield LeasedTurn(held, self._publisher, self._producer)
            async with self._engine.begin() as conn:
                await ObservationPublisher.save_cursor(await raw(conn), PULLED_AT, started_at.isoformat())

    async def _pulled_since(self, moment: datetime) -> bool:
        text = await self._publisher.cursor(PULLED_AT)
        return text is not None and datetime.fromisoformat(text) > moment
