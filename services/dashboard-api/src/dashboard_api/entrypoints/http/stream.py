"""The live stream, as server-sent events."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from dashboard_api.domain.access import Permission
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.services import Asking, Wired
from dashboard_api.usecases.live import Listener, LiveHub, News

router = APIRouter(prefix="/api/v1", tags=["stream"])

PING_S = 15.0
LIFE_S = 600.0
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`accounts`: which accounts changed, to what revision. `retries`: which payment retries moved, and of "
        "which account. `sources`: the state of a source changed. `reconnect`: open the stream again. `closed`: do not; the session has ended.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses=_DOCUMENTED,
    openapi_extra=needs(Permission.PORTFOLIO_READ),
)
async def stream(services: Wired, principal: Asking) -> StreamingResponse:
    """Which accounts of the caller's portfolio changed, as it happens; no figures."""
    listener = services.live.open(principal)
    return StreamingResponse(events(services.live, listener), headers=_HEADERS, media_type="text/event-stream")


async def events(
    live: LiveHub, listener: Listener, *, ping_s: float = PING_S, life_s: float = LIFE_S
) -> AsyncIterator[str]:
    """The text of the stream: starts with the time to wait before reconnecting, ends after `life_s` or when closed."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + life_s
    try:
        yield f"retry: {random.randint(1000, 3000)}\n: open\n\n"
        while not listener.ended() and (left_s := ends_at - loop.time()) > 0:
            news = await listener.news(min(ping_s, left_s))
            if listener.ended():
                break
            for text in tuple(_texts(news)) or (": ping\n\n",):
                yield text
        yield _last(listener.closed)
    finally:
        live.leave(listener)


def _texts(news: News) -> Iterator[str]:
    if news.changes:
        yield _event("accounts", [{"client_id": each, "revision": news.changes[each]} for each in sorted(news.changes)])
    if news.retries:
        yield _event("retries", [{"id": each, "client_id": news.retries[each]} for each in sorted(news.retries)])
    if news.sources:
        yield _event("sources")


def _event(kind: str, changes: list[dict[str, object]] | None = None) -> str:
    data: dict[str, object] = {"type": kind}
    if changes is not None:
        data["changes"] = changes
    return f"event: {kind}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"


def _last(reason: str | None) -> str:
    kind = "closed" if reason in {"session_ended", "token_ended", "too_many_streams"} else "reconnect"
    data = json.dumps({"type": kind, "reason": reason or "time"}, separators=(",", ":"))
    return f"event: {kind}\ndata: {data}\n\n"
