"""Deciding about accounts."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response

from dashboard_api.domain.access import Permission
from dashboard_api.domain.decisions import Kind, Wish
from dashboard_api.domain.errors import InvalidRequest
from dashboard_api.entrypoints.http.accounts import ClientId
from dashboard_api.entrypoints.http.answers import answer
from dashboard_api.entrypoints.http.bodies import read_model
from dashboard_api.entrypoints.http.idempotency import IdempotencyKey
from dashboard_api.entrypoints.http.parameters import plain_text
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.decisions import (
    BulkDecided,
    BulkRequest,
    Decision,
    DecisionRequest,
    Decisions,
)
from dashboard_api.entrypoints.http.services import Asking, Services, Wired

router = APIRouter(prefix="/api/v1", tags=["decisions"])

BODY_MAX = 65_536


def _body(name: str) -> dict[str, object]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/accounts/{client_id}/decisions",
    status_code=202,
    response_model=Decision,
    openapi_extra=needs(Permission.DECISIONS_WRITE) | _body("DecisionRequest"),
)
async def decide(
    *, request: Request, services: Wired, principal: Asking, client_id: ClientId, key: IdempotencyKey
) -> Response:
    """Decide about one account. It counts as soon as the account's figures name the decision."""
    asked = await read_model(request, DecisionRequest, bytes_max=BODY_MAX)
    wish = Wish(
        kind=Kind(asked.kind),
        revision=asked.revision,
        period_start=asked.period_start,
        source=asked.source,
        undoes=plain_text(asked.undoes, name="body.undoes"),
        until=asked.until,
        reason=_reason(asked.reason, services),
        document_id=plain_text(asked.document_id, name="body.document_id"),
    )
    return _accepted(await services.decisions.decide(principal, client_id, wish, key=key))


@router.get("/accounts/{client_id}/decisions", response_model=Decisions, openapi_extra=needs(Permission.PAYMENTS_READ))
async def decisions(request: Request, services: Wired, principal: Asking, client_id: ClientId) -> Response:
    """The latest fifty, the latest first; their reasons may tell of payments."""
    found = await services.decisions.listed(principal, client_id)
    await services.views.seen(principal, client_id)
    return answer(request, f'{{"items":{found}}}')


@router.post(
    "/decisions",
    status_code=202,
    response_model=BulkDecided,
    openapi_extra=needs(Permission.DECISIONS_WRITE) | _body("BulkRequest"),
)
async def decide_many(*, request: Request, services: Wired, principal: Asking, key: IdempotencyKey) -> Response:
    """Decide the same about many accounts; each on its own revision, and those that cannot be are listed."""
    asked = await read_model(request, BulkRequest, bytes_max=BODY_MAX)
    reason = _reason(asked.reason, services)
    wishes = [
        (each.client_id, Wish(Kind(asked.kind), each.revision, each.period_start, until=asked.until, reason=reason))
        for each in asked.accounts
    ]
    done = await services.decisions.decide_many(principal, wishes, key=key)
    refused = json.dumps([dict(each) for each in done.refused])
    return _accepted(f'{{"decided":{done.decisions},"refused":{refused}}}')


def _reason(text: str | None, services: Services) -> str | None:
    reason = plain_text(text, name="body.reason")
    if reason is not None and len(reason) > services.decision_reason_max:
        raise InvalidRequest(
            f"At most {services.decision_reason_max} characters.", code="reason_too_long", parameter="body.reason"
        )
    return reason


def _accepted(body: str) -> Response:
    return Response(body, status_code=202, media_type="application/json", headers={"Cache-Control": "no-store"})
