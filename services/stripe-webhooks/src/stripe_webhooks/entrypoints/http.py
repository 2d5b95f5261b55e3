"""POST /webhooks/stripe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import Counter
from starlette.requests import ClientDisconnect

from stripe_webhooks.ports import InboxAway
from stripe_webhooks.usecases.accept import AcceptWebhook, Refused
from trueup_kit import trace

BODY_BYTES_MAX = 256 * 1024
RETRY_AFTER_S = 5
AT_ONCE = 64
READ_TIMEOUT_S = 2.0
"""With the bus's 1.5 s still within what Stripe may wait for."""
_WEBHOOKS = Counter("trueup_stripe_webhooks_total", "Webhooks by outcome.", ("outcome",))


class TooLarge(Exception):
    """The body is longer than any event; the rest of it is not read."""


class TooSlow(Exception):
    """The body did not arrive in time; what came of it is forgotten."""


class TooMany(Exception):
    """As many bodies as we hold at once are being read already; nothing of this one was."""


_NOT_READ: dict[type[Exception], tuple[int, str, str]] = {
    TooLarge: (413, "body_too_large", f"A webhook has at most {BODY_BYTES_MAX} bytes."),
    TooSlow: (408, "body_too_slow", "The body of a webhook arrives within a few seconds."),
    TooMany: (503, "too_many", "Too many at once. Send it again."),
    ClientDisconnect: (400, "gone", "The sender went away before the body was whole."),
}


def webhook_router(
    accept: AcceptWebhook, *, at_once: int = AT_ONCE, read_timeout_s: float = READ_TIMEOUT_S
) -> APIRouter:
    """The one route that Stripe calls. Answers 200 only after the bus has acknowledged the body.

    A flood is bounded in memory (`at_once` bodies of at most `BODY_BYTES_MAX`) and each post in time, whoever sends it.
    """
    router = APIRouter()
    places = asyncio.Semaphore(at_once)

    @router.post("/webhooks/stripe", include_in_schema=False)
    async def receive(request: Request) -> Response:
        try:
            if places.locked():
                raise TooMany
            async with places:
                body = await _read_within(read_timeout_s, request)
                with trace.use():
                    await accept(body, request.headers.get("stripe-signature"))
        except (TooLarge, TooSlow, TooMany, ClientDisconnect) as error:
            return _problem(*_NOT_READ[type(error)])
        except Refused as refused:
            return _problem(400, refused.code, refused.detail)
        except InboxAway:
            return _problem(503, "bus_unavailable", "Not taken: the bus does not answer. Send it again.")
        _WEBHOOKS.labels("accepted").inc()
        return Response(status_code=200)

    return router


async def _read_within(timeout_s: float, request: Request) -> bytes:
    try:
        async with asyncio.timeout(timeout_s):
            return await _read(request.stream(), request.headers.get("content-length"))
    except TimeoutError as error:
        raise TooSlow from error


async def _read(chunks: AsyncIterator[bytes], announced: str | None) -> bytes:
    """The body, never holding more than the limit in memory."""
    if announced is not None and announced.isdigit() and int(announced) > BODY_BYTES_MAX:
        raise TooLarge
    body = bytearray()
    async for chunk in chunks:
        if len(body) + len(chunk) > BODY_BYTES_MAX:
            raise TooLarge
        body += chunk
    return bytes(body)


def _problem(status: int, code: str, detail: str) -> JSONResponse:
    _WEBHOOKS.labels(code).inc()
    titles = {
        400: "Webhook refused",
        408: "Webhook too slow",
        413: "Webhook too large",
        503: "Service unavailable",
    }
    return JSONResponse(
        {"type": "about:blank", "title": titles[status], "status": status, "code": code, "detail": detail},
        status_code=status,
        media_type="application/problem+json",
        headers={"Retry-After": str(RETRY_AFTER_S)} if status == 503 else None,
    )
