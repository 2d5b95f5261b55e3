"""Link decisions, and the customers that they are about."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from dashboard_api.domain.access import Principal
from dashboard_api.domain.links import Key, NewDecision, Place
from dashboard_api.ports.reads import Json


@dataclass(frozen=True, slots=True)
class UnlinkedQuery:
    """One page of the customers that belong to nobody."""

    page: int
    page_size: int
    search: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A JSON list and how many there are over all pages."""

    items: Json
    total: int


class LinkChange(Protocol):
    """One transaction; no other decides about the same customer meanwhile."""

    async def known(self, key: Key) -> UUID | None:
        """The decision that this key made; Conflict when it asked for something else."""

    async def place(self, ref: str) -> Place:
        """Where the customer is."""

    async def account_exists(self, client_id: str) -> bool:
        """Whether there is such an account."""

    async def add(self, new: NewDecision, key: Key) -> UUID:
        """Write it down, put it on the outbox, and then into the audit log."""

    async def shown(self, decision_id: UUID) -> Json | None:
        """A decision as it stands now."""


class Links(Protocol):
    """Where link decisions are kept."""

    def change(self, principal: Principal, ref: str) -> AbstractAsyncContextManager[LinkChange]:
        """Begin a transaction about one customer."""

    async def ref_of(self, principal: Principal, decision_id: UUID) -> str | None:
        """Whom a decision is about."""

    async def unlinked(self, principal: Principal, query: UnlinkedQuery) -> Listed:
        """Customers that belong to nobody, the best suggested first."""

    async def decisions(self, principal: Principal, *, limit: int) -> Json:
        """The latest decisions, each as it stands."""

    async def decision(self, principal: Principal, decision_id: UUID) -> Json | None:
        """One of them."""
