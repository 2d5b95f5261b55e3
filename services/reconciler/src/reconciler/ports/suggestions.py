"""What suggestions are made from, and where they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from reconciler.domain.suggest import Candidate, Known, Suggestion


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A customer that waits, and the client that it was taken from."""

    customer: Known
    refused: str | None = None


class SuggestTurn(Protocol):
    """One transaction of the only one at work, with everything that it needs."""

    accounts: Sequence[Candidate]
    waiting: Sequence[Unlinked]

    async def save(self, found: Mapping[str, tuple[Suggestion, ...]]) -> int:
        """Store them by ref; how many rows changed."""
        ...


class SuggestionStore(Protocol):
    """Where suggestions are kept."""

    def turn(self) -> AbstractAsyncContextManager[SuggestTurn | None]:
        """A transaction, or None when nothing has changed or another process is at it."""
        ...
