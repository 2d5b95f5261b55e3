"""One history: records published in a bad order, two replicas that are killed, wake late and own partitions at once."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from tests.oracle.bridge import policy_of, told
from tests.oracle.compare import Difference, walk
from tests.oracle.rules.answer import answer
from tests.oracle.simulation.history import CLIENT, SENDERS, Told, records, report_record, reports
from tests.oracle.simulation.store import Decisions, Store
from tests.oracle.simulation.turns import Scheduler, finish, pause

from reconciler.ports.facts import Accepted, Poison
from reconciler.usecases.count import count_reports
from reconciler.usecases.decide import decide_some
from reconciler.usecases.read import KINDS, read
from reconciler.usecases.relink import relink
from trueup_kit.consumer import Record

Facts = dict[str, Any]
PARTITIONS, REPLICAS, BATCH, STEPS = 2, 2, 40, (300, 2_000)
Place = tuple[str, int]


@dataclass(frozen=True)
class Faults:
    """What may go wrong; a failing history is shrunk by switching them off."""

    duplicates: bool = True
    reorders: bool = True
    delays: bool = True
    skew: bool = True
    kills: bool = True
    two_owners: bool = True


ALL = Faults()


class Overtaken(AssertionError):
    """Completeness was counted before its facts were stored."""


@dataclass
class World:
    """The log, the tables and who owns what."""

    facts: Facts
    rng: Random
    faults: Faults
    db: Store = field(default_factory=Store)
    log: dict[Place, list[Told]] = field(default_factory=dict)
    owners: dict[Place, int] = field(default_factory=dict)
    finals: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)
    cursor: int = 0
    met: Counter[str] = field(default_factory=Counter)
    now: datetime | None = None

    def __post_init__(self) -> None:
        places = [(topic, number) for topic in sorted(KINDS) for number in range(PARTITIONS)]
        self.log = {place: [] for place in places}
        self.owners = {place: number % REPLICAS for number, place in enumerate(places)}

    def clock(self) -> datetime:
        """Every look at the clock may be a little in the past."""
        end: datetime = self.facts["now"]
        if self.now is None and self.faults.skew:
            return end - timedelta(seconds=self.rng.randint(0, 7_200))
        return end

    async def idle(self) -> None:
        """Nothing more to do for now."""
        await pause()

    # ---- who publishes

    def publish(self, one: Told) -> None:
        """Append to the log."""
        place = (one.topic, zlib.crc32((one.key or "").encode()) % PARTITIONS)
        self.log[place].append(one)

    async def publisher(self, plan: list[Told]) -> None:
        """Publish; the reports of a source follow once everything of it is in the log. The cursor moves after the fact."""
        while self.cursor < len(plan):
            reached = min(len(plan), self.cursor + self.rng.randint(1, 30))
            for one in plan[self.cursor : reached]:
                self.publish(one)
            await pause()
            self.cursor = reached
        for source in SENDERS:
            for report in reports(self.facts, source, self.ends(source)):
                for _ in range(1 + (self.faults.duplicates and self.rng.random() < 0.2)):
                    self.publish(report_record(report))
                    await pause()
        while True:
            await self.idle()

    def publish_rest(self, plan: list[Told]) -> None:
        """What a killed publisher did not get out is repeated, and every report."""
        for one in plan[self.cursor :]:
            self.publish(one)
        for source in SENDERS:
            for report in reports(self.facts, source, self.ends(source)):
                self.publish(report_record(report))

    def ends(self, source: str) -> dict[str, dict[str, int]]:
        """The last offsets of the topics that facts of a source are published on."""
        topics = {SENDERS[source]} | {topic for topic, _ in self.finals[source]}
        return {
            topic: {str(part): len(self.log[topic, part]) - 1 for part in range(PARTITIONS) if self.log[topic, part]}
            for topic in sorted(topics)
        }

    # ---- who consumes

    async def consume(self, replica: int, *, until_quiet: bool = False) -> None:
        """Read from the fence on, store, go on; a replica that lost a partition may not know it yet."""
        at: dict[Place, int] = {}
        while True:
            mine = [place for place, owner in self.owners.items() if until_quiet or owner == replica]
            at = {place: at[place] for place in at if place in mine}
            waiting = [place for place in mine if at.get(place, 0) < len(self.log[place])]
            if until_quiet and not waiting:
                return
            if waiting:
                place = self.rng.choice(waiting)
                if place not in at:
                    at[place] = (await self.db.next_offsets(place[0], [place[1]])).get(place[1], 0)
                at[place] = await self.take(place, at[place])
            await self.idle()

    async def take(self, place: Place, start: int) -> int:
        """One batch; the next offset."""
        some = self.log[place][start : start + self.rng.randint(1, BATCH)]
        accepted: list[Accepted] = []
        poison: list[Poison] = []
        for offset, one in enumerate(some, start):
            found = read(Record(*place, offset, one.key, one.value, dict(one.headers)))
            if isinstance(found, Accepted):
                accepted.append(found)
            else:
                poison.append(found)
        await pause()
        stored = await self.db.store(place[0], accepted, poison)
        self.met["records"] += len(some)
        self.met["records_below_the_fence"] += stored.dropped
        self.met["records_older_or_repeated"] += len(accepted) - stored.applied
        self.met["records_unreadable"] += stored.diverted
        return start + len(some)

    async def rebalance(self) -> None:
        """Give a partition to the other replica, now and then."""
        while True:
            place = self.rng.choice(list(self.owners))
            owner = self.rng.randrange(REPLICAS)
            self.met["partitions_moved"] += owner != self.owners[place]
            self.owners[place] = owner
            await self.idle()

    # ---- who decides

    async def decide(self) -> None:
        """What the loops of a replica do, one after the other."""
        while True:
            await relink(Linking(self.db))
            await count_reports(Counting(self.db))
            self.check_completeness()
            done = await decide_some(Decisions(self.db), policy_of(self.facts["policy"]), self.clock, limit=5)
            self.met["decisions"] += done.decided
            await pause()

    def check_completeness(self) -> None:
        """A report counts only when all that it covers is stored."""
        for record in self.db.scopes.values():
            for place, version in self.finals[record.latest.source].items():
                if place not in self.db.facts or self.db.facts[place].version < version:
                    raise Overtaken(f"{record.key} counts without {place}")

    def is_read(self) -> bool:
        """Whether everything in the log is stored, with reports among it."""
        ends = all(self.db.fences.get(place, 0) >= len(log) for place, log in self.log.items())
        return ends and any(record.complete for record in self.db.scopes.values())

    # ---- the whole

    def settle(self) -> None:
        """No more faults: everything is read, counted and decided at the end of time."""
        self.now = self.facts["now"]
        finish(self.consume(0, until_quiet=True))
        for _ in range(60):
            finish(relink(Linking(self.db)))
            finish(count_reports(Counting(self.db)))
            done = finish(decide_some(Decisions(self.db), policy_of(self.facts["policy"]), self.clock, limit=5))
            quiet = not (self.db.wishes or self.db.dirty_refs or self.db.dirty or self.db.reports)
            if quiet and not done.decided and all(record.gate is None for record in self.db.scopes.values()):
                return
        raise AssertionError("it never settles")


@dataclass
class Linking:
    """See `LinkStore`."""

    db: Store

    def turn(self) -> Any:
        """One transaction."""
        return self.db.linking_turn()


@dataclass
class Counting:
    """See `ScopeStore`."""

    db: Store

    def turn(self) -> Any:
        """One transaction."""
        return self.db.counting_turn()


def finals_of(found: list[Told]) -> dict[str, dict[tuple[str, str], int]]:
    """Source → the last version of each of its objects."""
    finals: dict[str, dict[tuple[str, str], int]] = {source: {} for source in SENDERS}
    for one in found:
        if one.source in finals and one.version and one.key is not None:
            held = finals[one.source].get((one.topic, one.key), 0)
            finals[one.source][one.topic, one.key] = max(held, one.version)
    return finals


def plan_of(rng: Random, found: list[Told], faults: Faults) -> list[Told]:
    """The records in the order in which they are published, with all that is allowed to be wrong with it."""
    order = list(found)
    if faults.reorders:
        rng.shuffle(order)
    if faults.duplicates:
        order += [one for one in found if rng.random() < 0.15]
        if faults.reorders:
            rng.shuffle(order)
    if not faults.delays:
        return order
    cut = rng.randrange(len(order) + 1)
    late = [one for one in order[:cut] if rng.random() < 0.1]
    return [one for one in order[:cut] if one not in late] + order[cut:] + late


@dataclass
class Played:
    """What came of one history."""

    differences: list[Difference]
    met: Counter[str]


def play(seed: int, facts: Facts, faults: Faults = ALL) -> Played:
    """Play one history; where the product's final state differs from the oracle's answer."""
    rng = Random(seed)
    world = World(facts, rng, faults)
    found = records(rng, facts)
    world.finals = finals_of(found)
    plan = plan_of(rng, found, faults)
    turns = Scheduler(rng)
    turns.add("publish", partial(world.publisher, plan))
    for replica in range(REPLICAS):
        turns.add(f"consume {replica}", partial(world.consume, replica))
        turns.add(f"decide {replica}", world.decide)
    if faults.two_owners:
        turns.add("rebalance", world.rebalance)
    try:
        turns.run(rng.randint(*STEPS), kill=0.02 if faults.kills else 0.0, sleep=0.03 if faults.two_owners else 0.0)
    finally:
        turns.close()
    world.met["kills"] += turns.kills
    world.met["histories_read_to_the_end_amid_faults"] += world.is_read()
    world.publish_rest(plan)
    world.settle()
    result, _ = world.db.decided[CLIENT]
    world.check_completeness()
    return Played(list(walk("", told(result), answer(facts), world.met)), world.met)
