"""Claiming dirty accounts, reading their snapshots, writing what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from reconciler.domain.links import Customer, Decision, Imported, Resolved
from reconciler.domain.memo import Memo
from reconciler.domain.policy import Policy
from reconciler.domain.result import Reconciliation
from reconciler.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class PeriodMark:
    """What was last written for one month: hash of its payload, version, and whether it had ended by then."""

    hash: str
    version: int
    due: bool


@dataclass(frozen=True, slots=True)
class State:
    """What the last decision of an account left behind."""

    revision: int = 0
    memo: Memo | None = None
    hashes: dict[str, str] = field(default_factory=dict)
    """Section of the row → hash of what it last said."""
    periods: dict[str, PeriodMark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An account with its facts and what was said about it before."""

    snapshot: Snapshot
    state: State
    dirt_seq: int | None
    """The dirt that this snapshot covers; None when there was none left."""

    def known(self) -> Snapshot:
        """The snapshot with the months that the rule had resolved by the last decision."""
        bands = self.state.memo.bands if self.state.memo else {}
        resolved = frozenset(date.fromisoformat(start) for start, band in bands.items() if band == "auto_resolved")
        return replace(self.snapshot, resolved=resolved)


@dataclass(frozen=True, slots=True)
class Decided:
    """A claim with its decision."""

    claimed: Claimed
    result: Reconciliation


@dataclass(frozen=True, slots=True)
class Failed:
    """A claim whose decision raised: it keeps its old row and its old age, and is tried again later."""

    claimed: Claimed
    error: str


class Claim(Protocol):
    """Accounts that nobody else decides while this transaction lives."""

    client_ids: Sequence[str]

    async def load(self) -> list[Claimed]:
        """Their snapshots, all from one instant of the database."""
        ...

    async def write(self, decided: Sequence[Decided], failed: Sequence[Failed], policy: Policy, *, quiet: bool) -> int:
        """Write what changed and clear the dirt that did not grow meanwhile; the number of rows that changed.

        `quiet`: no timeline and no announcement unless something differs (a replay).
        """
        ...


class DecisionStore(Protocol):
    """The account side of the database."""

    async def spread(self, now: datetime) -> int:
        """Turn dirty refs and what has fallen due into dirty accounts; how many refs were looked at."""
        ...

    def claim(self, limit: int, *, now: datetime) -> AbstractAsyncContextManager[Claim]:
        """Lock up to `limit` dirty accounts, the longest waiting first; those of other replicas are skipped."""
        ...

    def claim_these(self, client_ids: Sequence[str]) -> AbstractAsyncContextManager[Claim]:
        """Lock these accounts, dirty or not, waiting for other replicas."""
        ...

    async def forget_forecasts(self, before: date) -> None:
        """Delete what forecasts were in weeks before that day."""
        ...

    async def client_ids(self) -> list[str]:
        """Every configured client."""
        ...


class LinkTurn(Protocol):
    """One transaction of the only linker at work, with everything that it needs."""

    imported: Sequence[Imported]
    customers: Sequence[Customer]
    decisions: Sequence[Decision]
    links: dict[str, Resolved]

    async def save(self, links: dict[str, Resolved]) -> int:
        """Store the new links, dirty the accounts that gained or lost a ref, list who is unlinked; links changed."""
        ...


class LinkStore(Protocol):
    """Where links are kept."""

    def turn(self) -> AbstractAsyncContextManager[LinkTurn | None]:
        """A transaction, or None when nothing is to be linked or another process is at it."""
        ...
