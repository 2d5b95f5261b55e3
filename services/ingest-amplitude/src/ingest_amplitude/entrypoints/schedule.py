"""When a pull runs: at its interval, and at once when a person wishes for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from pydantic import ValidationError

from ingest_amplitude.ports import Turn
from ingest_amplitude.usecases.pull import Outcome
from trueup_contracts.syncs import SyncRequestedV1
from trueup_kit.consumer import Record
from trueup_kit.dlq import divert
from trueup_kit.logs import get_logger
from trueup_kit.loops import every
from trueup_kit.producer import Producer

log = get_logger(__name__)
SOURCE = "amplitude"
WISH_AGE_MAX = timedelta(seconds=60)
TICKS_PER_INTERVAL = 4
TICK_LONGEST_S = 5.0
"""Replicas look at least this often whether a pull is due, so that one takes over soon after another died."""

OpenTurn = Callable[[float], AbstractAsyncContextManager[Turn | None]]
"""Takes the turn; None where another replica has it, or has pulled within that many seconds."""


class Schedule:
    """Every replica ticks; the lease decides who pulls, and the time of the last pull whether one is due."""

    def __init__(
        self,
        open_turn: OpenTurn,
        pull: Callable[[Turn], Awaitable[Outcome]],
        *,
        interval_s: float,
        clock: Callable[[], datetime],
        dead_letters: Producer,
        service: str,
    ) -> None:
        self._open_turn = open_turn
        self._pull = pull
        self._tick_s = min(interval_s / TICKS_PER_INTERVAL, TICK_LONGEST_S)
        # Half a tick early: otherwise a pull that is due in a moment would wait for the next tick.
        self._fresh_s = interval_s - self._tick_s / 2
        self._clock = clock
        self._dead_letters = dead_letters
        self._service = service
        self._wake = asyncio.Event()
        self._wished = False
        self._running = False
        self._last_error: str | None = None

    async def run(self) -> None:
        """Tick until cancelled."""
        await every(self._tick_s, self.tick, name="pull", wake=self._wake)

    async def tick(self) -> None:
        """Pull if it is due or wished for, and nobody else does."""
        wished, self._wished = self._wished, False
        async with self._open_turn(0.0 if wished else self._fresh_s) as turn:
            if turn is None:
                return
            self._running = True
            try:
                self._tell(await self._pull(turn))
            finally:
                self._running = False

    async def wish(self, records: list[Record]) -> None:
        """Take wishes. One joins a running pull; old ones and those for other sources are dropped."""
        for record in records:
            try:
                request = SyncRequestedV1.from_bytes(record.value or b"")
            except ValidationError as error:
                await divert(self._dead_letters, record, error, self._service)
                continue
            fresh = self._clock() - request.requested_at <= WISH_AGE_MAX
            if request.source == SOURCE and fresh and not self._running:
                self._wished = True
                self._wake.set()

    def _tell(self, outcome: Outcome) -> None:
        """One line when a source stops or starts to be readable, not one for each pull."""
        if outcome.error != self._last_error:
            if outcome.error is None:
                log.info("the source can be read again")
            else:
                log.warning("the source cannot be read whole", error=outcome.error)
        self._last_error = outcome.error
