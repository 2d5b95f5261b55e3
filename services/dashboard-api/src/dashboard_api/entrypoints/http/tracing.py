"""Every request works inside a trace, and every answer says what browsers must not do with it."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trueup_kit import trace


class Tracing:
    """Takes up the caller's `traceparent` or starts a trace; errors and logs name it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        with trace.use(Headers(scope=scope).get("traceparent")):
            scope.setdefault("state", {})["trace_id"] = trace.trace_id()
            await self._app(scope, receive, send_marked)
