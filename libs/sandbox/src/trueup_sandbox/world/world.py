"""The world: its history made again from the seed, everything since from the journal, and every change through here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from trueup_sandbox.clock import Clock, to_instant, utc_day
from trueup_sandbox.scenario import Scenario
from trueup_sandbox.world import changes
from trueup_sandbox.world.accounts import Account, make_cast
from trueup_sandbox.world.changes import Change, StoredAnswer
from trueup_sandbox.world.desk import Desk
from trueup_sandbox.world.history import make_history
from trueup_sandbox.world.journal import Journal
from trueup_sandbox.world.months import earlier, planted_month
from trueup_sandbox.world.records import GatewayEvent
from trueup_sandbox.world.usage import Extra, UsageBook

EXTEND_DAYS = 40


class StateMismatch(Exception):
    """The state folder belongs to a world of another seed or size."""


@dataclass(slots=True)
class Memory:
    """What the world remembers beside records and usage; all of it comes back from the journal."""

    delivered: set[str] = field(default_factory=set)
    """Ids of gateway events that the receiver has acknowledged."""
    answers: dict[str, StoredAnswer] = field(default_factory=dict)
    happenings: Counter[str] = field(default_factory=Counter)
    tokens: dict[str, Any] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    """What was posted to Slack and mailed, oldest first."""


class World:
    """One world: read it through `desk`, change it through `commit` and `add_usage`."""

    def __init__(self, scenario: Scenario, *, state: Path | None = None, clock: Clock | None = None) -> None:
        """Make or resume the world.

        Args:
            scenario: what kind of world.
            state: folder of the journal; without one nothing outlives the process.
            clock: another clock, for tests.

        Raises:
            StateMismatch: the folder holds a world of another seed or size.
        """
        self.scenario = scenario
        self.clock = clock or Clock()
        self.memory = Memory()
        self.listeners: list[Callable[[Change], None]] = []
        self.kept: set[str] = set()
        """Gateway invoices that nothing happens to by chance: how their payment goes was ordered."""
        self._journal = Journal(state / "journal.jsonl" if state else None)
        entries = self._journal.read()
        birth = next(entries, None) or self._be_born()
        if (birth["seed"], birth["accounts"]) != (scenario.seed, scenario.accounts):
            raise StateMismatch(f"{state} holds a world of seed {birth['seed']}; reset it or choose another folder")
        self.born_ms: int = birth["born_ms"]
        self.today_at_birth: date = utc_day(self.born_ms)
        self.planted_month = planted_month(self.today_at_birth)
        self.first_live_event = 0
        self.desk = self._make()
        for entry in entries:
            self._replay(entry)

    def _be_born(self) -> dict[str, Any]:
        birth = {"born_ms": self.clock.stamp(), "seed": self.scenario.seed, "accounts": self.scenario.accounts}
        self._journal.write(birth)
        return birth

    def _make(self) -> Desk:
        start = earlier(self.today_at_birth, self.scenario.history_months)
        cast = make_cast(self.scenario, history_start=start, planted_month=self.planted_month)
        usage = UsageBook(cast, seed=self.scenario.seed, first_day=start, born_day=self.today_at_birth)
        desk = Desk(self.scenario, cast, usage)
        make_history(desk, self.born_ms)
        desk.told_from_ms = 0
        self.first_live_event = len(desk.store.events)
        return desk

    def _replay(self, entry: dict[str, Any]) -> None:
        if "u" in entry:
            extra = Extra(*entry["u"])
            self.clock.resume(extra.at_ms)
            self.desk.usage.add(extra)
            self.memory.happenings[entry.get("k", "usage")] += 1
        elif "change" in entry:
            change = changes.from_json(entry["change"])
            self.clock.resume(change.at_ms)
            self._take(change)
        elif "delivered" in entry:
            self.memory.delivered.add(entry["delivered"])
        elif "tokens" in entry:
            self.memory.tokens = entry["tokens"]
        elif "counters" in entry:
            self.memory.counters = entry["counters"]
        elif "message" in entry:
            self.memory.messages.append(entry["message"])
        elif "answer" in entry:
            answer = StoredAnswer(**entry["answer"])
            self.memory.answers[answer.key] = answer

    def _take(self, change: Change) -> None:
        self.desk.apply(change)
        self.memory.happenings[change.kind] += 1
        if change.answer is not None:
            self.memory.answers[change.answer.key] = change.answer

    def commit(self, change: Change) -> Change:
        """Journal a change, make it true, and tell who listens."""
        self._journal.write({"change": changes.to_json(change)})
        self._take(change)
        for listener in self.listeners:
            listener(change)
        return change

    def add_usage(self, series: int, day: date, quantity: int, *, kind: str = "usage") -> Extra:
        """A report beyond the plan arrives now."""
        extra = Extra(self.clock.stamp(), series, self.desk.usage.index(day), quantity)
        self._journal.write({"u": [extra.at_ms, extra.series, extra.day, extra.quantity], "k": kind})
        self.desk.usage.add(extra)
        self.memory.happenings[kind] += 1
        return extra

    def remember_delivery(self, event_id: str) -> None:
        """The receiver has acknowledged the event; it is not sent again after a restart."""
        self._journal.write({"delivered": event_id})
        self.memory.delivered.add(event_id)

    def remember_tokens(self, tokens: dict[str, Any]) -> None:
        """Keep the ledger's token state."""
        self._journal.write({"tokens": tokens})
        self.memory.tokens = tokens

    def remember_counters(self, counters: dict[str, int]) -> None:
        """Keep request counters."""
        self._journal.write({"counters": counters})
        self.memory.counters = counters

    def remember_message(self, message: dict[str, Any]) -> None:
        """Keep a message that was handed in."""
        self._journal.write({"message": message})
        self.memory.messages.append(message)

    def remember_answer(self, answer: StoredAnswer) -> None:
        """Keep an answer that came without a change."""
        self._journal.write({"answer": {name: getattr(answer, name) for name in StoredAnswer.__slots__}})
        self.memory.answers[answer.key] = answer

    @property
    def accounts(self) -> list[Account]:
        """Every account, in order."""
        return self.desk.cast.accounts

    @property
    def live_events(self) -> list[GatewayEvent]:
        """Gateway events since the world was born, oldest first."""
        return self.desk.store.events[self.first_live_event :]

    def today(self) -> date:
        """Today, UTC; makes sure that usage is planned well beyond it."""
        today = to_instant(self.clock.read()).date()
        self.desk.usage.extend_to(today + timedelta(days=EXTEND_DAYS))
        return today

    def close(self) -> None:
        """Let go of the journal."""
        self._journal.close()
