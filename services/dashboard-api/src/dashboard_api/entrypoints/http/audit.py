"""The audit log, for administrators."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dashboard_api.domain.access import Permission
from dashboard_api.entrypoints.http.answers import answer
from dashboard_api.entrypoints.http.parameters import plain_text
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.audit import AuditLog
from dashboard_api.entrypoints.http.services import Wired
from dashboard_api.ports.audit import AuditQuery

router = APIRouter(prefix="/api/v1", tags=["audit"])

LIMIT_MAX = 200
Text = Annotated[str | None, Query(max_length=200)]


@router.get("/audit", response_model=AuditLog, openapi_extra=needs(Permission.AUDIT_READ))
async def audit(
    *,
    request: Request,
    services: Wired,
    before: Annotated[int | None, Query(ge=1, lt=2**63, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 50,
    user: Text = None,
    action: Text = None,
    client_id: Text = None,
) -> Response:
    """Who did what and who was refused what, the latest first."""
    query = AuditQuery(
        before=before,
        limit=limit,
        user=plain_text(user, name="user"),
        action=plain_text(action, name="action"),
        client_id=plain_text(client_id, name="client_id"),
    )
    page = await services.audit.page(query)
    return answer(request, f'{{"items":{page.items},"next":{json.dumps(page.following)}}}')
