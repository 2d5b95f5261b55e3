"""The read model, the sources and the owners, as the use cases ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dashboard_api.domain.access import Principal
from dashboard_api.domain.portfolio import PortfolioQuery

Json = str
"""A JSON document as text, passed through as the database wrote it."""


@dataclass(frozen=True, slots=True)
class PortfolioPage:
    """One page of the grid and the totals over all pages."""

    items: Json
    totals: Json
    total: int


@dataclass(frozen=True, slots=True)
class AccountWithInvoices:
    """One account, its latest documents, and how many it has."""

    account: Json
    invoices: Json
    total: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a timeline: entries before it come next."""

    occurred_at: datetime
    entry_id: int


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Entries, the latest first, and where the next page starts."""

    items: Json
    following: Cursor | None


class AccountReads(Protocol):
    """The read model, seen with the eyes of one principal: what is out of scope does not exist."""

    async def portfolio(self, principal: Principal, query: PortfolioQuery) -> PortfolioPage:
        """One page and the totals, both within the principal's scope."""

    async def account(self, principal: Principal, client_id: str) -> Json | None:
        """The whole account; None when unknown or out of scope."""

    async def invoices(
        self, principal: Principal, client_id: str, *, limit: int, offset: int
    ) -> tuple[Json, int] | None:
        """Invoices, the latest first, and how many there are; None when unknown or out of scope."""

    async def with_invoices(self, principal: Principal, client_id: str, *, limit: int) -> AccountWithInvoices | None:
        """The account and its latest documents in one snapshot; None when unknown or out of scope."""

    async def timeline(
        self, principal: Principal, client_id: str, *, before: Cursor | None, limit: int
    ) -> TimelinePage | None:
        """Timeline entries before the cursor; None when unknown or out of scope."""


States = tuple[tuple[str, str, str | None], ...]
"""Source, state and reason of each."""


class SourceReads(Protocol):
    """The state of the three sources, the same for everybody."""

    async def reports(self) -> Json:
        """A JSON list, one entry for each source."""

    async def states(self) -> States:
        """What a listener is told to look at again when it changes."""


class Owners(Protocol):
    """Who owns which account."""

    async def of(self, client_ids: Sequence[str]) -> Mapping[str, set[str]]:
        """Client id → its owners, as of now."""
