"""The safety net: ask Stripe for the events of late and look at whatever no webhook has brought."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stripe_webhooks.domain import fields
from stripe_webhooks.domain.events import ReceivedEvent, read_event
from stripe_webhooks.domain.fields import Unreadable
from stripe_webhooks.ports import Clock, Held, Listing, Missing, Notes, Priority, Progress, ProviderDown, Store
from stripe_webhooks.usecases.digest import Digest
from stripe_webhooks.usecases.load import Load
from trueup_contracts.syncs import PROVIDER_ERRORS, Gap, SyncReportedV1

SCOPE = "billing"
HORIZON = timedelta(days=29)
"""Stripe keeps events for 30 days; a day is left for the catching up."""
OVERLAP = timedelta(seconds=60)
"""Events show up a little after they are stamped, and stamps have whole seconds."""
SKEW = timedelta(hours=1)
"""How far Stripe's clock may be from ours."""
CLOCKS_APART = timedelta(seconds=10)
"""Replicas' clocks differ by no more than this, unless one of them is wrong."""
EVENT_PAGES_MAX = 300
"""Beyond this many pages a load asks less of Stripe than the events do."""
MISSING_MAX = 200


class TooFarBehind(Exception):
    """The events since the last poll do not fit: load everything instead."""


async def no_trouble() -> str | None:
    """Nobody counts."""
    return None


@dataclass(frozen=True, slots=True)
class Poll:
    """One pull of the scope `billing`. Only the holder of the lead pulls; the others stand by."""

    digest: Digest
    load: Load
    store: Store
    clock: Clock
    interval: timedelta
    prompt_looks: int = 20
    """So many looks that a wish leads to come before others; the rest is made in the background."""
    trouble: Callable[[], Awaitable[str | None]] = no_trouble
    """What the calls of late say against Stripe, although this pull came through."""

    async def __call__(self, wished_at: datetime | None = None) -> bool:
        """Pull once if due, or if a person wished for it after the last pull began; returns whether it pulled.

        A pull that fails reports so and leaves what was complete to age; the error goes on to the caller.

        Raises:
            ProviderDown, Busy, Superseded: not complete this time.
        """
        async with self.store.lead() as held:
            if held is None:
                return False
            progress, started_at = await self.store.progress(), self.clock()
            if progress and not self._is_due(progress, started_at, wished_at):
                return False
            try:
                await self._pull(held, progress, started_at, wished=wished_at is not None)
            except ProviderDown as down:
                await self._report(held, started_at, progress, down)
                raise
            return True

    def _is_due(self, progress: Progress, now: datetime, wished_at: datetime | None) -> bool:
        if wished_at is not None and wished_at > progress.as_of:
            return True
        if progress.as_of > now + CLOCKS_APART:
            return True  # a clock wrote it that was ahead: nobody would pull before that time has come
        # Replicas tick at different moments: each looks, one pull an interval is enough.
        return now >= progress.as_of + self.interval * 0.8

    async def _pull(self, held: Held, progress: Progress | None, started_at: datetime, *, wished: bool) -> None:
        try:
            # Where the clock was ahead by more than Stripe's may be, it is not known which events were asked for.
            if progress is None or not -SKEW <= started_at - progress.as_of <= HORIZON:
                raise TooFarBehind
            latest = await self._catch_up(progress.since, wished=wished)
        except TooFarBehind:
            if progress is None:
                await self._report(held, started_at, None, ProviderDown("never_complete", "the first load is running"))
                # Of two reports with one version the second is taken for a repeat.
                await self.store.next_version(held)
            await self.load()
            latest = started_at - SKEW
        await self._look_again()
        since = max(latest, started_at - SKEW) - OVERLAP
        await self._report(held, started_at, Progress(since, started_at), None)
        await self.store.forget_old()

    async def _catch_up(self, since: datetime, *, wished: bool) -> datetime:
        """Take every event since the last poll that was not taken; returns the latest stamp seen.

        A person waits for the events and the first looks only: however much has come together, what a payment retry
        reads is not kept waiting by it.
        """
        priority: Priority = "person" if wished else "background"
        listing = Listing("events", (("created[gte]", str(int(since.timestamp()))),))
        gateway = self.digest.observer.reader.gateway
        events: list[ReceivedEvent] = []
        after: str | None = None
        for _ in range(EVENT_PAGES_MAX):
            page = await gateway.page(listing, after=after, priority=priority)
            events += [event for item in page.items if (event := _slim(item))]
            if not page.more or not page.items:
                await self.digest.take(events, promptly=self.prompt_looks if wished else 0)
                return max((event.created_at for event in events), default=datetime.fromtimestamp(0, UTC))
            after = fields.text(page.items[-1], "id")
        raise TooFarBehind

    async def _look_again(self) -> None:
        """What could not be read before is tried again, some at each poll, in turn: what stays unreadable bars nobody."""
        missing = sorted(await self.store.missing(), key=lambda one: one.wanted)
        turn = int(self.clock().timestamp() // self.interval.total_seconds())
        start = turn * MISSING_MAX % len(missing) if len(missing) > MISSING_MAX else 0
        missing = (missing[start:] + missing[:start])[:MISSING_MAX]
        await self.digest.observer.look_again([one.wanted for one in missing])

    async def _report(
        self, held: Held, started_at: datetime, progress: Progress | None, down: ProviderDown | None
    ) -> None:
        missing = await self.store.missing()
        nameless = next((one.detail for one in missing if one.ref is None), None)
        # Something unreadable that names no customer may be anyone's.
        trouble = None if down or nameless is not None else await self.trouble()
        reason = down.reason if down else ("incomplete_answer" if nameless is not None else None)
        report = SyncReportedV1(
            version=held.version,
            source="stripe",
            scope=SCOPE,
            started_at=started_at,
            finished_at=self.clock(),
            as_of=progress.as_of if progress else None,
            complete=down is None and nameless is None,
            reason=reason or (PROVIDER_ERRORS if trouble else None),
            error=str(down) if down else nameless or trouble,
            gaps=_gaps(missing),
            offsets=await self.store.offsets(),
        )
        await self.store.publish(held, [report], Notes(progress=progress if down is None else None))


def _slim(item: fields.Json) -> ReceivedEvent | None:
    """A polled event without the body it carries: thousands may be held at once. One we cannot read concerns no one."""
    try:
        event = read_event(item)
    except Unreadable:
        return None
    return ReceivedEvent(event.event_id, event.type, event.created_at, event.livemode, event.target, {})


def _gaps(missing: Sequence[Missing]) -> list[Gap]:
    """One for each customer and reason, however many of its objects cannot be read."""
    together: dict[tuple[str, str], list[Missing]] = {}
    for one in sorted(missing, key=lambda one: one.wanted):
        if one.ref is not None:
            together.setdefault((one.ref, one.reason), []).append(one)
    return [Gap(ref=ref, reason=reason, detail=_told_together(mine)) for (ref, reason), mine in together.items()]


def _told_together(missing: Sequence[Missing]) -> str:
    """The first in full, the rest by number and by the last id: another gap has other words."""
    first, last = missing[0], missing[-1]
    return first.detail if len(missing) == 1 else f"{len(missing)}: {first.detail} ({first.wanted} to {last.wanted})"
