"""Flagging an issue to somebody."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from dashboard_api.domain.access import Permission
from dashboard_api.domain.errors import InvalidRequest, NotFound
from dashboard_api.domain.flag_draft import listed
from dashboard_api.domain.flags import Channel, Wish
from dashboard_api.entrypoints.http.accounts import ClientId
from dashboard_api.entrypoints.http.answers import answer
from dashboard_api.entrypoints.http.bodies import read_body
from dashboard_api.entrypoints.http.idempotency import IdempotencyKey
from dashboard_api.entrypoints.http.parameters import multi_line_text, plain_text
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.flags import Flag, FlagDraft, FlagFact, FlagRequest, FlagTarget
from dashboard_api.entrypoints.http.services import Asking, FlagLimits, Wired

router = APIRouter(prefix="/api/v1", tags=["flags"])

# The body is read by hand, so that a caller who is not signed in learns nothing about it.
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/FlagRequest"}}},
    }
}
_ESCAPED_MAX = 6
"""A character takes this many bytes at most, written as `\\u0041`; an astral one is two such."""
_REST_MAX = 4096


@router.get("/accounts/{client_id}/flags/draft", openapi_extra=needs(Permission.FLAGS_SEND))
async def draft(
    *,
    services: Wired,
    principal: Asking,
    client_id: ClientId,
    channel: Annotated[Channel, Query()],
    discrepancy: Annotated[str | None, Query(min_length=1, max_length=100, description="Its code.")] = None,
    period_start: Annotated[date | None, Query(description="First day of its period.")] = None,
) -> FlagDraft:
    """A filled-in message about an account, or about one of its discrepancies."""
    code = plain_text(discrepancy, name="discrepancy")
    found = await services.flag_issue.draft(principal, client_id, channel, code, period_start)
    return FlagDraft(
        channel=found.channel.value,
        targets=[FlagTarget(id=one.target_id, label=one.label) for one in found.targets],
        subject=found.draft.subject,
        text=found.draft.text,
        preview_html=found.rendered.get("html"),
        blocks=found.rendered.get("blocks"),
        evidence=[FlagFact.model_validate(each) for each in listed(found.draft.evidence)],
        link=found.link,
    )


@router.post(
    "/accounts/{client_id}/flags",
    status_code=202,
    response_model=Flag,
    openapi_extra=needs(Permission.FLAGS_SEND) | _BODY,
)
async def send(
    *, request: Request, services: Wired, principal: Asking, client_id: ClientId, key: IdempotencyKey
) -> Response:
    """Send a flag. What is on its way to the same recipient, or was sent within a day, is answered and not sent twice."""
    wish = _wish(client_id, await _body(request, services.flag_limits), services.flag_limits)
    flag = await services.flag_issue.send(principal, wish, key=key)
    return Response(flag, status_code=202, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get("/flags/{flag_id}", response_model=Flag, openapi_extra=needs(Permission.PAYMENTS_READ))
async def flag(request: Request, services: Wired, principal: Asking, flag_id: str) -> Response:
    """One flag and what became of it; its text may tell of payments."""
    try:
        wanted = UUID(flag_id)
    except ValueError:
        raise NotFound("There is no such flag in your portfolio.", code="flag_not_found") from None
    return answer(request, await services.flag_issue.find(principal, wanted))


async def _body(request: Request, limits: FlagLimits) -> FlagRequest:
    bytes_max = _REST_MAX + 2 * _ESCAPED_MAX * (limits.text_max + limits.subject_max)
    try:
        # As JSON: a day or a channel is text there, everything else has its own type.
        return FlagRequest.model_validate_json(await read_body(request, bytes_max=bytes_max))
    except ValidationError as error:
        errors = [
            {"where": ".".join(["body", *map(str, each["loc"])]), "detail": each["msg"]} for each in error.errors()
        ]
        raise InvalidRequest("The body does not make sense; see errors.", code="invalid_body", errors=errors) from None


def _wish(client_id: str, body: FlagRequest, limits: FlagLimits) -> Wish:
    """The request with its texts checked: a subject is one line, a text has no signs that nobody sees."""
    text = multi_line_text(body.text, name="body.text")
    subject = plain_text(body.subject, name="body.subject")
    if text is None:
        raise InvalidRequest("Say what the matter is.", code="text_missing", parameter="body.text")
    for name, value, length_max in (("text", text, limits.text_max), ("subject", subject or "", limits.subject_max)):
        if len(value) > length_max:
            detail = f"At most {length_max} characters."
            raise InvalidRequest(detail, code=f"{name}_too_long", parameter=f"body.{name}", length_max=length_max)
    return Wish(
        client_id=client_id,
        channel=Channel(body.channel),
        target_id=body.target,
        discrepancy=plain_text(body.discrepancy, name="body.discrepancy"),
        period_start=body.period_start,
        subject=subject,
        text=text,
        resend=body.resend,
    )
