"""POST /webhooks/stripe."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import Counter

from stripe_webhooks.ports import InboxAway
from stripe_webhooks.usecases.accept import AcceptWebhook, Refused
from trueup_kit import trace
from trueup_kit.posts import Door, NotTaken

BODY_BYTES_MAX = 256 * 1024
AT_ONCE = 64
READ_TIMEOUT_S = 2.0
"""With the bus's 1.5 s still within what Stripe may wait for."""
_WEBHOOKS = Counter("trueup_stripe_webhooks_total", "Webhooks by outcome.", ("outcome",))


def webhook_router(
    accept: AcceptWebhook, *, at_once: int = AT_ONCE, read_timeout_s: float = READ_TIMEOUT_S
) -> APIRouter:
    """The one route that Stripe calls. Answers 200 only after the bus has acknowledged the body.

    A flood is bounded in memory (`at_once` bodies of at most `BODY_BYTES_MAX`) and each post in time, whoever sends it.
    """
    router = APIRouter()
    door = Door(at_once=at_once, bytes_max=BODY_BYTES_MAX, timeout_s=read_timeout_s)

    @router.post("/webhooks/stripe", include_in_schema=False)
    async def receive(request: Request) -> Response:
        try:
            async with door.body(request) as body:
                await _accept(body, request.headers.get("stripe-signature"))
        except NotTaken as refusal:
            _WEBHOOKS.labels(refusal.code).inc()
            return refusal.answer()
        _WEBHOOKS.labels("accepted").inc()
        return Response(status_code=200)

    async def _accept(body: bytes, signature: str | None) -> None:
        try:
            with trace.use():
                await accept(body, signature)
        except Refused as refused:
            raise NotTaken(400, refused.code, refused.detail) from refused
        except InboxAway as away:
            raise NotTaken(503, "bus_unavailable", "Not taken: the bus does not answer. Send it again.") from away

    return router
