"""The links workbench: who belongs to nobody, and what people decide about it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from dashboard_api.domain.access import Permission, Principal
from dashboard_api.domain.links import Verdict, Wish, no_such_decision
from dashboard_api.entrypoints.http.answers import answer
from dashboard_api.entrypoints.http.bodies import read_model
from dashboard_api.entrypoints.http.idempotency import IdempotencyKey
from dashboard_api.entrypoints.http.parameters import Page, PageSize, plain_text
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.links import LinkDecision, LinkDecisions, LinkRequest, UnlinkedCustomers
from dashboard_api.entrypoints.http.services import Asking, Services, Wired
from dashboard_api.ports.links import UnlinkedQuery

router = APIRouter(prefix="/api/v1", tags=["links"])

BODY_MAX = 4096
_NEEDS = needs(Permission.LINKS_MANAGE)
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LinkRequest"}}},
    }
}


@router.get("/unlinked-customers", response_model=UnlinkedCustomers, openapi_extra=_NEEDS)
async def unlinked_customers(
    *,
    request: Request,
    services: Wired,
    principal: Asking,
    page: Page = 1,
    page_size: PageSize = 50,
    search: Annotated[str | None, Query(max_length=200, description="Part of name or id.")] = None,
    source: Annotated[Literal["amplitude", "quickbooks", "stripe"] | None, Query()] = None,
) -> Response:
    """Customers that belong to no account, with the accounts that they may belong to and why."""
    query = UnlinkedQuery(page, page_size, plain_text(search, name="search"), source)
    found = await services.decide_links.links.unlinked(principal, query)
    rest = f'"page":{page},"page_size":{page_size},"total":{found.total}'
    return answer(request, f'{{"items":{found.items},{rest}}}')


@router.get("/link-decisions", response_model=LinkDecisions, openapi_extra=_NEEDS)
async def link_decisions(
    request: Request, services: Wired, principal: Asking, limit: Annotated[int, Query(ge=1, le=50)] = 20
) -> Response:
    """What people decided about links, the latest first."""
    items = await services.decide_links.links.decisions(principal, limit=limit)
    return answer(request, f'{{"items":{items}}}')


@router.get("/link-decisions/{decision_id}", response_model=LinkDecision, openapi_extra=_NEEDS)
async def link_decision(request: Request, services: Wired, principal: Asking, decision_id: str) -> Response:
    """One decision and whether it has been applied."""
    return answer(request, await services.decide_links.find(principal, _uuid(decision_id)))


@router.post("/links", status_code=202, response_model=LinkDecision, openapi_extra=_NEEDS | _BODY)
async def link(request: Request, services: Wired, principal: Asking, key: IdempotencyKey) -> Response:
    """This customer belongs to that account. Refused when it belongs to one by now."""
    return await _decide(Verdict.LINKED, request, services, principal, key)


@router.post("/unlinks", status_code=202, response_model=LinkDecision, openapi_extra=_NEEDS | _BODY)
async def unlink(request: Request, services: Wired, principal: Asking, key: IdempotencyKey) -> Response:
    """This customer does not belong to that account, whatever imports and exact keys say, until somebody links it."""
    return await _decide(Verdict.UNLINKED, request, services, principal, key)


@router.post("/link-decisions/{decision_id}/undo", status_code=202, response_model=LinkDecision, openapi_extra=_NEEDS)
async def undo(services: Wired, principal: Asking, decision_id: str, key: IdempotencyKey) -> Response:
    """Restore what was before a decision, if it is the latest about its customer."""
    return _accepted(await services.decide_links.undo(principal, _uuid(decision_id), key=key))


async def _decide(verdict: Verdict, request: Request, services: Services, principal: Principal, key: str) -> Response:
    body = await read_model(request, LinkRequest, bytes_max=BODY_MAX)
    wish = Wish(verdict, body.ref, body.client_id, body.seen_decision_id)
    return _accepted(await services.decide_links.decide(principal, wish, key=key))


def _accepted(decision: str) -> Response:
    return Response(decision, status_code=202, media_type="application/json", headers={"Cache-Control": "no-store"})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise no_such_decision() from None
