"""Look at things under their leases and announce what has changed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from stripe_webhooks.domain.buckets import bucket_of
from stripe_webhooks.domain.customers import customer_key
from stripe_webhooks.domain.events import Target
from stripe_webhooks.domain.invoices import invoice_key
from stripe_webhooks.ports import Clock, Held, Missing, Notes, Priority, ProviderDown, Store
from stripe_webhooks.usecases.facts import announce, announce_gone
from stripe_webhooks.usecases.reading import Reader, Reading, Wanted
from stripe_webhooks.usecases.resolve import Resolver, label_of, target_of_label
from trueup_contracts.envelope import Event

PER_LEASE_MAX = 20
"""Things looked at under one hold of a lease: about a second at Stripe's pace, so that others get their turn."""


@dataclass(frozen=True, slots=True)
class Observer:
    """Webhooks, poll and load all announce through this one path, so that its order of steps holds for each:
    lease, version, read, publish, acknowledge, note."""

    reader: Reader
    resolver: Resolver
    store: Store
    clock: Clock

    async def observe(
        self, targets: Iterable[Target], *, done: Mapping[str, Wanted] | None = None, promptly: int = 0
    ) -> list[Wanted]:
        """Look at whatever the targets lead to; returns what that was.

        What is `done`, by its label, was looked at since the targets were heard of. `promptly`: so many are looked at
        because a person waits for them.

        Raises:
            ProviderDown, Busy, Superseded: some things were not looked at; those that were are announced.
        """
        resolved = await self.resolver(targets, "person" if promptly else "background")
        await self._note(Notes(missing=resolved.missing))
        known = done or {}
        fresh = [one for one in resolved.wanted if one.label not in known or not one.within(known[one.label])]
        await self.look_at(fresh[:promptly], priority="person")
        await self.look_at(fresh[promptly:])
        return fresh

    async def look_again(self, labels: Sequence[str]) -> None:
        """Look at what earlier notes name: things, and what could not even be looked up; what can be loses its note.

        Raises:
            ProviderDown, Busy, Superseded: some things were not looked at.
        """
        targets = [target for label in labels if (target := target_of_label(label))]
        resolved = await self.resolver(targets, "background")
        unknown = {label_of(target) for target in targets}
        await self.look_at([*(Wanted.of_label(label) for label in labels if label not in unknown), *resolved.wanted])
        still = {one.wanted for one in resolved.missing}
        await self._note(Notes(missing=resolved.missing, read_whole=sorted(unknown - still)))

    async def _note(self, notes: Notes) -> None:
        if notes.missing or notes.read_whole:
            async with self.store.hold(bucket_of((notes.read_whole or [notes.missing[0].wanted])[0])) as held:
                await self.store.publish(held, [], notes)

    async def look_at(self, wanted: Iterable[Wanted], *, priority: Priority = "background") -> None:
        """Look at things, each bucket under its own lease, the buckets side by side."""
        buckets: dict[int, list[Wanted]] = defaultdict(list)
        for one in wanted:
            buckets[bucket_of(one.object_id)].append(one)
        results = await asyncio.gather(
            *(self._bucket(bucket, things, priority) for bucket, things in sorted(buckets.items())),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _bucket(self, bucket: int, things: Sequence[Wanted], priority: Priority) -> None:
        for start in range(0, len(things), PER_LEASE_MAX):
            async with self.store.hold(bucket) as held:
                down = await self._announce(held, things[start : start + PER_LEASE_MAX], priority)
            if down:
                raise down

    async def _announce(self, held: Held, things: Sequence[Wanted], priority: Priority) -> ProviderDown | None:
        """Announce what could be read, and give back the first reason why something could not."""
        observed_at = self.clock()
        answers = await asyncio.gather(*(self.reader.read(one, priority) for one in things), return_exceptions=True)
        readings = [answer for answer in answers if isinstance(answer, Reading)]
        await self.publish(held, readings, observed_at)
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        for failure in failures:
            if not isinstance(failure, ProviderDown):
                raise failure
        return next((failure for failure in failures if isinstance(failure, ProviderDown)), None)

    async def publish(self, held: Held, readings: Sequence[Reading], observed_at: datetime) -> None:
        """Announce readings made under a lease since `observed_at`; also the load's way out."""
        facts: dict[str, Event] = {}
        gone = [key for reading in readings for key in reading.gone]
        for last in (await self.store.last_said(gone)).values() if gone else ():
            if (fact := announce_gone(last, version=held.version, observed_at=observed_at)) is not None:
                facts[fact.key()] = fact
        for reading in readings:
            for snapshot in reading.snapshots:
                fact = announce(snapshot, version=held.version, observed_at=observed_at)
                facts[fact.key()] = fact
        notes = Notes(
            joins=[join for reading in readings for join in reading.joins],
            missing=await self._named([one for reading in readings for one in reading.missing]),
            read_whole=[label for reading in readings for label in reading.read_whole],
        )
        await self.store.publish(held, list(facts.values()), notes)

    async def _named(self, missing: Sequence[Missing]) -> list[Missing]:
        """A thing that could not be read at all is still whose it was when it was last announced."""
        keys = {one.wanted: record_key(one.wanted) for one in missing if one.ref is None}
        last = await self.store.last_said([key for key in keys.values() if key]) if keys else {}
        refs = {wanted: getattr(last.get(key or ""), "ref", None) for wanted, key in keys.items()}
        return [replace(one, ref=one.ref or refs.get(one.wanted)) for one in missing]


def record_key(label: str) -> str | None:
    """The record key of an invoice or customer that a note names (`invoice:in_1`)."""
    thing, _, object_id = label.partition(":")
    if thing == "invoice":
        return invoice_key(object_id)
    return customer_key(object_id) if thing == "customer" else None
