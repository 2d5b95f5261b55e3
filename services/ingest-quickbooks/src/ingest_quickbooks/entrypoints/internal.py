"""/internal/connection: how dashboard-api has an administrator connect. Only on the service's own port; no gateway leads here.

What comes in holds a one-time code: it is in no log and no answer.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from ingest_quickbooks.domain.connecting import NotConnected
from ingest_quickbooks.domain.tokens import reconnect_soon
from ingest_quickbooks.ports import CodeNotTaken, SourceUnavailable
from ingest_quickbooks.usecases.connect import Connecting
from trueup_kit.posts import Door, NotTaken

BODY_BYTES_MAX = 16 * 1024
AT_ONCE = 4
READ_TIMEOUT_S = 5.0
_NO_STORE = {"Cache-Control": "no-store"}


def internal_router(
    connecting: Connecting, *, secret: str | None, clock: Callable[[], datetime], connected: Callable[[], None]
) -> APIRouter:
    """The routes, for whoever shows the secret; without one there are none. `connected` is called when a person has connected."""
    router = APIRouter(prefix="/internal/connection", include_in_schema=False)
    door = Door(at_once=AT_ONCE, bytes_max=BODY_BYTES_MAX, timeout_s=READ_TIMEOUT_S)

    @router.get("")
    async def look(request: Request) -> Response:
        return await _answered(request, secret, lambda: _look(connecting, clock()))

    @router.post("/begin")
    async def begin(request: Request) -> Response:
        async def work() -> Response:
            (bound_to,) = await _texts(door, request, "bound_to")
            return JSONResponse({"authorise_url": await connecting.begin(bound_to)}, headers=_NO_STORE)

        return await _answered(request, secret, work)

    @router.post("/finish")
    async def finish(request: Request) -> Response:
        async def work() -> Response:
            address, bound_to = await _texts(door, request, "address", "bound_to")
            await connecting.finish(address, bound_to)
            connected()
            return Response(status_code=204)

        return await _answered(request, secret, work)

    @router.delete("")
    async def disconnect(request: Request) -> Response:
        async def work() -> Response:
            return JSONResponse({"was_connected": await connecting.vault.disconnect()}, headers=_NO_STORE)

        return await _answered(request, secret, work)

    return router


async def _answered(request: Request, secret: str | None, work: Callable[[], Any]) -> Response:
    """Do it for whoever shows the secret; what cannot be done is told as problem+json."""
    try:
        _let_in(request, secret)
        answer: Response = await work()
    except NotTaken as refusal:
        return refusal.answer()
    except (NotConnected, CodeNotTaken) as refusal:
        return NotTaken(409, refusal.code, str(refusal)).answer()
    except SourceUnavailable as error:
        return NotTaken(503, error.code, str(error)).answer()
    return answer


def _let_in(request: Request, secret: str | None) -> None:
    if secret is None:
        raise NotTaken(404, "not_set_up", "There is no INGEST_QUICKBOOKS_INTERNAL_SECRET here.")
    shown = request.headers.get("authorization", "")
    if not hmac.compare_digest(shown.encode(), f"Bearer {secret}".encode()):
        raise NotTaken(401, "wrong_secret", "Show the secret that this service was given.")


async def _look(connecting: Connecting, now: datetime) -> Response:
    found = await connecting.vault.state()
    told = {
        "state": found.state,
        "ends_at": found.ends_at.isoformat() if found.ends_at else None,
        "ends_soon": found.state == "alive" and found.ends_at is not None and reconnect_soon(found.ends_at, now),
    }
    return JSONResponse(told, headers=_NO_STORE)


async def _texts(door: Door, request: Request, *names: str) -> list[str]:
    """These fields of the body, each a text that is not empty.

    Raises:
        NotTaken: too large, too slow, too many at once, or another shape.
    """
    async with door.body(request) as body:
        try:
            given = json.loads(body)
        except (ValueError, RecursionError):
            given = None
    texts = [given.get(name) if isinstance(given, dict) else None for name in names]
    if not all(isinstance(text, str) and text for text in texts):
        raise NotTaken(400, "invalid_body", f"Send a JSON object with {' and '.join(names)}.")
    return [str(text) for text in texts]
