"""The poll's tick, and a person's wish for a refresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import ValidationError

from stripe_webhooks.ports import NotYet
from stripe_webhooks.usecases.poll import Poll
from trueup_contracts.syncs import SyncRequestedV1
from trueup_kit.consumer import Record
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.logs import get_logger
from trueup_kit.loops import every

log = get_logger(__name__)
WISH_AGE_MAX = timedelta(seconds=60)


@dataclass(slots=True)
class Schedule:
    """Ticks in every replica; the lead decides who pulls. A wish wakes the tick of the replica that received it."""

    poll: Poll
    interval_s: float
    clock: Callable[[], datetime]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    wished_at: datetime | None = None

    async def run(self) -> None:
        """Tick until cancelled."""
        await every(self.interval_s / 4, self.tick, name="stripe poll", wake=self.wake)

    async def tick(self) -> None:
        """Pull if due or wished for.

        Raises:
            ProviderUnavailable: it did not work this time; the loop tries again.
        """
        wished_at, self.wished_at = self.wished_at, None
        try:
            pulled = await self.poll(wished_at)
        except NotYet as error:
            raise ProviderUnavailable(str(error)) from error
        if pulled:
            log.debug("pulled", wished=wished_at is not None)

    async def wish(self, records: list[Record]) -> None:
        """Take requests for a refresh. Old ones and other sources' are dropped; one we cannot read wishes nothing."""
        for record in records:
            try:
                request = SyncRequestedV1.from_bytes(record.value or b"")
            except ValidationError:
                log.warning("unreadable request for a refresh", partition=record.partition, offset=record.offset)
                continue
            if request.source == "stripe" and self.clock() - request.requested_at <= WISH_AGE_MAX:
                self.wished_at = max(request.requested_at, self.wished_at or request.requested_at)
        if self.wished_at is not None:
            self.wake.set()
