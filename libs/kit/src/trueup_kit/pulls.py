"""When a pull runs: at its interval, at once when a person wishes for it, and soon when the source hints at a change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from trueup_contracts.syncs import SyncRequestedV1
from trueup_kit.consumer import Record
from trueup_kit.dlq import divert
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.ingest import Held, Leases, ObservationPublisher
from trueup_kit.limits import for_person
from trueup_kit.logs import get_logger
from trueup_kit.loops import every
from trueup_kit.postgres import raw
from trueup_kit.producer import Producer

log = get_logger(__name__)
PULLED_AT = "pulled_at"
WISH_AGE_MAX = timedelta(seconds=60)
BORROW_WAIT_S = 600.0
"""Longer than a pull may take; a first load is waited for no longer."""
BORROW_PAUSE_S = 0.2
TICKS_PER_INTERVAL = 4
TICK_LONGEST_S = 5.0
"""Replicas look at least this often whether a pull is due, so that one takes over soon after another died."""

Turn = TypeVar("Turn")


class Outcome(Protocol):
    """What a pull came to, as far as the schedule tells of it."""

    @property
    def error(self) -> str | None:
        """Why the source could not be read whole."""


class Turns:
    """Gives the turn at one scope to one replica at a time, and remembers when it was last taken."""

    def __init__(
        self,
        engine: AsyncEngine,
        leases: Leases,
        publisher: ObservationPublisher,
        clock: Callable[[], datetime],
        *,
        scope: str,
    ) -> None:
        self._engine = engine
        self._leases = leases
        self._publisher = publisher
        self._clock = clock
        self._scope = scope

    @asynccontextmanager
    async def open(self, fresh_s: float) -> AsyncIterator[Held | None]:
        """The lease; None where another replica has it, or a pull was begun less than `fresh_s` seconds ago."""
        async with self._leases.hold(self._scope) as held:
            started_at = self._clock()
            if held is None or await self._pulled_since(started_at - timedelta(seconds=fresh_s)):
                yield None
                return
            yield held
            async with self._engine.begin() as conn:
                await ObservationPublisher.save_cursor(await raw(conn), PULLED_AT, started_at.isoformat())

    @asynccontextmanager
    async def borrow(self, wait_s: float = BORROW_WAIT_S) -> AsyncIterator[Held]:
        """The lease for a piece of other work, as soon as no pull has it; it counts as no pull.

        Raises:
            ProviderUnavailable: others held it for longer than `wait_s` (reason `busy`).
        """
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            async with self._leases.hold(self._scope) as held:
                if held is not None:
                    yield held
                    return
            if asyncio.get_running_loop().time() > deadline:
                raise ProviderUnavailable("busy")
            await asyncio.sleep(BORROW_PAUSE_S)

    async def _pulled_since(self, moment: datetime) -> bool:
        text = await self._publisher.cursor(PULLED_AT)
        return text is not None and datetime.fromisoformat(text) > moment


class Schedule(Generic[Turn]):
    """Every replica ticks; the lease decides who pulls, and the time of the last pull whether one is due."""

    def __init__(
        self,
        open_turn: Callable[[float], AbstractAsyncContextManager[Turn | None]],
        pull: Callable[[Turn], Awaitable[Outcome]],
        *,
        source: str,
        interval_s: float,
        clock: Callable[[], datetime],
        dead_letters: Producer,
        service: str,
        hint_spacing_s: float = 10.0,
    ) -> None:
        self._source = source
        self._interval_s = interval_s
        self._hint_spacing_s = hint_spacing_s
        self._hinted_at: datetime | None = None
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
        """Pull if it is due or wished for, and nobody else does; what a person waits for goes before the background."""
        wished, self._wished = self._wished, False
        async with self._open_turn(0.0 if wished else self._fresh_enough_s()) as turn:
            if turn is None:
                return
            self._hinted_at = None
            self._running = True
            try:
                with for_person() if wished else nullcontext():
                    self._tell(await self._pull(turn))
            finally:
                self._running = False

    def hint(self) -> None:
        """The source says that something changed: look soon, after a pull that began before, and not too often."""
        self._hinted_at = self._clock()
        self._wake.set()

    def _fresh_enough_s(self) -> float:
        """How young the last pull may be for nothing to be due. A hint is served by any pull that began after it."""
        if self._hinted_at is None:
            return self._fresh_s
        waited_s = (self._clock() - self._hinted_at).total_seconds()
        if waited_s >= self._interval_s:
            self._hinted_at = None
        return min(self._fresh_s, max(self._hint_spacing_s, waited_s))

    async def wish(self, records: list[Record]) -> None:
        """Take wishes. One joins a running pull; old ones and those for other sources are dropped."""
        for record in records:
            try:
                request = SyncRequestedV1.from_bytes(record.value or b"")
            except ValidationError as error:
                await divert(self._dead_letters, record, error, self._service)
                continue
            fresh = self._clock() - request.requested_at <= WISH_AGE_MAX
            if request.source == self._source and fresh and not self._running:
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
