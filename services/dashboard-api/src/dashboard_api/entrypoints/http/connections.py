"""The connection to QuickBooks: an administrator connects it in the browser, looks at it, or ends it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from dashboard_api.domain.access import Permission
from dashboard_api.domain.errors import Refused
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.refused import write_down
from dashboard_api.entrypoints.http.schemas.connections import ConnectionBegun, LedgerConnection
from dashboard_api.entrypoints.http.services import Asking, Wired

PAGE = "/connections"
_NEEDS = needs(Permission.CONNECTIONS_MANAGE)

router = APIRouter(prefix="/api/v1/connections/quickbooks", tags=["connections"])


class _Landing(APIRoute):
    """Whoever comes back in a browser, and for whatever reason in vain, lands on the page with a code and nothing else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the guard, with refusals as redirects."""
        handle = super().get_route_handler()

        async def landed(request: Request) -> Response:
            try:
                return await handle(request)
            except Refused as refused:
                if "text/html" not in request.headers.get("accept", ""):
                    raise
                await write_down(request, refused)
                return _to_page(request, refused.code)

        return landed


@router.get("", openapi_extra=_NEEDS)
async def connection(services: Wired) -> LedgerConnection:
    """Whether it is alive, and when it ends if it is never used."""
    found = await services.connect_ledger.look()
    if found is None:
        return LedgerConnection(on_page=False, state=None, ends_at=None, ends_soon=False)
    return LedgerConnection(on_page=True, state=found.state, ends_at=found.ends_at, ends_soon=found.ends_soon)


@router.post("", openapi_extra=_NEEDS)
async def begin(services: Wired, principal: Asking) -> ConnectionBegun:
    """Begin to connect: where the browser goes next. Nothing has changed by then."""
    return ConnectionBegun(authorise_url=await services.connect_ledger.begin(principal))


async def callback(request: Request, services: Wired, principal: Asking) -> Response:
    """Where Intuit sends the browser back to, with `code`, `state` and `realmId`, or `error`; each is used once at most."""
    await services.connect_ledger.finish(principal, f"?{request.url.query}")
    return _to_page(request, "connected")


router.add_api_route(
    "/callback",
    callback,
    status_code=303,
    response_class=RedirectResponse,
    openapi_extra=_NEEDS,
    route_class_override=_Landing,
)


@router.delete("", status_code=204, openapi_extra=_NEEDS)
async def end(services: Wired, principal: Asking) -> Response:
    """Give the tokens back: nothing is read until somebody connects again; what is known stays and grows old."""
    await services.connect_ledger.end(principal)
    return Response(status_code=204)


def _to_page(request: Request, result: str) -> Response:
    public_url: str = request.app.state.services.public_url
    return RedirectResponse(f"{public_url}{PAGE}?{urlencode({'result': result})}", 303)
