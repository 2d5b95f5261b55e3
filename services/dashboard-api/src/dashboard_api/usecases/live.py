"""The live stream: which accounts changed and to what revision, for everyone who may see them.

Changes are gathered for at most a quarter of a second. Before anything is handed out, ownership and sessions are
looked up afresh, once for all listeners. When that cannot be done, nothing is handed out until it can.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dashboard_api.domain.access import Permission, Principal, Scope
from dashboard_api.domain.errors import Unavailable
from dashboard_api.ports.reads import Owners
from dashboard_api.ports.signin import Sessions

GATHER_S = 0.25
CHECK_S = 5.0
LISTENERS_PER_USER_MAX = 5


@dataclass(frozen=True, slots=True)
class News:
    """What a listener is told at once."""

    changes: Mapping[str, int] = field(default_factory=dict)
    """Client id → revision."""
    retries: Mapping[str, str] = field(default_factory=dict)
    """Attempt id → client id."""
    sources: bool = False


class Listener:
    """One open stream. What is not read yet is merged, so a slow reader holds one entry for each account at most."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal
        self._changes: dict[str, int] = {}
        self._retries: dict[str, str] = {}
        self._sources_changed = False
        self._news = asyncio.Event()
        self.closed: str | None = None

    def ended(self) -> bool:
        """Whether nothing more may be handed to the reader."""
        return self.closed is not None

    def add(self, changes: Mapping[str, int]) -> None:
        """Changes that this listener may see."""
        if changes:
            self._changes = newest(self._changes, changes)
            self._news.set()

    def add_retries(self, retries: Mapping[str, str]) -> None:
        """Attempts that moved, of accounts that this listener may see."""
        if retries:
            self._retries.update(retries)
            self._news.set()

    def sources_changed(self) -> None:
        """The state of a source is another one."""
        self._sources_changed = True
        self._news.set()

    def close(self, reason: str) -> None:
        """End the stream; the first reason stays."""
        self.closed = self.closed or reason
        self._news.set()

    async def news(self, timeout_s: float) -> News:
        """What came up, after at most `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        except TimeoutError:
            return News()
        self._news.clear()
        news = News(self._changes, self._retries, self._sources_changed)
        self._changes, self._retries, self._sources_changed = {}, {}, False
        return news


class LiveHub:
    """All open streams of this replica."""

    def __init__(self, *, owners: Owners, sessions: Sessions, now: Callable[[], datetime]) -> None:
        self._owners = owners
        self._sessions = sessions
        self._now = now
        self._listeners: dict[str, deque[Listener]] = {}
        self._pending: dict[str, int] = {}
        self._pending_retries: dict[str, str] = {}
        self._arrived = asyncio.Event()
        self._stopping = False

    @property
    def listeners(self) -> list[Listener]:
        return [listener for queue in self._listeners.values() for listener in queue]

    def open(self, principal: Principal) -> Listener:
        """A new stream; a user's oldest one is closed when there are too many."""
        listener = Listener(principal)
        queue = self._listeners.setdefault(principal.user, deque())
        queue.append(listener)
        if len(queue) > LISTENERS_PER_USER_MAX:
            queue.popleft().close("too_many_streams")
        if self._stopping:
            listener.close("stopping")
        return listener

    def leave(self, listener: Listener) -> None:
        """The reader has gone."""
        queue = self._listeners.get(listener.principal.user)
        if queue and listener in queue:
            queue.remove(listener)
        if queue is not None and not queue:
            del self._listeners[listener.principal.user]

    def offer(self, changes: Mapping[str, int]) -> None:
        """Client id → revision, as announced on the bus."""
        if changes and self._listeners:
            self._pending = newest(self._pending, changes)
            self._arrived.set()

    def offer_retries(self, retries: Mapping[str, str]) -> None:
        """Attempt id → client id, of attempts that moved."""
        if retries and self._listeners:
            self._pending_retries.update(retries)
            self._arrived.set()

    def announce_sources(self) -> None:
        """Tell everybody that the state of a source changed."""
        for listener in self.listeners:
            listener.sources_changed()

    def close_session(self, session_id: str) -> None:
        """Close the streams of a session at once, without waiting for the next check."""
        for listener in self.listeners:
            if listener.principal.session_id == session_id:
                listener.close("session_ended")

    async def stop(self) -> None:
        """Send every reader away to another replica."""
        self._stopping = True
        for listener in self.listeners:
            listener.close("stopping")

    async def run(self) -> None:
        """Hand out what arrives, and check access every few seconds, until cancelled; then send everybody away."""
        try:
            while True:
                await self._round()
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def _round(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CHECK_S):
                await self._arrived.wait()
            await asyncio.sleep(GATHER_S)
        self._arrived.clear()
        try:
            await self.hand_out()
        except Unavailable:
            await asyncio.sleep(1)
            if self._pending or self._pending_retries:
                self._arrived.set()

    async def hand_out(self) -> None:
        """One round: close what has ended, then give everybody their own changes; Unavailable keeps them."""
        if not self._listeners:
            self._pending.clear()
            self._pending_retries.clear()
            return
        await self._close_ended()
        changes, self._pending = self._pending, {}
        retries, self._pending_retries = self._pending_retries, {}
        clients = changes.keys() | set(retries.values())
        try:
            owners = await self._owners.of(sorted(clients)) if clients else {}
        except Unavailable:
            self._pending = newest(changes, self._pending)
            self._pending_retries = retries | self._pending_retries
            raise
        for listener in self.listeners:
            listener.add(visible(listener.principal, changes, owners))
            listener.add_retries(visible_retries(listener.principal, retries, owners))

    async def _close_ended(self) -> None:
        sessions = {each.principal.session_id for each in self.listeners} - {None}
        living = await self._sessions.living([session for session in sessions if session]) if sessions else set()
        for listener in self.listeners:
            principal = listener.principal
            if principal.session_id is not None and principal.session_id not in living:
                listener.close("session_ended")
            elif principal.valid_until is not None and principal.valid_until <= self._now():
                listener.close("token_ended")


def visible(principal: Principal, changes: Mapping[str, int], owners: Mapping[str, set[str]]) -> dict[str, int]:
    """The part of the changes that lies in the principal's scope."""
    if not principal.may(Permission.PORTFOLIO_READ):
        return {}
    if principal.scope is Scope.ALL:
        return dict(changes)
    return {client: revision for client, revision in changes.items() if principal.user in owners.get(client, set())}


def visible_retries(principal: Principal, retries: Mapping[str, str], owners: Mapping[str, set[str]]) -> dict[str, str]:
    """The attempts whose accounts lie in the principal's scope; none for a role without payments."""
    if not principal.may(Permission.PAYMENTS_READ):
        return {}
    seen = visible(principal, dict.fromkeys(retries.values(), 0), owners)
    return {attempt_id: client for attempt_id, client in retries.items() if client in seen}


def newest(known: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Both together, with the higher revision of each account."""
    merged = dict(known)
    for client, revision in more.items():
        merged[client] = max(revision, merged.get(client, 0))
    return merged
