"""The door of each provider: counts requests, enforces rate limits and puts on faults when asked to."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Literal

from starlette.responses import Response

Mode = Literal["none", "down", "slow", "garbage", "limited", "silent"]
"""Silent: does what it is told and then does not say so."""
SLOW_S = 8.0
LIMITED_S = 1
GARBAGE = b'<html><body>502 bad gateway</body>\x00{"data": [{'


class Refused(Exception):
    """The request ends here with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"HTTP {response.status_code}")
        self.response = response


@dataclass(slots=True)
class Window:
    """A sliding window: at most so much within so many seconds."""

    limit: float
    seconds: float
    _entries: deque[tuple[float, float]] = field(default_factory=deque)
    _sum: float = 0.0

    def take(self, cost: float = 1.0) -> bool:
        """Spend the cost if the window has room for it."""
        now = time.monotonic()
        while self._entries and self._entries[0][0] <= now - self.seconds:
            self._sum -= self._entries.popleft()[1]
        if self._sum + cost > self.limit:
            return False
        self._entries.append((now, cost))
        self._sum += cost
        return True


@dataclass(slots=True)
class Gate:
    """One provider's door."""

    provider: str
    counters: Counter[str]
    """Shared by all doors: `stripe.requests`, `stripe.refused_by_limit`, `stripe.faulty`."""
    mode: Mode = "none"
    _until: float = 0.0
    _healed: asyncio.Event = field(default_factory=asyncio.Event)

    def break_down(self, mode: Mode, for_s: float | None) -> None:
        """Misbehave from now on, for so long or until told otherwise."""
        self.mode = mode
        self._until = time.monotonic() + for_s if for_s is not None else float("inf")
        if mode == "none":
            self._healed.set()
        else:
            self._healed = asyncio.Event()

    def current(self) -> Mode:
        """The fault that is on."""
        if self.mode != "none" and time.monotonic() >= self._until:
            self.break_down("none", None)
        return self.mode

    async def enter(self) -> None:
        """Let a request in.

        Raises:
            Refused: a fault is on; the answer is what a broken provider would give.
        """
        self.counters[f"{self.provider}.requests"] += 1
        mode = self.current()
        if mode == "none":
            return
        self.counters[f"{self.provider}.faulty"] += 1
        if mode == "down":
            raise Refused(Response("upstream connect error", status_code=503, media_type="text/plain"))
        if mode == "garbage":
            raise Refused(Response(GARBAGE, media_type="application/json"))
        if mode == "limited":
            raise Refused(Response("slow down", status_code=429, headers={"Retry-After": str(LIMITED_S)}))
        if mode == "slow":
            await self.hold()

    async def answer(self) -> None:
        """Before what was done is answered: a silent provider keeps it to itself for longer than anybody waits."""
        if self.current() == "silent":
            await self.hold()

    async def hold(self) -> None:
        """Make the caller wait, but not for ever, and no longer than the fault lasts."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._healed.wait(), SLOW_S)

    def refuse_by_limit(self, response: Response) -> Refused:
        """Count and make the refusal."""
        self.counters[f"{self.provider}.refused_by_limit"] += 1
        return Refused(response)
