"""Who is signed in, and ending sessions after an incident."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from dashboard_api.domain.access import Permission
from dashboard_api.entrypoints.http.parameters import plain_text
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.audit import Revoked, Session, Sessions
from dashboard_api.entrypoints.http.services import Asking, Wired

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"])


@router.get("", openapi_extra=needs(Permission.SESSIONS_MANAGE))
async def sessions(services: Wired, principal: Asking) -> Sessions:
    """Every living session, the last used first."""
    living = await services.sessions.all()
    return Sessions(
        items=[
            Session(
                session_id=each.session_id,
                user=each.user,
                name=each.name or each.user,
                role=each.role,
                created_at=each.created_at,
                last_seen_at=each.last_seen_at,
                current=each.session_id == principal.session_id,
            )
            for each in living
        ]
    )


@router.delete("/{session_id}", status_code=204, openapi_extra=needs(Permission.SESSIONS_MANAGE))
async def revoke(services: Wired, principal: Asking, session_id: Annotated[str, Path(max_length=200)]) -> Response:
    """End one session: its cookie answers 401 at once, its streams close within seconds."""
    await services.sessions.revoke(principal, session_id)
    return Response(status_code=204)


@router.delete("", openapi_extra=needs(Permission.SESSIONS_MANAGE))
async def revoke_all(
    services: Wired,
    principal: Asking,
    user: Annotated[str | None, Query(max_length=200, description="Without it everybody's but the caller's.")] = None,
) -> Revoked:
    """End all sessions of a user, or everybody's but the caller's own."""
    revoked = await services.sessions.revoke_all(principal, user=plain_text(user, name="user"))
    return Revoked(revoked=revoked)
