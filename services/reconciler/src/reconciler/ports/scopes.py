"""What is known of each scope of a source, and where it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from reconciler.ports import wire


@dataclass(frozen=True, slots=True)
class ScopeRecord:
    """One scope after the latest report that counts.

    `complete` is the latest complete report; `holes` the latest one that was an answer, even one with holes; `latest`
    any, failures included. `shown_version` is the version of the complete report whose watermark is shown.
    """

    key: str
    latest: wire.Sync
    complete: wire.Sync | None = None
    holes: wire.Sync | None = None
    shown_version: int = 0
    gate_seq: int | None = None
    gate: wire.Sync | None = None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What the banner says about one source."""

    source: str
    state: str
    as_of: datetime | None
    reason: str | None
    error: str | None
    scopes: int
    incomplete_scopes: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Dirt:
    """Whose decisions a change of scopes touches: single refs, or every linked ref of a source."""

    refs: frozenset[str] = field(default_factory=frozenset)
    sources: frozenset[str] = field(default_factory=frozenset)


class ScopeTurn(Protocol):
    """One transaction of the only counter at work."""

    async def waiting(self) -> Sequence[wire.Sync]:
        """Reports that do not count yet, oldest version first within a key."""
        ...

    async def fences(self) -> Mapping[str, Mapping[int, int]]:
        """Topic → partition → next offset."""
        ...

    async def records(self) -> Mapping[str, ScopeRecord]:
        """All scopes by key."""
        ...

    async def wide_dead_letters(self) -> frozenset[str]:
        """Sources with a dead letter that names no ref."""
        ...

    async def save(self, records: Sequence[ScopeRecord], dirt: Dirt) -> None:
        """Store scopes, drop the reports that they absorbed, mark the dirt."""
        ...

    async def oldest_dirt(self) -> int | None:
        """The lowest number of anything that still waits for its decision; None when nothing does."""
        ...

    async def next_seq(self) -> int:
        """A number above every one given so far."""
        ...

    async def show(self, records: Sequence[ScopeRecord]) -> None:
        """Let rows show the watermarks of these scopes' `gate`."""
        ...

    async def banner(self, lines: Sequence[SourceLine]) -> None:
        """Say what the banner shows; `since` moves only when the state does."""
        ...


class ScopeStore(Protocol):
    """Gives the turn to one counter at a time, over all replicas."""

    def turn(self) -> AbstractAsyncContextManager[ScopeTurn | None]:
        """A transaction, or None while another process has the turn."""
        ...
