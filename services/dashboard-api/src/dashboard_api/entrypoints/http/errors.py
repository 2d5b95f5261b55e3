"""Every error leaves as problem+json with a stable code; what went wrong inside stays inside."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dashboard_api.domain.errors import (
    Conflict,
    Gone,
    InvalidRequest,
    LoginFailed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    QuotaExceeded,
    Refused,
    TooMany,
    Unavailable,
)
from dashboard_api.entrypoints.http.refused import write_down
from trueup_kit.logs import get_logger

MEDIA_TYPE = "application/problem+json"
_log = get_logger(__name__)

_STATUS: tuple[tuple[type[Refused], HTTPStatus], ...] = (
    (NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (InvalidRequest, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Conflict, HTTPStatus.CONFLICT),
    (TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (QuotaExceeded, HTTPStatus.TOO_MANY_REQUESTS),
    (Gone, HTTPStatus.GONE),
    (LoginFailed, HTTPStatus.FORBIDDEN),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)
_FRAMEWORK_CODES = {
    404: ("route_not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method."),
    413: ("body_too_large", "The body is larger than this address takes."),
    415: ("media_type_not_supported", "This address does not take this content type."),
}


def trace_id(request: Request) -> str:
    """The id under which the logs hold this request: the caller's, or one of our own."""
    return str(getattr(request.state, "trace_id", ""))


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    extra: dict[str, Any] | None = None,
) -> JSONResponse:
    """One problem details document."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "trace_id": trace_id(request),
        **(extra or {}),
    }
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def status_of(refused: Refused) -> HTTPStatus:
    """The HTTP status of a refusal."""
    return next((status for kind, status in _STATUS if isinstance(refused, kind)), HTTPStatus.BAD_REQUEST)


async def on_refused(request: Request, error: Exception) -> JSONResponse:
    """A refusal of our own."""
    assert isinstance(error, Refused)  # noqa: S101  registered for this class
    await write_down(request, error)
    headers = {}
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = 'Bearer realm="trueup"'
    if isinstance(error, (TooMany, Unavailable)):
        headers["Retry-After"] = str(error.retry_after_s)
    return problem(request, status_of(error), error.code, error.detail, headers=headers, extra=error.extra)


async def on_invalid(request: Request, error: Exception) -> JSONResponse:
    """A parameter that does not hold; the value itself is not repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = [{"where": ".".join(str(part) for part in each["loc"]), "detail": each["msg"]} for each in error.errors()]
    return problem(
        request, 422, "invalid_parameter", "A parameter does not make sense; see errors.", extra={"errors": errors}
    )


async def on_http(request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses by itself."""
    assert isinstance(error, HTTPException)  # noqa: S101
    code, detail = _FRAMEWORK_CODES.get(error.status_code, ("request_refused", HTTPStatus(error.status_code).phrase))
    return problem(request, error.status_code, code, detail, headers=dict(error.headers or {}))


async def on_crash(request: Request, error: Exception) -> JSONResponse:
    """A fault of ours: the log knows more under the trace id."""
    _log.error("request failed", path=request.url.path, trace_id=trace_id(request), error=type(error).__name__)
    return problem(request, 500, "internal_error", "Something went wrong on our side. Try again.")


def install(app: FastAPI) -> None:
    """Register all handlers."""
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_crash)
