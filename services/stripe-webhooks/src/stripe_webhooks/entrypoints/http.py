"""POST /webhooks/stripe."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import Counter

from stripe_webhooks.ports import InboxAway
from stripe_webhooks.usecases.accept import AcceptWebhook, Refused
from trueup_kit import trace

BODY_BYTES_MAX = 256 * 1024
RETRY_AFTER_S = 5
_WEBHOOKS = Counter("trueup_stripe_webhooks_total", "Webhooks by outcome.", ("outcome",))


class TooLarge(Exception):
    """The body is longer than any event; the rest of it is not read."""


def webhook_router(accept: AcceptWebhook) -> APIRouter:
    """The one route that Stripe calls. Answers 200 only after the bus has acknowledged the body."""
    router = APIRouter()

    @router.post("/webhooks/stripe", include_in_schema=False)
    async def receive(request: Request) -> Response:
        try:
            body = await _read(request.stream(), request.headers.get("content-length"))
            with trace.use():
                await accept(body, request.headers.get("stripe-signature"))
        except TooLarge:
            return _problem(413, "body_too_large", f"A webhook has at most {BODY_BYTES_MAX} bytes.")
        except Refused as refused:
            return _problem(400, refused.code, refused.detail)
        except InboxAway:
            return _problem(503, "bus_unavailable", "Not taken: the bus does not answer. Send it again.")
        _WEBHOOKS.labels("accepted").inc()
        return Response(status_code=200)

    return router


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
    titles = {400: "Webhook refused", 413: "Webhook too large", 503: "Service unavailable"}
    return JSONResponse(
        {"type": "about:blank", "title": titles[status], "status": status, "code": code, "detail": detail},
        status_code=status,
        media_type="application/problem+json",
        headers={"Retry-After": str(RETRY_AFTER_S)} if status == 503 else None,
    )
