"""QuickBooks' faults in both spellings, and the requests that earn them."""

from __future__ import annotations

import json
import time
from typing import Any

from starlette.responses import Response

from trueup_sandbox.providers.gate import Refused
from trueup_sandbox.providers.quickbooks.shapes import Json, instant
from trueup_sandbox.world.chance import token


def answer(body: Json, status: int = 200, **headers: str) -> Response:
    """A JSON answer with its transaction id."""
    text = json.dumps(body, separators=(",", ":"))
    return Response(
        text, status, {"intuit_tid": f"1-{token(time.monotonic_ns(), len(text))}", **headers}, "application/json"
    )


def fault(
    code: str, message: str, detail: str, *, at_ms: int, status: int = 400, kind: str = "ValidationFault"
) -> Refused:
    """The usual spelling."""
    error: dict[str, Any] = {"Message": message, "Detail": detail, "code": code}
    body = {"Fault": {"Error": [error], "type": kind}, "time": instant(at_ms, digits="milliseconds")}
    return Refused(answer(body, status))


def unauthorized(detail: str, *, at_ms: int) -> Refused:
    """The lower-case spelling of authentication failures."""
    error = {
        "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
        "detail": detail,
        "code": "3200",
    }
    body = {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": "AUTHENTICATION"},
        "report": None,
        "queryResponse": None,
        "time": at_ms,
    }
    return Refused(answer(body, 401, **{"WWW-Authenticate": 'Bearer realm="Intuit", error="invalid_token"'}))


def throttled(*, at_ms: int) -> Response:
    """Too many requests."""
    error = {
        "Message": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "Detail": "The request limit was reached.",
        "code": "3001",
    }
    body = {"Fault": {"Error": [error], "type": "THROTTLE"}, "time": instant(at_ms, digits="milliseconds")}
    return answer(body, 429)
