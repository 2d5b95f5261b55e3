"""Signing in and out."""

from __future__ import annotations

import html
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboard_api.domain.access import Permission
from dashboard_api.domain.errors import LoginFailed, Refused
from dashboard_api.domain.signin import local_path
from dashboard_api.entrypoints.http.errors import on_refused, status_of
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.services import Asking, Services, Wired

router = APIRouter(prefix="/api/v1/auth", tags=["auth"])

LOGIN_PATH = "/api/v1/auth/login"
CALLBACK_PATH = "/api/v1/auth/callback"


@router.get("/login", status_code=302, response_class=RedirectResponse)
async def login(
    request: Request,
    services: Wired,
    return_to: Annotated[str | None, Query(description="A path of ours to return to.")] = None,
) -> Response:
    """Send the browser to the issuer; a browser that came by another name of ours is sent to the right one first."""
    target = local_path(return_to)
    if request.headers.get("host", "").lower() != urlsplit(services.public_url).netloc.lower():
        # The cookie of the sign-in belongs to the host that the issuer sends the browser back to.
        return RedirectResponse(f"{services.public_url}{LOGIN_PATH}?{urlencode({'return_to': target})}", 302)
    try:
        started = await services.login.start(return_to=target)
    except Refused as refused:
        return await _failed(request, refused)
    response = RedirectResponse(started.url, 302)
    services.cookies.set_login(response, started.binding)
    return response


@router.get("/callback", status_code=302, response_class=RedirectResponse)
async def callback(
    request: Request,
    services: Wired,
    state: Annotated[str | None, Query(max_length=500)] = None,
    code: Annotated[str | None, Query(max_length=4000)] = None,
    error: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Where the issuer sends the browser back to."""
    try:
        response = await _finish(request, services, state=state, code=code, error=error)
    except Refused as refused:
        response = await _failed(request, refused)
    services.cookies.drop_login(response)
    return response


async def _finish(
    request: Request, services: Services, *, state: str | None, code: str | None, error: str | None
) -> Response:
    binding = request.cookies.get(services.cookies.login_name)
    if error is not None:
        raise LoginFailed("The sign-in was not completed.", code="login_refused")
    if not state or not code or not binding:
        raise LoginFailed("This sign-in did not start here. Start again.", code="login_expired")
    finished = await services.login.finish(state=state, binding=binding, code=code)
    response = RedirectResponse(f"{services.public_url}{finished.return_to}", 302)
    services.cookies.set_session(response, finished.session_token)
    return response


@router.post("/logout", status_code=204, openapi_extra=needs(Permission.SELF))
async def logout(services: Wired, principal: Asking) -> Response:
    """End the session everywhere; open streams of it close."""
    await services.login.end(principal)
    if principal.session_id is not None:
        services.live.close_session(principal.session_id)
    response = Response(status_code=204)
    services.cookies.drop_session(response)
    return response


_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign-in did not work</title><body style="font:16px/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem">
<h1 style="font-size:1.4rem">Sign-in did not work</h1><p>{detail}</p><p><a href="{path}">Try again</a></p>"""


async def _failed(request: Request, refused: Refused) -> Response:
    """A person in a browser gets words and a way on, a program gets problem+json."""
    if "text/html" not in request.headers.get("accept", ""):
        return await on_refused(request, refused)
    page = _PAGE.format(detail=html.escape(refused.detail), path=LOGIN_PATH)
    return HTMLResponse(page, status_of(refused), headers={"Cache-Control": "no-store"})
