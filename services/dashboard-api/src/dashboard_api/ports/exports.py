"""Exports: their quota and their files, and what makes a report of an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from dashboard_api.domain.access import Principal
from dashboard_api.domain.exports.request import ExportFormat, Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExport:
    """A finished file, on its way to be kept for one download."""

    export_id: str
    format: ExportFormat
    filename: str
    content: bytes
    records: int
    wish: Mapping[str, Any]
    """What was asked for, as it goes into the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptExport:
    """What became of it."""

    expires_at: datetime
    quota: Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFile:
    """The file as it is handed out."""

    filename: str
    media_type: str
    content: bytes


class Exports(Protocol):
    """Exports with their quota."""

    async def quota(self, principal: Principal) -> Quota:
        """What the principal's session or token, and the user today, have used."""

    async def keep(self, principal: Principal, export: NewExport) -> KeptExport:
        """Take the records off the quota, write the audit entry and keep the file: all of it or nothing.

        Raises:
            QuotaExceeded: more records than are left.
        """

    async def take(self, principal: Principal, export_id: str) -> ExportFile:
        """The file, once.

        Raises:
            NotFound: unknown or of somebody else.
            Gone: downloaded before, or too old.
        """

    async def sweep(self) -> None:
        """Forget files that nobody can download any more, and counters of sessions that have ended."""


class ReportPrinter(Protocol):
    """Sets a report as PDF, away from the event loop."""

    async def print(self, report: Mapping[str, Any]) -> bytes:
        """The PDF; the same report gives the same bytes. Raises Unavailable when it takes too long."""

    async def start(self) -> None:
        """Be ready for the first report."""

    async def close(self) -> None:
        """End what was started."""
