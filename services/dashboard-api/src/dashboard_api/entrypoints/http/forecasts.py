"""What the quarter will bring."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard_api.domain.access import Permission
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.portfolio_forecast import PortfolioForecast
from dashboard_api.entrypoints.http.services import Asking, Wired

router = APIRouter(prefix="/api/v1/portfolio", tags=["accounts"])


@router.get("/forecast", openapi_extra=needs(Permission.PORTFOLIO_READ))
async def portfolio_forecast(services: Wired, principal: Asking) -> PortfolioForecast:
    """Quarter end low, likely and high for each currency, and what moved since last week."""
    return PortfolioForecast.model_validate(await services.portfolio_forecast(principal))
