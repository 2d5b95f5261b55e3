"""What the use cases ask of the world: the ledger, the memory of what was read, and the bus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ingest_quickbooks.domain.answers import Changes
from ingest_quickbooks.domain.paging import Place, Within
from ingest_quickbooks.domain.reading import Body
from ingest_quickbooks.domain.snapshots import Entity
from trueup_contracts.envelope import Event
from trueup_contracts.syncs import CONNECTION_DEAD


class SourceUnavailable(Exception):
    """QuickBooks could not be read; what was last known stays. The text is safe to show."""

    code = "provider_error"


class CodeNotTaken(SourceUnavailable):
    """QuickBooks refused the one-time code of a person who connects; the former connection stays."""

    code = "code_not_taken"


class ConnectionDead(SourceUnavailable):
    """The refresh token is no longer accepted: a person must connect QuickBooks again. Asking again is harmful."""

    code = CONNECTION_DEAD


class Ledger(Protocol):
    """QuickBooks, read only. Every method raises SourceUnavailable."""

    async def changes(self, since: datetime, entities: Sequence[Entity]) -> Changes:
        """What changed at or after `since`, deletions included; at most 1000 objects."""

    async def page(self, entity: Entity, place: Place, within: Within | None = None) -> list[Body]:
        """At most 1000 objects in order of their last change; deleted ones are not among them."""

    async def count(self, entity: Entity, since: datetime | None = None, within: Within | None = None) -> int:
        """How many objects stand; of those that changed at or after `since`, if given."""


ObjectId = tuple[Entity, str]
"""Entity and QuickBooks' own id."""


@dataclass(frozen=True, slots=True)
class Known:
    """The last snapshot that was announced of an object: its record value, and whether it is deleted."""

    ref: str
    value: bytes
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class OpenGap:
    """An object that could not be read whole, kept until it reads well. `ref` None: not even its customer is known."""

    entity: Entity
    external_id: str
    ref: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load of everything has come; `sweep_at` is when it began."""

    sweep_at: datetime
    entity: Entity
    place: Place


@dataclass(frozen=True, slots=True)
class Step:
    """What moves together with the published facts, in one transaction."""

    known: Mapping[ObjectId, Known] = field(default_factory=dict)
    seen: Sequence[ObjectId] = ()
    """Objects that a sweep met; stamped with `seen_at`."""
    seen_at: datetime | None = None
    gaps_opened: Sequence[OpenGap] = ()
    gaps_closed: Sequence[ObjectId] = ()
    cursor: datetime | None = None
    """The new watermark; None leaves it."""
    progress: Progress | None = None
    """Where a load stands; None leaves it, unless `load_done`."""
    load_done: bool = False


class Turn(Protocol):
    """One turn at reading and publishing, under the lease of the scope. A lost lease raises and publishes nothing."""

    async def version(self) -> int:
        """A new version for the read that follows."""

    async def publish(self, events: Sequence[Event], step: Step) -> int:
        """Announce what changed, and when the bus has it, remember the step. Returns how many were sent."""

    async def report(self, event: Event) -> None:
        """Announce the outcome of the pull."""

    async def offsets(self) -> dict[str, dict[str, int]]:
        """topic → partition → the last offset ever published."""


class Memory(Protocol):
    """What earlier pulls left behind."""

    async def cursor(self) -> datetime | None:
        """Up to when everything is published; None before the first complete load."""

    async def progress(self) -> Progress | None:
        """A load that was not finished."""

    async def gaps(self) -> list[OpenGap]:
        """Every object that does not read well, in a stable order."""

    async def known(self, ids: Sequence[ObjectId]) -> dict[ObjectId, Known]:
        """The last snapshots of these objects, where there are any."""

    async def unseen(self, entities: Sequence[Entity], since: datetime) -> list[ObjectId]:
        """Objects not deleted, those that could never be read included, that no sweep has met at or after `since`."""

    async def met(self, entity: Entity, since: datetime) -> int:
        """How many objects a sweep has met at or after `since`, those that cannot be read included."""

    async def standing(self, entity: Entity) -> int:
        """How many objects are known and not deleted, those that cannot be read included."""
