"""Work through a batch of raw webhooks from the inbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from stripe_webhooks.domain.events import ReceivedEvent, coalesce, parse
from stripe_webhooks.domain.fields import Unreadable
from stripe_webhooks.ports import Store
from stripe_webhooks.usecases.observe import Observer
from stripe_webhooks.usecases.reading import Wanted

SLICE = 20
"""Events that are looked at together before they are noted as done."""


@dataclass(frozen=True, slots=True)
class Poison:
    """A record that is no Stripe event: its place in the batch, and why."""

    index: int
    error: Unreadable


async def _to_nobody(_: Collection[str]) -> None:
    return


@dataclass(frozen=True, slots=True)
class Digest:
    """A repeat of an event adds nothing: its object was read after the event had happened, so it is skipped."""

    observer: Observer
    store: Store
    noticed: Callable[[Collection[str]], Awaitable[None]] = _to_nobody
    """Is told the ids of the gateway invoices that something has happened to."""

    async def __call__(self, values: Sequence[bytes | None]) -> list[Poison]:
        """Announce what the batch points at; returns what must be diverted. Afterwards the batch may be acknowledged.

        Raises:
            ProviderDown, Busy, Superseded: nothing is noted as done; the batch comes again.
        """
        events: list[ReceivedEvent] = []
        poison: list[Poison] = []
        for index, value in enumerate(values):
            try:
                events.append(parse(value or b""))
            except Unreadable as error:
                poison.append(Poison(index, error))
        await self.take(events)
        return poison

    async def take(self, events: Sequence[ReceivedEvent], *, promptly: int = 0) -> None:
        """Look at what the events point at, unless that was done after they had happened; then note them as done.

        Some events at a time: what was done counts, whatever becomes of the rest. `promptly`: the first looks, so many,
        are made because a person waits for them.
        """
        ids = {event.event_id for event in events if event.target}
        fresh = ids - await self.store.seen(ids) if ids else ids
        waiting = [event for event in events if event.event_id in fresh]
        done: dict[str, Wanted] = {}
        for start in range(0, len(waiting), SLICE):
            part = waiting[start : start + SLICE]
            looked = await self.observer.observe(coalesce(part), done=done, promptly=max(0, promptly - len(done)))
            done.update((one.label, one) for one in looked)
            await self.noticed([one.object_id for one in looked if one.thing == "invoice"])
            await self.store.mark_seen({event.event_id for event in part})
