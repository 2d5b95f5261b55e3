"""The portfolio and its accounts."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from dashboard_api.domain.access import Permission
from dashboard_api.domain.errors import InvalidRequest
from dashboard_api.domain.portfolio import (
    IDS_MAX,
    PAGE_SIZE_MAX,
    SORTS,
    Active,
    Axis,
    Band,
    DateRange,
    Mark,
    PaymentStatus,
    PortfolioQuery,
    Sort,
)
from dashboard_api.entrypoints.http.answers import answer
from dashboard_api.entrypoints.http.parameters import (
    Page,
    PageSize,
    client_id,
    decode_cursor,
    encode_cursor,
    plain_text,
)
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.account import Account, Invoices, Timeline
from dashboard_api.entrypoints.http.schemas.explanation import Explanation
from dashboard_api.entrypoints.http.schemas.portfolio import Portfolio
from dashboard_api.entrypoints.http.services import Asking, Wired

router = APIRouter(prefix="/api/v1/accounts", tags=["accounts"])

SORT_TEXT = """A column, with `-` before it largest first. Variance and its unexplained rest go by size whatever the sign, and
money within its currency: the currency of most accounts first. What is not known comes last."""

ClientId = Annotated[str, Depends(client_id)]


def date_range(
    first: Annotated[date | None, Query(alias="from", description="First day, included.")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day, included.")] = None,
    axis: Annotated[Axis, Query(description="What the days are about.")] = Axis.DUE,
) -> DateRange | None:
    """The range that the parameters name; None without any day."""
    if first and last and last < first:
        raise InvalidRequest("The range ends before it starts.", code="invalid_range", parameter="to")
    return DateRange(first, last, axis) if first or last else None


def portfolio_query(
    *,
    dates: Annotated[DateRange | None, Depends(date_range)],
    search: Annotated[str | None, Query(max_length=200, description="Part of name, id or invoice number.")] = None,
    status: Annotated[list[PaymentStatus] | None, Query(max_length=20)] = None,
    flagged: Annotated[bool | None, Query()] = None,
    band: Annotated[list[Band] | None, Query(max_length=20)] = None,
    mark: Annotated[list[Mark] | None, Query(max_length=20, description="What people decided.")] = None,
    active: Annotated[Active, Query()] = Active.TRUE,
    ids: Annotated[str | None, Query(max_length=11_000, description="Client ids, separated by commas.")] = None,
    sort: Annotated[str, Query(json_schema_extra={"enum": list(SORTS)}, description=SORT_TEXT)] = "-variance",
    page: Page = 1,
    page_size: PageSize = PAGE_SIZE_MAX,
) -> PortfolioQuery:
    """What is asked of the portfolio, on screen and as a file."""
    if sort not in SORTS:
        raise InvalidRequest("There is no such order.", code="invalid_parameter", parameter="sort", known=list(SORTS))
    wanted = tuple(each for each in (plain_text(ids, name="ids") or "").split(",") if each)
    if len(wanted) > IDS_MAX:
        raise InvalidRequest(f"At most {IDS_MAX} ids at once.", code="invalid_parameter", parameter="ids")
    return PortfolioQuery(
        search=plain_text(search, name="search"),
        status=tuple(status or ()),
        flagged=flagged,
        band=tuple(band or ()),
        mark=tuple(mark or ()),
        active=active,
        dates=dates,
        ids=wanted,
        sort=Sort.parse(sort),
        page=page,
        page_size=page_size,
    )


@router.get("", response_model=Portfolio, openapi_extra=needs(Permission.PORTFOLIO_READ))
async def portfolio(
    request: Request, services: Wired, principal: Asking, query: Annotated[PortfolioQuery, Depends(portfolio_query)]
) -> Response:
    """One page of the accounts in the caller's portfolio, with totals over all pages."""
    found = await services.accounts.portfolio(principal, query)
    as_of = await services.sources.reports()
    return answer(
        request,
        f'{{"items":{found.items},"page":{query.page},"page_size":{query.page_size},"total":{found.total},'
        f'"totals":{found.totals},"as_of":{as_of}}}',
    )


@router.get("/{client_id}", response_model=Account, openapi_extra=needs(Permission.PORTFOLIO_READ))
async def account(request: Request, services: Wired, principal: Asking, client_id: ClientId) -> Response:
    """Everything about one account."""
    found = await services.accounts.account(principal, client_id)
    await services.views.seen(principal, client_id)
    return answer(request, found)


@router.get("/{client_id}/invoices", response_model=Invoices, openapi_extra=needs(Permission.PORTFOLIO_READ))
async def invoices(
    *,
    request: Request,
    services: Wired,
    principal: Asking,
    client_id: ClientId,
    page: Page = 1,
    page_size: PageSize = PAGE_SIZE_MAX,
) -> Response:
    """All documents of one account, the latest first."""
    items, total = await services.accounts.invoices(principal, client_id, page=page, page_size=page_size)
    await services.views.seen(principal, client_id)
    return answer(request, f'{{"items":{items},"page":{page},"page_size":{page_size},"total":{total}}}')


@router.get(
    "/{client_id}/reconciliations/{period}/explain",
    response_model=Explanation,
    openapi_extra=needs(Permission.PORTFOLIO_READ),
)
async def explain(
    *,
    request: Request,
    services: Wired,
    principal: Asking,
    client_id: ClientId,
    period: Annotated[str, Path(max_length=20)],
) -> Response:
    """Every input row with its source id and version, and each step of the arithmetic, ending in the figure."""
    found = await services.explain(principal, client_id, period)
    await services.views.seen(principal, client_id)
    return answer(request, json.dumps(found))


@router.get("/{client_id}/timeline", response_model=Timeline, openapi_extra=needs(Permission.PORTFOLIO_READ))
async def timeline(
    *,
    request: Request,
    services: Wired,
    principal: Asking,
    client_id: ClientId,
    before: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = PAGE_SIZE_MAX,
) -> Response:
    """What happened in one account, the latest first."""
    found = await services.accounts.timeline(principal, client_id, before=decode_cursor(before), limit=limit)
    await services.views.seen(principal, client_id)
    following = json.dumps(encode_cursor(found.following)) if found.following else "null"
    return answer(request, f'{{"items":{found.items},"next":{following}}}')
