"""The state of the three sources."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dashboard_api.domain.access import Permission
from dashboard_api.entrypoints.http.answers import answer
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.portfolio import Sources
from dashboard_api.entrypoints.http.services import Wired

router = APIRouter(prefix="/api/v1", tags=["sources"])


@router.get("/sources", response_model=Sources, openapi_extra=needs(Permission.SOURCES_READ))
async def sources(request: Request, services: Wired) -> Response:
    """How far each source is known, and why not further."""
    return answer(request, f'{{"items":{await services.sources.reports()}}}')
