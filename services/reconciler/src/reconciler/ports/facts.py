"""Facts on their way from a batch of records into the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from reconciler.ports import wire


class Received(Protocol):
    """A record as it came from the log."""

    @property
    def topic(self) -> str:
        """Its topic."""

    @property
    def partition(self) -> int:
        """Its partition of the topic."""

    @property
    def offset(self) -> int:
        """Where it stands in the partition."""

    @property
    def key(self) -> str | None:
        """What it is about; None: not told."""

    @property
    def value(self) -> bytes | None:
        """Its event, JSON."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The envelope around the event."""


class Accepted(NamedTuple):
    """A record that could be read."""

    record: Received
    key: str
    fact: wire.Fact


@dataclass(frozen=True, slots=True)
class Poison:
    """A record that could not be read, with whom it seems to concern (None: not to be told)."""

    record: Received
    key: str | None
    """The record's key as PostgreSQL can hold it."""
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
