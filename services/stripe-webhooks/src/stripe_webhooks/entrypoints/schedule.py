"""The poll's tick, and a person's wish for a refresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from stripe_webhooks.ports import NotYet
from stripe_webhooks.usecases.poll import Poll
from trueup_contracts.syncs import SyncRequestedV1
from trueup_kit.consumer import Record
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.logs import get_logger
from trueup_kit.loops import every
from trueup_kit.pulls import WISH_AGE_MAX, tick_s

log = get_logger(__name__)


@dataclass(slots=True)
class Schedule:
    """Ticks in every replica; the lead decides who pulls. A wish wakes the tick of the replica that received it."""

    poll: Poll
    interval_s: float
    clock: Callable[[], datetime]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    wished_at: datetime | None = None

    async def run(self) -> None:
        """Tick until cancelled, so often that one that stands by takes over soon after another died."""
        await every(tick_s(self.interval_s), self.tick, name="stripe poll", wake=self.wake)

    async def tick(self) -> None:
        """Pull if due or wished for. A wish stays until it is served or too old to be waited for.

        Raises:
            ProviderUnavailable: it did not work this time; the loop tries again.
        """
        if self.wished_at is not None and self.clock() - self.wished_at > WISH_AGE_MAX:
            self.wished_at = None
        wished_at = self.wished_at
        try:
            pulled = await self.poll(wished_at)
        except NotYet as error:
            raise ProviderUnavailable(str(error)) from error
        if pulled:
            if self.wished_at == wished_at:
                self.wished_at = None
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
