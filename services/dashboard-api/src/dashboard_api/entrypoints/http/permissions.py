"""Deny by default: what each operation asks for is written on the operation, and this guard reads it there."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from dashboard_api.domain.access import Permission, Principal
from dashboard_api.domain.errors import NotAllowed, NotSignedIn
from dashboard_api.entrypoints.http.cookies import Cookies
from dashboard_api.usecases.identify import Identify
from trueup_kit.logs import get_logger

PUBLIC = frozenset(
    {
        ("GET", "/api/v1/auth/login"),
        ("GET", "/api/v1/auth/callback"),
        ("GET", "/livez"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
    }
)
"""All that is open to everybody, besides the OpenAPI document. Whatever is not here needs a permission."""

UNTOUCHED_BY_READ_ONLY = frozenset(
    {
        ("POST", "/api/v1/auth/logout"),
        ("DELETE", "/api/v1/sessions"),
        ("DELETE", "/api/v1/sessions/{session_id}"),
    }
)
"""What read-only mode leaves on: getting people out is what an incident may need."""

ACTING_GETS = frozenset({"/api/v1/connections/quickbooks/callback"})
"""Read-only mode holds for these, too. A state bound to the login session stands against forgery."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-Trueup-Csrf"
CSRF_VALUE = "1"

_log = get_logger(__name__)


def needs(permission: Permission) -> dict[str, Any]:
    """For `openapi_extra=`: the one permission of an operation, also shown in the OpenAPI document."""
    return {"x-permission": permission.value, "security": [{"session": []}, {"bearer": []}]}


class Guard:
    """The dependency that stands before every operation."""

    def __init__(self, identify: Identify, cookies: Cookies, *, public_url: str, read_only: bool) -> None:
        self._identify = identify
        self._cookies = cookies
        self._public_url = public_url
        self._read_only = read_only

    async def __call__(self, request: Request) -> None:
        """Let the request pass and remember its principal, or refuse it.

        Raises:
            NotSignedIn: no valid session or token.
            NotAllowed: the role lacks the permission, the operation declares none, it may be a forged request, or
                actions are switched off.
        """
        route = request.scope["route"]
        if (request.method, route.path) in PUBLIC:
            return
        permission = _declared(route)
        principal = await self._principal(request)
        request.state.asked_by = principal
        if permission is None or not principal.may(permission):
            _log.warning("access denied", user=principal.user, role=principal.role, path=route.path)
            raise NotAllowed("Your role does not allow this.", permission=permission)
        self._refuse_while_read_only(request.method, route.path)
        request.state.principal = principal

    async def _principal(self, request: Request) -> Principal:
        header = request.headers.get("authorization")
        if header is not None:
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise NotSignedIn("Send a bearer token, or sign in.", code="invalid_token")
            return await self._identify.by_bearer(token.strip())
        cookie = request.cookies.get(self._cookies.session_name)
        if not cookie:
            raise NotSignedIn("Sign in, or send a bearer token.")
        principal = await self._identify.by_session(cookie)
        if request.method not in SAFE_METHODS:
            self._refuse_forgery(request)
        return principal

    def _refuse_while_read_only(self, method: str, path: str) -> None:
        acts = method not in SAFE_METHODS or path in ACTING_GETS
        if self._read_only and acts and (method, path) not in UNTOUCHED_BY_READ_ONLY:
            raise NotAllowed("Trueup is read-only at the moment: every action is switched off.", code="read_only_mode")

    def _refuse_forgery(self, request: Request) -> None:
        # A foreign page can send the cookie, but neither this header nor our origin.
        origin = request.headers.get("origin")
        if request.headers.get(CSRF_HEADER) != CSRF_VALUE or (origin is not None and origin != self._public_url):
            raise NotAllowed(f"Send the header {CSRF_HEADER}: {CSRF_VALUE} from our own page.", code="csrf_required")


def _declared(route: Any) -> Permission | None:  # noqa: ANN401  a route of the framework
    extra = getattr(route, "openapi_extra", None) or {}
    name = extra.get("x-permission")
    return Permission(name) if name else None


def principal_of(request: Request) -> Principal:
    """Who is asking; only behind the guard."""
    principal: Principal = request.state.principal
    return principal
