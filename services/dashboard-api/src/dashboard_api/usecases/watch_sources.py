"""Notices when the state of a source changes, and tells the open streams."""

from __future__ import annotations

from dashboard_api.domain.errors import Unavailable
from dashboard_api.ports.reads import SourceReads, States
from dashboard_api.usecases.live import LiveHub


class WatchSources:
    """Compares each look with the one before; the first look tells nothing."""

    def __init__(self, reads: SourceReads, live: LiveHub) -> None:
        self._reads = reads
        self._live = live
        self._known: States | None = None

    async def look(self) -> None:
        """Look once; without listeners nobody needs to know."""
        if not self._live.listeners:
            self._known = None
            return
        try:
            states = await self._reads.states()
        except Unavailable:
            return  # what changed meanwhile is seen at the next look
        if self._known is not None and states != self._known:
            self._live.announce_sources()
        self._known = states
