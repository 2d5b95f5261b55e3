"""What a Stripe client sends (nested form parameters, key, idempotency) and how errors are answered."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from trueup_sandbox.providers.gate import Refused
from trueup_sandbox.providers.stripe.shapes import Json
from trueup_sandbox.world.chance import token

_PART = re.compile(r"[^\[\]]+")
Params = dict[str, Any]


def answer(body: Json | str, status: int = 200, **headers: str) -> Response:
    """A JSON answer with a Request-Id."""
    text = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"))
    mark = token(text[:200], len(text), hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())
    return Response(text, status, {"Request-Id": f"req_{mark}", **headers}, "application/json")


def error_body(kind: str, message: str, **more: str) -> Json:
    """Stripe's error object."""
    return {"error": {"type": kind, "message": message, **more}}


def invalid(message: str, *, status: int = 400, **more: str) -> Refused:
    """A request that cannot be carried out."""
    return Refused(answer(error_body("invalid_request_error", message, **more), status))


def missing(kind: str, record_id: str) -> Refused:
    """No such object."""
    return invalid(f"No such {kind}: '{record_id}'", status=404, code="resource_missing", param="id")


def not_allowed(right: str) -> Refused:
    """A restricted key without the right."""
    message = (
        "The provided key 'rk_test_***' does not have the required permissions for this endpoint. "
        f"Having the '{right}' permission would allow this request to continue."
    )
    return Refused(answer(error_body("invalid_request_error", message), 403))


def parse(text: str) -> Params:
    """`created[gte]=1&expand[0]=x` → `{"created": {"gte": "1"}, "expand": ["x"]}`."""
    found: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        parts = _PART.findall(name)
        place = found
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                raise invalid(f"Invalid parameter: {name}", param=name)
            place = inner
        if name.endswith("[]"):
            inner = found.setdefault(parts[0], {})
            inner[str(len(inner))] = value
        else:
            place[parts[-1]] = value
    return {name: _as_list(value) for name, value in found.items()}


def _as_list(value: object) -> object:
    if isinstance(value, dict) and value and all(name.isdigit() for name in value):
        return [value[name] for name in sorted(value, key=int)]
    return value


def check_key(request: Request, api_key: str) -> None:
    """Refuse a request without the right secret key."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        given = base64.b64decode(given + "==").decode(errors="replace").partition(":")[0]
    if given != api_key:
        message = f"Invalid API Key provided: {given[:8]}***" if given else "You did not provide an API key."
        raise Refused(answer(error_body("invalid_request_error", message), 401))


def reject_unknown(params: Params, known: set[str]) -> None:
    """Refuse a parameter that the endpoint does not have, as Stripe does."""
    for name in params:
        if name not in known:
            raise invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
