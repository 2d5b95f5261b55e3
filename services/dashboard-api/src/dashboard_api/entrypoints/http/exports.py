"""Files: made, counted, and downloaded once."""

from __future__ import annotations

import uuid
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from dashboard_api.domain.access import Permission
from dashboard_api.domain.errors import InvalidRequest, NotFound
from dashboard_api.domain.exports.request import ExportFormat, ExportWish
from dashboard_api.domain.portfolio import PortfolioQuery
from dashboard_api.entrypoints.http.accounts import date_range, portfolio_query
from dashboard_api.entrypoints.http.bodies import read_body
from dashboard_api.entrypoints.http.parameters import client_id
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.exports import ExportCreated, ExportFilter, ExportQuota, ExportRequest
from dashboard_api.entrypoints.http.services import Asking, Wired

router = APIRouter(prefix="/api/v1/exports", tags=["exports"])

BODY_MAX = 256 * 1024
# The body is read by hand, so that a caller who is not signed in learns nothing about it.
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ExportRequest"}}},
    }
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {"text/csv": _BINARY, "application/pdf": _BINARY}}
}


@router.post("", status_code=201, openapi_extra=needs(Permission.EXPORTS_CREATE) | _BODY)
async def create_export(request: Request, services: Wired, principal: Asking) -> ExportCreated:
    """Make a file of accounts in the caller's portfolio and count its records; it is refused whole or made whole."""
    created = await services.create_export(principal, _wish(await read_body(request, bytes_max=BODY_MAX)))
    export = created.export
    return ExportCreated(
        id=export.export_id,
        records=export.records,
        quota_left=created.kept.quota.both_left,
        format=export.format,
        filename=export.filename,
        file_url=f"{router.prefix}/{export.export_id}/file",
        expires_at=created.kept.expires_at,
    )


@router.get("/quota", openapi_extra=needs(Permission.EXPORTS_CREATE))
async def export_quota(services: Wired, principal: Asking) -> ExportQuota:
    """How many records may still be exported."""
    quota = await services.take_export.quota(principal)
    return ExportQuota(
        limit=quota.limit,
        used=quota.used,
        left=quota.left,
        user_day_limit=quota.day_limit,
        user_day_left=quota.day_left,
    )


@router.get(
    "/{export_id}/file",
    response_class=Response,
    responses=_FILE,
    openapi_extra=needs(Permission.EXPORTS_CREATE),
)
async def export_file(services: Wired, principal: Asking, export_id: str) -> Response:
    """The file, once, for the user who made it."""
    try:
        key = str(uuid.UUID(export_id))
    except ValueError:
        raise NotFound("There is no such export of yours.", code="export_not_found") from None
    file = await services.take_export(principal, key)
    headers = {
        "Content-Disposition": f'attachment; filename="{file.filename}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.content, media_type=file.media_type, headers=headers)


def _wish(body: bytes) -> ExportWish:
    try:
        wanted = ExportRequest.model_validate_json(body)
    except ValidationError as error:
        errors = [
            {"where": ".".join(["body", *map(str, each["loc"])]), "detail": each["msg"]} for each in error.errors()
        ]
        raise InvalidRequest("The body does not make sense; see errors.", code="invalid_body", errors=errors) from None
    form = ExportFormat(wanted.format)
    if wanted.filter is None:
        chosen = tuple(dict.fromkeys(client_id(each) for each in wanted.client_ids))
        return ExportWish(form, client_ids=chosen, documents=wanted.detail)
    return ExportWish(form, query=_query(wanted.filter), one_page=wanted.filter.page is not None)


def _query(wanted: ExportFilter) -> PortfolioQuery:
    """Read by the same function as the query of the screen."""
    return portfolio_query(
        dates=date_range(wanted.from_, wanted.to, wanted.axis),
        search=wanted.search,
        status=wanted.status,
        flagged=wanted.flagged,
        band=wanted.band,
        mark=wanted.mark,
        active=wanted.active,
        ids=wanted.ids,
        sort=wanted.sort,
        page=wanted.page or 1,
        page_size=wanted.page_size,
    )
