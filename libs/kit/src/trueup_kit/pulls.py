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
PULLED_AT, WANTED_AT = "pulled_at", "wanted_at"
WISH_AGE_MAX = timedelta(seconds=60)
BORROW_WAIT_S = 600.0
"""Longer than a pull may take; a first load is waited for no longer."""
BORROW_PAUSE_S = 0.2
TICKS_PER_INTERVAL = 4
TICK_LONGEST_S = 5.0
"""Replicas look at least this often whether a pull is due, so that one takes over soon after another died."""
CLOCKS_APART = timedelta(seconds=10)
"""Replicas' clocks differ by no more than this, unless one of them is wrong."""
STEP_BACK_S = 2 * TICK_LONGEST_S
"""How long other work lets the scope lie for a pull that found it taken: such a pull looks again within one tick."""

Turn = TypeVar("Turn")


class Outcome(Protocol):
    """What a pull came to, as far as the schedule tells of it."""

    @property
    def error(self) -> str | None:
        """Why the source could not be read whole."""


def tick_s(interval_s: float) -> float:
    """How often a replica looks whether a pull is due."""
    return min(interval_s / TICKS_PER_INTERVAL, TICK_LONGEST_S)


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
        """The lease; None where another has it, or a pull was begun less than `fresh_s` seconds ago.

        A pull that is due and finds the lease taken leaves word of it: whoever borrows lets it go first.
        """
        async with self._leases.hold(self._scope) as held:
            started_at = self._clock()
            due = not await self._pulled_since(started_at - timedelta(seconds=fresh_s))
            if held is None or not due:
                if due:
                    await self._note(WANTED_AT, started_at)
                yield None
                return
            yield held
            await self._note_pulled(started_at)

    @asynccontextmanager
    async def borrow(self, wait_s: float = BORROW_WAIT_S) -> AsyncIterator[Held]:
        """The lease for a piece of other work, as soon as no pull has it or waits for it; it counts as no pull.

        Who borrows again and again gives it back in between: a pull that came meanwhile has STEP_BACK_S to take it.

        Raises:
            ProviderUnavailable: others held it for longer than `wait_s` (reason `busy`).
        """
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            if not await self._is_wanted():
                async with self._leases.hold(self._scope) as held:
                    if held is not None:
                        yield held
                        return
            if asyncio.get_running_loop().time() > deadline:
                raise ProviderUnavailable("busy")
            await asyncio.sleep(BORROW_PAUSE_S)

    async def _pulled_since(self, moment: datetime) -> bool:
        pulled_at = await self._noted(PULLED_AT)
        return pulled_at is not None and pulled_at > moment

    async def _is_wanted(self) -> bool:
        """Whether a pull found the lease taken just now and has not come to its turn since."""
        wanted_at = await self._noted(WANTED_AT)
        return wanted_at is not None and wanted_at > self._clock() - timedelta(seconds=STEP_BACK_S)

    async def _noted(self, name: str) -> datetime | None:
        """What was noted; None too where a clock wrote it that was ahead: nobody would pull before that time has come."""
        text = await self._publisher.cursor(name)
        noted_at = None if text is None else datetime.fromisoformat(text)
        return None if noted_at is None or noted_at > self._clock() + CLOCKS_APART else noted_at

    async def _note_pulled(self, started_at: datetime) -> None:
        """A pull is over, and whoever found it under way wants it no longer.

        Were the word of the others left standing, no borrower would ever come between pulls that take longer than their
        interval: each of them is wanted anew by those that stand by.
        """
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            await ObservationPublisher.save_cursor(driver, PULLED_AT, started_at.isoformat())
            await ObservationPublisher.drop_cursor(driver, WANTED_AT)

    async def _note(self, name: str, moment: datetime) -> None:
        async with self._engine.begin() as conn:
            await ObservationPublisher.save_cursor(await raw(conn), name, moment.isoformat())


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
        self._tick_s = tick_s(interval_s)
        # Half a tick early: otherwise a pull that is due in a moment would wait for the next tick.
        self._fresh_s = interval_s - self._tick_s / 2
        self._clock = clock
        self._dead_letters = dead_letters
        self._service = service
        self._wake = asyncio.Event()
        self._wished_at: datetime | None = None
        self._wish_ends_at: datetime | None = None
        self._running = False
        self._last_error: str | None = None

    async def run(self) -> None:
        """Tick until cancelled."""
        await every(self._tick_s, self.tick, name="pull", wake=self._wake)

    async def tick(self) -> None:
        """Pull if it is due or wished for, and nobody else does; what a person waits for goes before the background.

        A wish that finds the lease taken, or whose pull fails, stays until it is served or too old to be waited for.
        """
        wished = self._is_wished()
        async with self._open_turn(self._fresh_enough_s()) as turn:
            if turn is None:
                return
            self._hinted_at = None
            self._running = True
            try:
                with for_person() if wished else nullcontext():
                    self._tell(await self._pull(turn))
                self._wished_at = self._wish_ends_at = None
            finally:
                self._running = False

    def _is_wished(self) -> bool:
        if self._wish_ends_at is not None and self._clock() > self._wish_ends_at:
            self._wished_at = self._wish_ends_at = None
        return self._wished_at is not None

    def hint(self) -> None:
        """The source says that something changed: look soon, after a pull that began before, and not too often."""
        self._hinted_at = self._clock()
        self._wake.set()

    def _fresh_enough_s(self) -> float:
        """How young the last pull may be for nothing to be due. Wish and hint are served by any pull that began after."""
        if self._wished_at is not None:
            return min(self._fresh_s, (self._clock() - self._wished_at).total_seconds())
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
                self._wished_at, self._wish_ends_at = self._clock(), request.requested_at + WISH_AGE_MAX
                self._wake.set()

    def _tell(self, outcome: Outcome) -> None:
        """One line when a source stops or starts to be readable, not one for each pull."""
        if outcome.error != self._last_error:
            if outcome.error is None:
                log.info("the source can be read again")
            else:
                log.warning("the source cannot be read whole", error=outcome.error)
        self._last_error = outcome.error
