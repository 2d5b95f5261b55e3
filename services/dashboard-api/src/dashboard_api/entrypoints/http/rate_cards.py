"""The versions of an account's rate card."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard_api.domain.access import Permission
from dashboard_api.domain.portfolio import PAGE_SIZE_MAX
from dashboard_api.entrypoints.http.accounts import ClientId
from dashboard_api.entrypoints.http.parameters import Page, PageSize
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.rate_cards import RateCards
from dashboard_api.entrypoints.http.services import Asking, Wired

router = APIRouter(prefix="/api/v1/accounts", tags=["accounts"])


@router.get("/{client_id}/rate-cards", openapi_extra=needs(Permission.PORTFOLIO_READ))
async def rate_cards(
    *, services: Wired, principal: Asking, client_id: ClientId, page: Page = 1, page_size: PageSize = PAGE_SIZE_MAX
) -> RateCards:
    """Every version of the rate card that was imported, the latest first, and what each changed."""
    items, total = await services.card_history(principal, client_id, page=page, page_size=page_size)
    await services.views.seen(principal, client_id)
    return RateCards.model_validate({"items": items, "page": page, "page_size": page_size, "total": total})
