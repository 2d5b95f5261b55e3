"""The manual refresh."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import ValidationError

from dashboard_api.domain.access import Permission
from dashboard_api.domain.errors import InvalidRequest
from dashboard_api.entrypoints.http.bodies import read_body
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.commands import SyncAccepted, SyncRequest
from dashboard_api.entrypoints.http.services import Asking, Wired
from trueup_billing import Source

router = APIRouter(prefix="/api/v1", tags=["syncs"])

BODY_MAX = 4096
# The body is read by hand, so that a caller who is not signed in learns nothing about it.
_BODY = {
    "requestBody": {
        "required": False,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SyncRequest"}}},
    }
}


@router.post("/syncs", status_code=202, openapi_extra=needs(Permission.SYNCS_REQUEST) | _BODY)
async def request_sync(request: Request, services: Wired, principal: Asking) -> SyncAccepted:
    """Read one source again, or all three; the figures follow on the live stream."""
    body = await read_body(request, bytes_max=BODY_MAX)
    try:
        wish = SyncRequest.model_validate_json(body) if body.strip() else SyncRequest()
    except ValidationError as error:
        errors = [
            {"where": ".".join(["body", *map(str, each["loc"])]), "detail": each["msg"]} for each in error.errors()
        ]
        raise InvalidRequest("The body does not make sense; see errors.", code="invalid_body", errors=errors) from None
    source = Source(wish.source) if wish.source else None
    ids = await services.request_sync(principal, source)
    return SyncAccepted.model_validate({"request_ids": ids})
