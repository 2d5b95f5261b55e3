"""The reconciler's stores in memory, with what the real ones promise: versions, fences, locks, all or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.oracle.simulation.snapshots import snapshot_of
from tests.oracle.simulation.turns import pause

from reconciler.adapters.facts import newest
from reconciler.domain.links import Customer, Imported, Resolved
from reconciler.domain.links import Decision as LinkDecision
from reconciler.domain.memo import Memo, memo_of
from reconciler.domain.policy import Policy
from reconciler.domain.result import Reconciliation
from reconciler.ports import wire
from reconciler.ports.configured import Configured
from reconciler.ports.decisions import Claimed, Decided, Failed, State
from reconciler.ports.facts import Accepted, Poison, Stored
from reconciler.ports.scopes import Dirt, ScopeRecord, SourceLine

Mark = tuple[int, int]
"""Number of the first and of the last change that is not decided yet."""


@dataclass
class Store:
    """All tables. Whatever stands between two pauses happens at once."""

    facts: dict[tuple[str, ...], Any] = field(default_factory=dict)
    fences: dict[tuple[str, int], int] = field(default_factory=dict)
    dead: dict[tuple[str, int, int], Poison] = field(default_factory=dict)
    reports: dict[tuple[str, int], wire.Sync] = field(default_factory=dict)
    scopes: dict[str, ScopeRecord] = field(default_factory=dict)
    links: dict[str, Resolved] = field(default_factory=dict)
    wishes: set[int] = field(default_factory=set)
    dirty_refs: dict[str, Mark] = field(default_factory=dict)
    dirty: dict[str, Mark] = field(default_factory=dict)
    decided: dict[str, tuple[Reconciliation, Memo]] = field(default_factory=dict)
    shown: list[wire.Sync] = field(default_factory=list)
    locked: set[str] = field(default_factory=set)
    seq: int = 0
    counting: bool = False
    linking: bool = False

    def next(self) -> int:
        """A number above every other; it does not come back when its transaction does."""
        self.seq += 1
        return self.seq

    def of(self, kind: type) -> list[Any]:
        """All facts of a kind."""
        return [fact for fact in self.facts.values() if isinstance(fact, kind)]

    def mark_refs(self, refs: set[str], seq: int | None = None) -> None:
        """These refs wait for the decision of their account, under a number drawn now or before."""
        seq = seq or self.next()
        for ref in refs:
            self.dirty_refs[ref] = (self.dirty_refs.get(ref, (seq, seq))[0], seq)

    def mark(self, clients: set[str]) -> None:
        """These accounts wait for their decision."""
        seq = self.next() if clients else 0
        for client in clients & self.clients():
            self.dirty[client] = (self.dirty.get(client, (seq, seq))[0], seq)

    def clients(self) -> set[str]:
        """Who is configured."""
        return {fact.client_id for fact in self.of(Configured)}

    def of_sources(self, sources: Sequence[str]) -> set[str]:
        """Linked refs of whole sources."""
        return {ref for ref in self.links if ref.split(":")[0] in sources}

    # ---- facts

    async def store(self, topic: str, accepted: Sequence[Accepted], poison: Sequence[Poison]) -> Stored:
        """See `FactStore`."""
        await pause()
        fresh = [one for one in accepted if one.record.offset >= self.fence(one)]
        bad = [one for one in poison if one.record.offset >= self.fence(one)]
        applied = sum(self.apply(topic, one) for one in newest(fresh))
        for one in bad:
            self.dead[one.record.topic, one.record.partition, one.record.offset] = one
            self.mark_refs({one.ref} if one.ref else self.of_sources([one.source or ""]))
        for one in (*fresh, *bad):  # type: ignore[assignment]
            place = (topic, one.record.partition)
            self.fences[place] = max(self.fences.get(place, 0), one.record.offset + 1)
        await pause()
        return Stored(applied, len(accepted) + len(poison) - len(fresh) - len(bad), len(bad))

    def fence(self, one: Accepted | Poison) -> int:
        """Where the stored part of its partition ends."""
        return self.fences.get((one.record.topic, one.record.partition), 0)

    async def next_offsets(self, topic: str, partitions: Sequence[int]) -> dict[int, int]:
        """See `FactStore`."""
        await pause()
        return {number: end for (name, number), end in self.fences.items() if name == topic and number in partitions}

    def apply(self, topic: str, one: Accepted) -> bool:
        """Keep it if it is newer, and mark whom it concerns."""
        fact: Any = one.fact
        if isinstance(fact, wire.Sync):
            key = f"{fact.source}|{fact.scope}"
            counted = self.scopes.get(key)
            if counted is None or counted.latest.version < fact.version:
                self.reports.setdefault((key, fact.version), fact)
            return True
        place = (topic, one.key)
        former = self.facts.get(place)
        if former is not None and former.version >= fact.version:
            return False
        self.facts[place] = fact
        if isinstance(fact, Configured | wire.Decided):
            self.mark({fact.client_id})
        else:
            self.mark_refs({fact.ref} | ({former.ref} if former is not None else set()))
        if isinstance(fact, Configured | wire.LinkDecided | wire.Customer):
            self.wishes.add(self.next())
        return True

    # ---- links

    @asynccontextmanager
    async def linking_turn(self) -> AsyncIterator[Any]:
        """See `LinkStore.turn`."""
        await pause()
        if not self.wishes or self.linking:
            yield None
            return
        self.linking = True
        try:
            turn = LinkTurn(self, set(self.wishes))
            await pause()
            turn.read()
            yield turn
            await pause()
            turn.commit()
        finally:
            self.linking = False
        await pause()

    # ---- scopes

    @asynccontextmanager
    async def counting_turn(self) -> AsyncIterator[Any]:
        """See `ScopeStore.turn`."""
        await pause()
        if self.counting:
            yield None
            return
        self.counting = True
        try:
            turn = ScopeTurn(self)
            yield turn
            await pause()
            turn.commit()
        finally:
            self.counting = False
        await pause()


@dataclass
class LinkTurn:
    """One turn of the linker: wishes first, facts after."""

    db: Store
    wanted: set[int]
    imported: list[Imported] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    decisions: list[LinkDecision] = field(default_factory=list)
    links: dict[str, Resolved] = field(default_factory=dict)
    saved: dict[str, Resolved] | None = None

    def read(self) -> None:
        """All that links follow from."""
        self.imported = [Imported(one.client_id, tuple(one.refs)) for one in self.db.of(Configured)]
        self.decisions = [
            LinkDecision(one.ref, one.decision_id, one.client_id, one.verdict == "withdrawn")
            for one in self.db.of(wire.LinkDecided)
        ]
        self.links = dict(self.db.links)

    async def save(self, links: dict[str, Resolved]) -> int:
        """Remember what is to be written at the end."""
        await pause()
        self.saved = links
        return 0

    def commit(self) -> None:
        """Write links and marks, drop the wishes."""
        if self.saved is None:
            return
        moved = {ref for ref in {*self.saved, *self.links} if self.saved.get(ref) != self.links.get(ref)}
        self.db.links = self.saved
        self.db.mark({side[ref].client_id for side in (self.saved, self.links) for ref in moved if ref in side})
        self.db.wishes -= self.wanted


@dataclass
class ScopeTurn:
    """One turn of the counter; its writes are its own until it commits."""

    db: Store
    saved: dict[str, ScopeRecord] = field(default_factory=dict)
    dirt: list[tuple[int, Dirt]] = field(default_factory=list)
    showing: list[ScopeRecord] = field(default_factory=list)

    async def waiting(self) -> list[wire.Sync]:
        await pause()
        return [self.db.reports[key] for key in sorted(self.db.reports)]

    async def fences(self) -> Mapping[str, Mapping[int, int]]:
        await pause()
        found: dict[str, dict[int, int]] = {}
        for (topic, partition), end in self.db.fences.items():
            found.setdefault(topic, {})[partition] = end
        return found

    async def records(self) -> Mapping[str, ScopeRecord]:
        await pause()
        return dict(self.db.scopes)

    async def wide_dead_letters(self) -> frozenset[str]:
        return frozenset(one.source for one in self.db.dead.values() if one.ref is None and one.source)

    async def save(self, records: Sequence[ScopeRecord], dirt: Dirt) -> None:
        await pause()
        self.saved |= {record.key: record for record in records}
        if dirt.refs or dirt.sources:
            self.dirt.append((self.db.next(), dirt))

    async def oldest_dirt(self) -> int | None:
        await pause()
        marks = [first for first, _ in (*self.db.dirty_refs.values(), *self.db.dirty.values())]
        return min([*marks, *self.db.wishes, *(seq for seq, _ in self.dirt)], default=None)

    async def next_seq(self) -> int:
        await pause()
        return self.db.next()

    async def show(self, records: Sequence[ScopeRecord]) -> None:
        self.showing += records

    async def banner(self, lines: Sequence[SourceLine]) -> None:
        del lines

    def commit(self) -> None:
        """Write everything."""
        self.db.scopes |= self.saved
        for record in self.saved.values():
            for key, version in list(self.db.reports):
                if key == record.key and version <= record.latest.version:
                    del self.db.reports[key, version]
        for seq, dirt in self.dirt:
            self.db.mark_refs(set(dirt.refs) | self.db.of_sources(sorted(dirt.sources)), seq)
        self.db.shown += [record.gate for record in self.showing if record.gate is not None]


@dataclass
class Decisions:
    """See `DecisionStore`."""

    db: Store

    async def spread(self, now: datetime) -> int:
        await pause()
        due = {client for client, (result, _) in self.db.decided.items() if result.recheck_at <= now}
        self.db.mark({client for client in due if client not in self.db.dirty})
        taken = dict(self.db.dirty_refs)
        self.db.dirty_refs.clear()
        for ref, (first, _) in taken.items():
            if ref in self.db.links:
                client = self.db.links[ref].client_id
                held = self.db.dirty.get(client, (first, first))
                self.db.dirty[client] = (min(held[0], first), self.db.next())
        await pause()
        return len(taken)

    @asynccontextmanager
    async def claim(self, limit: int, *, now: datetime) -> AsyncIterator[Any]:
        del now
        await pause()
        free = [
            one for _, one in sorted((mark, one) for one, mark in self.db.dirty.items()) if one not in self.db.locked
        ]
        async with self._locked(free[:limit]) as claim:
            yield claim

    @asynccontextmanager
    async def claim_these(self, client_ids: Sequence[str]) -> AsyncIterator[Any]:
        while self.db.locked & set(client_ids):
            await pause()
        async with self._locked(client_ids) as claim:
            yield claim

    @asynccontextmanager
    async def _locked(self, client_ids: Sequence[str]) -> AsyncIterator[Any]:
        self.db.locked |= set(client_ids)
        try:
            claim = Claim(self.db, client_ids)
            yield claim
            await pause()
            claim.commit()
        finally:
            self.db.locked -= set(client_ids)
        await pause()

    async def forget_forecasts(self, before: date) -> None:
        raise NotImplementedError

    async def client_ids(self) -> list[str]:
        raise NotImplementedError


@dataclass
class Claim:
    """Accounts that nobody else decides meanwhile."""

    db: Store
    client_ids: Sequence[str]
    decided: Sequence[Decided] = ()

    async def load(self) -> list[Claimed]:
        await pause()
        found = []
        for client in self.client_ids:
            memo = self.db.decided[client][1] if client in self.db.decided else None
            mark = self.db.dirty.get(client)
            found.append(Claimed(snapshot_of(self.db, client), State(memo=memo), mark[1] if mark else None))
        await pause()
        return found

    async def write(self, decided: Sequence[Decided], failed: Sequence[Failed], policy: Policy, *, quiet: bool) -> int:
        del policy, quiet
        await pause()
        assert not failed, failed
        self.decided = decided
        return len(decided)

    def commit(self) -> None:
        """Write what was decided; the dirt goes only if nothing came in meanwhile."""
        for one in self.decided:
            client = one.result.snapshot.account.client_id
            self.db.decided[client] = (one.result, memo_of(one.result))
            mark = self.db.dirty.get(client)
            if mark is not None and mark[1] == one.claimed.dirt_seq:
                del self.db.dirty[client]
            elif mark is not None and one.claimed.dirt_seq is not None:
                self.db.dirty[client] = (one.claimed.dirt_seq + 1, mark[1])
