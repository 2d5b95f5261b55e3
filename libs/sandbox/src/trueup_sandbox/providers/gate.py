"""The door of each provider: counts requests, enforces rate limits and puts on faults when asked to."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

Mode = Literal[
    "none", "down", "error", "slow", "hang", "garbage", "html", "truncated", "half", "limited", "limited_mute", "silent",
    "mixed",
]  # fmt: skip
"""Silent: does what it is told and then does not say so. Mute: limits without saying for how long. Truncated: the right
answer, cut in the middle. Half: a list with its first half only. Mixed: each request draws one of the others, or none."""
DRAWN: tuple[Mode, ...] = ("down", "error", "slow", "garbage", "html", "truncated", "half", "limited", "limited_mute")
"""What a mixed door draws from. It never hangs: one client would be busy with nothing else."""
Marks = list[str]
_MARKS: ContextVar[Marks | None] = ContextVar("marks", default=None)
SLOW_S = 8.0
HANG_S = 120.0
"""Longer than any client of a provider waits."""
LIMITED_S = 1
GARBAGE = b'<html><body>502 bad gateway</body>\x00{"data": [{'


HTML = "<!doctype html><title>Sign in</title><p>Your session has ended."


@contextlib.contextmanager
def marking() -> Iterator[Marks]:
    """Within the block the gate can mark the answer that is being made; the marks are read after it."""
    marks: Marks = []
    token = _MARKS.set(marks)
    try:
        yield marks
    finally:
        _MARKS.reset(token)


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
    """Shared by all doors: `stripe.requests`, `stripe.refused_by_limit`, `stripe.faulty`, `stripe.faulty.down`."""
    mode: Mode = "none"
    share: float = 1.0
    """Of the requests to a mixed door: how many are misbehaved to."""
    draw: random.Random = field(default_factory=random.Random)
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
        mode = self._mode_of_request()
        if mode == "none":
            return
        self.counters[f"{self.provider}.faulty"] += 1
        self.counters[f"{self.provider}.faulty.{mode}"] += 1
        refusal = refusal_of(mode)
        if refusal is not None:
            raise Refused(refusal)
        if mode in {"truncated", "half"} and (marks := _MARKS.get()) is not None:
            marks.append(mode)
        if mode in {"slow", "hang"}:
            await self.hold(SLOW_S if mode == "slow" else HANG_S)

    def _mode_of_request(self) -> Mode:
        mode = self.current()
        if mode != "mixed":
            return mode
        return self.draw.choice(DRAWN) if self.draw.random() < self.share else "none"

    async def answer(self) -> None:
        """Before what was done is answered: a silent provider keeps it to itself for longer than anybody waits."""
        if self.current() == "silent":
            await self.hold()

    async def hold(self, longest_s: float = SLOW_S) -> None:
        """Make the caller wait, but not for ever, and no longer than the fault lasts."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._healed.wait(), longest_s)

    def refuse_by_limit(self, response: Response) -> Refused:
        """Count and make the refusal."""
        self.counters[f"{self.provider}.refused_by_limit"] += 1
        return Refused(response)


class AtOnce:
    """Around a provider's application: no more requests at a time, each until the last byte of its answer has gone."""

    def __init__(self, app: ASGIApp, *, most: int, refuse: Callable[[], Response]) -> None:
        self._app = app
        self._most = most
        self._refuse = refuse
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        app = self._app if self._running < self._most else self._refuse()
        self._running += 1
        try:
            await app(scope, receive, send)
        finally:
            self._running -= 1


def refusal_of(mode: Mode) -> Response | None:
    """What a provider in this state answers to everything; None: it is asked in earnest."""
    refusals = {
        "down": lambda: Response("upstream connect error", status_code=503, media_type="text/plain"),
        "error": lambda: Response(
            '{"error": {"message": "Something went wrong."}}', 500, media_type="application/json"
        ),
        "garbage": lambda: Response(GARBAGE, media_type="application/json"),
        "html": lambda: Response(HTML, media_type="text/html"),
        "limited": lambda: Response("slow down", status_code=429, headers={"Retry-After": str(LIMITED_S)}),
        "limited_mute": lambda: Response("slow down", status_code=429),
    }
    return refusals[mode]() if mode in refusals else None
