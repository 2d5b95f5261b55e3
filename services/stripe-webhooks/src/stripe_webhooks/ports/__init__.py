"""What the use cases need from outside: Stripe, the inbox topic, and the service's own store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from stripe_webhooks.domain.fields import Json, Unreadable
from trueup_contracts.envelope import Event

Priority = Literal["person", "background"]


class NotYet(Exception):
    """It did not work this time; the same may work later."""


class ProviderDown(NotYet):
    """Stripe did not give a usable answer; the same question may succeed later. `reason` is a stable code."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


class Rejected(Exception):
    """Stripe refuses this one question for good (a 400 or the like); others are not affected."""


class Forbidden(Rejected):
    """Our key may not read this one object; the text names the right that it lacks."""


class InboxAway(Exception):
    """The bus did not acknowledge in time. The sender repeats; a copy that was written after all does no harm."""


class Busy(NotYet):
    """Others held a lease for longer than we wait. Transient."""


class Superseded(NotYet):
    """The lease was lost before publishing: what was read is discarded. Transient."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of Stripe's: resource as in the path (`invoices`), filters, fields to expand."""

    resource: str
    filters: tuple[tuple[str, str], ...] = ()
    expand: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Up to 100 objects, newest first."""

    items: list[Json]
    more: bool


class Gateway(Protocol):
    """Stripe's reading side. Every call waits for the limiter; raises `ProviderDown` or `Rejected`."""

    async def one(
        self, resource: str, object_id: str, *, expand: tuple[str, ...] = (), priority: Priority
    ) -> Json | None:
        """One object, or None when Stripe has it no longer."""
        ...

    async def page(self, listing: Listing, *, after: str | None, priority: Priority) -> Page:
        """The page that follows the object `after`; None: the first."""
        ...


class Inbox(Protocol):
    """Where verified webhooks wait: a topic."""

    async def append(self, *, key: str, value: bytes, event_id: str, created_at: datetime) -> None:
        """Write and wait for the acknowledgement; raises `InboxAway`."""
        ...


@dataclass(frozen=True, slots=True)
class Join:
    """Which invoice a payment stands against, and whose it is."""

    payment_id: str
    invoice_id: str
    ref: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An object that could not be read whole. `wanted` is `kind:id` to look at again; `ref` may be unknown."""

    wanted: str
    ref: str | None
    reason: str
    detail: str


@dataclass(slots=True)
class Notes:
    """What the store writes down together with the hashes of what was published."""

    joins: list[Join] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    read_whole: list[str] = field(default_factory=list)
    """`kind:id` of what could be read; removes an earlier note that it could not."""
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the pulls have come. `since` is where the next poll of events starts, on Stripe's clock."""

    since: datetime
    as_of: datetime


class Held(Protocol):
    """A lease, and the version that was drawn under it."""

    @property
    def version(self) -> int: ...


class Joins(Protocol):
    """What is known of payments and their invoices."""

    async def joins(self, payment_ids: Collection[str]) -> dict[str, Join]:
        """The known joins of these payments."""
        ...


class Store(Joins, Protocol):
    """Leases, versions, published hashes, joins and progress: the service's own schema, and publishing through it."""

    def hold(self, bucket: int) -> AbstractAsyncContextManager[Held]:
        """The lease of one bucket, waited for; raises `Busy`."""
        ...

    def hold_all(self) -> AbstractAsyncContextManager[Held]:
        """The leases of all buckets as one; raises `Busy`."""
        ...

    async def next_version(self, held: Held) -> None:
        """Draw a new version for another read under the same lease; raises `Superseded`."""
        ...

    def lead(self) -> AbstractAsyncContextManager[Held | None]:
        """The lease of the one active puller; None when another replica has it."""
        ...

    async def publish(self, held: Held, facts: Sequence[Event], notes: Notes) -> None:
        """Publish what has changed, wait for the acknowledgements, then write hashes, offsets and notes.

        Raises `Superseded` when the lease is lost; nothing is published then.
        """
        ...

    async def offsets(self) -> dict[str, dict[str, int]]:
        """topic → partition → the highest offset ever published."""
        ...

    async def seen(self, event_ids: Collection[str]) -> set[str]:
        """Those of the events whose objects were read and published after they had happened."""
        ...

    async def mark_seen(self, event_ids: Collection[str]) -> None:
        """Note events as done; call only after the publishing."""
        ...

    async def last_said(self, keys: Collection[str]) -> dict[str, Event]:
        """The last announced state of invoices and customers, by record key."""
        ...

    async def note_met(self, walk_id: UUID, keys: Collection[str]) -> None:
        """Note that a walk through the lists has met these record keys."""
        ...

    async def end_walk(self, walk_id: UUID) -> list[str]:
        """Record keys of the invoices and customers announced, not deleted, and not met by this walk; forgets the walk."""
        ...

    async def missing(self) -> list[Missing]:
        """What could not be read whole, and still cannot."""
        ...

    async def progress(self) -> Progress | None:
        """Where the pulls stand; None before the first complete load."""
        ...

    async def forget_old(self) -> None:
        """Drop notes of seen events that no poll or repeat will ask for again, and of walks that never ended."""
        ...


class Clock(Protocol):
    """The wall clock, in UTC."""

    def __call__(self) -> datetime: ...


__all__ = [
    "Busy",
    "Clock",
    "Forbidden",
    "Gateway",
    "Held",
    "Inbox",
    "InboxAway",
    "Join",
    "Joins",
    "Listing",
    "Missing",
    "Notes",
    "Page",
    "Priority",
    "Progress",
    "ProviderDown",
    "Rejected",
    "Store",
    "Superseded",
    "Unreadable",
]
