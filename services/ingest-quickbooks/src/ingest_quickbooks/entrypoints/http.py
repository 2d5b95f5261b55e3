"""POST /webhooks/quickbooks."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import Counter

from ingest_quickbooks.usecases.take_hints import Refused, TakeHints, Taken
from trueup_kit.logs import get_logger
from trueup_kit.posts import Door, NotTaken

BODY_BYTES_MAX = 1024 * 1024
"""Up to a hundred events, about a megabyte."""
AT_ONCE = 16
READ_TIMEOUT_S = 2.0
"""QuickBooks waits for three seconds."""
_WEBHOOKS = Counter("trueup_quickbooks_webhooks_total", "Webhooks by outcome.", ("outcome",))
_EVENTS = Counter(
    "trueup_quickbooks_webhook_events_total",
    "Events in signed webhooks: ours, unread (of kinds that are not read), foreign (of other companies), odd (cannot be read).",
    ("outcome",),
)
log = get_logger(__name__)


def webhook_router(take: TakeHints | None, door: Door | None = None) -> APIRouter:
    """The one route that QuickBooks calls; it answers before anything is read. Without a verifier token it takes nothing."""
    router = APIRouter()
    reader = door or Door(at_once=AT_ONCE, bytes_max=BODY_BYTES_MAX, timeout_s=READ_TIMEOUT_S)

    @router.post("/webhooks/quickbooks", include_in_schema=False)
    async def receive(request: Request) -> Response:
        try:
            await _receive(request)
        except NotTaken as refusal:
            _WEBHOOKS.labels(refusal.code).inc()
            return refusal.answer()
        _WEBHOOKS.labels("accepted").inc()
        return Response(status_code=200)

    async def _receive(request: Request) -> None:
        if take is None:
            raise NotTaken(404, "not_set_up", "Webhooks are not set up here: there is no verifier token.")
        async with reader.body(request) as body:
            try:
                taken = take(body, request.headers.get("intuit-signature"))
            except Refused as refused:
                raise NotTaken(400, refused.code, str(refused)) from refused
        _tell(taken)

    return router


def _tell(taken: Taken) -> None:
    counts = {"ours": taken.ours, "unread": taken.unread, "foreign": taken.foreign, "odd": len(taken.odd)}
    for outcome, count in counts.items():
        _EVENTS.labels(outcome).inc(count)
    if taken.foreign or taken.odd:
        log.warning("a webhook holds events that are not taken", **counts, first=next(iter(taken.odd), None))
