"""Sending what was flagged: claimed by one sender, handed over at most once, and never called sent without an answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

from dashboard_api.domain.errors import Unavailable
from dashboard_api.domain.flags import Channel, Claimed, Failed, Later, Outcome, Unclear
from dashboard_api.ports.flags import Couriers, FlagQueue, FlagTargets

ROUND_MAX = 50
TRIES_MAX = 8
AGAIN_AFTER_MAX_S = 60.0
SERVERS_WORD_MAX_S = 600.0
"""A server may ask for more patience than we have by ourselves, but not for ever."""
SETTLE_TRIES = 8


class SendFlags:
    """Every replica has one for each channel. What is claimed and never settled becomes unknown, not sent again."""

    def __init__(
        self,
        queue: FlagQueue,
        couriers: Couriers,
        targets: FlagTargets,
        *,
        claim_timeout_s: float,
        paused: bool = False,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._queue = queue
        self._couriers = couriers
        self._targets = targets
        self._claim_timeout_s = claim_timeout_s
        self._paused = paused
        self._chance = chance
        self.wake = {channel: asyncio.Event() for channel in Channel}
        """Set when there is something to send on a channel, so that nobody waits for the next round."""

    async def round(self, channel: Channel) -> int:
        """Send everything that is due on a channel; how many were handed over or tried."""
        for done in range(ROUND_MAX):
            try:
                claimed = await self._next(channel)
            except Unavailable:
                return done  # the next round asks again; what is queued waits
            if claimed is None:
                return done
            await _to_its_end(self._one(channel, claimed))
        return ROUND_MAX

    async def _next(self, channel: Channel) -> Claimed | None:
        await self._queue.give_up_lost(after_s=self._claim_timeout_s)
        # While every action is switched off, nothing leaves either.
        return None if self._paused else await self._queue.claim(channel)

    async def _one(self, channel: Channel, claimed: Claimed) -> None:
        outcome = await self._handed_over(channel, claimed)
        if isinstance(outcome, Later) and claimed.tries >= TRIES_MAX:
            outcome = Failed(outcome.reason)
        await self._settled(claimed, outcome)

    async def _handed_over(self, channel: Channel, claimed: Claimed) -> Outcome:
        courier, target = self._couriers.get(channel), self._targets.find(channel, claimed.target_id)
        if courier is None or target is None:
            # Taken out of the settings since it was flagged.
            return Failed("target_removed")
        try:
            async with asyncio.timeout(self._claim_timeout_s / 2):
                return await courier.send(claimed, target)
        except TimeoutError:
            return Unclear("timeout")

    async def _settled(self, claimed: Claimed, outcome: Outcome) -> None:
        """Insist for a while: the message has left, and only this process knows how that went."""
        for attempt in range(SETTLE_TRIES):
            try:
                await self._queue.settle(claimed, outcome, again_after_s=self._again_after_s(claimed, outcome))
            except Unavailable:
                if attempt == SETTLE_TRIES - 1:
                    raise
                await asyncio.sleep(min(0.2 * 2**attempt, 5))
            else:
                return

    def _again_after_s(self, claimed: Claimed, outcome: Outcome) -> float:
        if isinstance(outcome, Later) and outcome.after_s is not None:
            return min(outcome.after_s, SERVERS_WORD_MAX_S)
        return float(min(2.0**claimed.tries, AGAIN_AFTER_MAX_S) * (0.5 + self._chance() / 2))


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """A process that stops finishes the message it is at: its answer would be lost otherwise."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
