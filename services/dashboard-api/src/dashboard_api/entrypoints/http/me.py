"""Who is signed in."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard_api.domain.access import Permission
from dashboard_api.domain.disclaimer import DISCLAIMER
from dashboard_api.entrypoints.http.permissions import CSRF_VALUE, needs
from dashboard_api.entrypoints.http.schemas.me import Me
from dashboard_api.entrypoints.http.services import Asking, Wired

router = APIRouter(prefix="/api/v1", tags=["me"])


@router.get("/me", openapi_extra=needs(Permission.SELF))
async def me(services: Wired, principal: Asking) -> Me:
    """The signed-in user with role and permissions."""
    return Me(
        user=principal.user,
        name=principal.name or principal.user,
        email=principal.email,
        role=principal.role,
        permissions=sorted(principal.permissions),
        csrf=CSRF_VALUE,
        read_only=services.read_only,
        disclaimer=DISCLAIMER,
    )
