"""What a person decided, as it was heard of; what follows from it is in `handling` and `acceptance`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from trueup_billing import Source

Kind = Literal["resolve", "snooze", "review", "sign_off", "accept_partial", "undo"]
HandlingWord = Literal["resolved", "snoozed", "reviewed"]
Ended = Literal["figures_moved", "snooze_over"]
_WORDS: dict[str, HandlingWord] = {"resolve": "resolved", "snooze": "snoozed", "review": "reviewed"}


@dataclass(frozen=True, slots=True)
class Figures:
    """A month as the person saw it, in minor units of its currency."""

    currency: str | None
    expected_minor: int | None
    billed_minor: int | None
    band: str
    policy_version: int = 1


@dataclass(frozen=True, slots=True)
class Balances:
    """What the person saw that ledger and gateway say is left of an invoice, each in its own minor units."""

    number: str | None
    ledger_minor: int
    gateway_minor: int


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. Versions order those of an account; nothing else does."""

    decision_id: str
    version: int
    kind: Kind
    decided_by: str
    decided_by_name: str
    decided_at: datetime
    period_start: date | None = None
    figures: Figures | None = None
    document_id: str | None = None
    """Of a decision about an invoice that is paid in one system only."""
    balances: Balances | None = None
    until: date | None = None
    """Of a snooze: the first day on which it is over."""
    source: Source | None = None
    missing: str | None = None
    undoes: str | None = None
    """Of an undo: the decision; None: the rule that resolved the month."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Handling:
    """The latest of resolve, snooze and review that stands, and why it no longer holds, if so."""

    decision: Decision
    ended: Ended | None = None

    @property
    def word(self) -> HandlingWord:
        """What it makes of what it is about, while it holds."""
        return _WORDS[self.decision.kind]


def standing(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Those that nobody undid, oldest first, in whatever order and however often they were heard.

    An undo is never undone itself: who changes their mind decides anew. The undo of a rule stands like a decision.
    """
    known = {decision.decision_id: decision for decision in decisions}
    gone = {decision.undoes for decision in known.values() if decision.kind == "undo"}
    kept = (
        decision
        for decision in known.values()
        if decision.decision_id not in gone and not (decision.kind == "undo" and decision.undoes)
    )
    return tuple(sorted(kept, key=lambda decision: (decision.version, decision.decision_id)))
