"""Facts on their way from a batch of records into the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from reconciler.ports import wire


class Position(NamedTuple):
    """Where a record stands in the log."""

    topic: str
    partition: int
    offset: int


class Accepted(NamedTuple):
    """A record that could be read."""

    position: Position
    key: str
    fact: wire.Fact


@dataclass(frozen=True, slots=True)
class Poison:
    """A record that could not be read, as it came, with whom it seems to concern (None: not to be told)."""

    position: Position
    key: str | None
    value: bytes
    headers: Mapping[str, str]
    error: str
    source: str | None
    ref: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What one batch changed."""

    applied: int
    """Facts that were newer than what was stored."""
    dropped: int
    """Records below their fence: stored before."""
    diverted: int


class FactStore(Protocol):
    """Stores a batch of one topic in one transaction."""

    async def store(self, topic: str, accepted: Sequence[Accepted], poison: Sequence[Poison]) -> Stored:
        """Drop what lies below the fences, keep the newest version per key, mark dirt, advance the fences."""
        ...

    async def next_offsets(self, topic: str, partitions: Sequence[int]) -> dict[int, int]:
        """The fences of these partitions, as far as they exist."""
        ...
