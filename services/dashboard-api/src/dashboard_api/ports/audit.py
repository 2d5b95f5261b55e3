"""The audit log as it is read, and entries about what was not done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dashboard_api.domain.access import Principal
from dashboard_api.ports.reads import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which entries, the latest first; what is None does not matter."""

    before: int | None = None
    """Entries with a lower number only."""
    limit: int = 50
    user: str | None = None
    action: str | None = None
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the latest first, and the `before` of the next page."""

    items: Json
    following: int | None


class AuditLog(Protocol):
    """The log of who did what, and who was refused."""

    async def page(self, query: AuditQuery) -> AuditPage:
        """Entries before a number."""

    async def write(
        self, principal: Principal, action: str, detail: Mapping[str, object], *, client_id: str | None
    ) -> None:
        """One entry in a transaction of its own, for what changes nothing else."""

    async def write_view(self, principal: Principal, client_id: str) -> None:
        """That somebody saw an account, whether they owned it by then, and whether their role shows payments."""
