"""The audit log and the sessions, for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from dashboard_api.entrypoints.http.schemas.words import Answer


class AuditEntry(Answer):
    """Who did what, or was refused what."""

    seq: int
    at: datetime
    user: str
    role: str
    action: str
    client_id: str | None
    detail: dict[str, Any]
    hash: str = Field(description="Of this entry and, through the chain, of all before it; hexadecimal.")


class AuditLog(Answer):
    """The latest first; `next` is the `before` of the entries before these."""

    items: list[AuditEntry]
    next: int | None


class Session(Answer):
    """Somebody who is signed in."""

    session_id: str
    user: str
    name: str
    role: str
    created_at: datetime
    last_seen_at: datetime
    current: bool = Field(description="Whether it is the caller's own.")


class Sessions(Answer):
    """Every living session, the last used first."""

    items: list[Session]


class Revoked(Answer):
    """How many sessions lived until now."""

    revoked: int
