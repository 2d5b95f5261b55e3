"""What each displayed figure means."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter

from dashboard_api.domain.access import Permission
from dashboard_api.domain.disclaimer import DISCLAIMER
from dashboard_api.domain.figures import FIGURES
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.figures import Figure, Figures

router = APIRouter(prefix="/api/v1", tags=["figures"])


@router.get("/figures", openapi_extra=needs(Permission.SELF))
async def figures() -> Figures:
    """Every figure that Trueup shows: definition, formula, source, unit and rounding."""
    return Figures(disclaimer=DISCLAIMER, items=[Figure(**asdict(each)) for each in FIGURES])
