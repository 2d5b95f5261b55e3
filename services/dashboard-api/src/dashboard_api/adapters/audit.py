"""Writing to the audit log, inside the transaction of what is written down."""

from __future__ import annotations

import json
from collections.abc import Mapping

import asyncpg

from dashboard_api.domain.access import Principal


async def write_audit(
    connection: asyncpg.Connection[asyncpg.Record], principal: Principal, action: str, detail: Mapping[str, object]
) -> None:
    """One entry: who did what. It stands or falls with the caller's transaction."""
    await connection.execute(
        "INSERT INTO dashboard.audit_log (user_name, role, action, detail) VALUES ($1, $2, $3, $4::jsonb)",
        principal.user,
        principal.role.value,
        action,
        json.dumps(detail),
    )
