"""Answers that were right when they were made and do not arrive so: cut in the middle, or with half of what they list."""

from __future__ import annotations

import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trueup_sandbox.providers.gate import Marks, marking

Json = dict[str, Any]


class Mangling:
    """Around a provider's application: what its gate has marked leaves it mangled."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with marking() as marks:
            await self._app(scope, receive, _Holding(send, marks))


class _Holding:
    """Holds a marked answer back until it is whole."""

    def __init__(self, send: Send, marks: Marks) -> None:
        self._send = send
        self._marks = marks
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if not self._marks:
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._release()

    async def _release(self) -> None:
        body = bytes(self._body)
        body = halved(body) if "half" in self._marks else body[: len(body) // 2]
        start = self._start or {"type": "http.response.start", "status": 200, "headers": []}
        headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await self._send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await self._send({"type": "http.response.body", "body": body})


def halved(body: bytes) -> bytes:
    """A list with its first half only, as the provider would send it; anything else as it is."""
    try:
        found = json.loads(body)
    except ValueError:
        return body
    if isinstance(found, dict):
        _halve_gateway(found)
        _halve_ledger(found.get("QueryResponse"))
        _halve_chart(found)
    return json.dumps(found, separators=(",", ":")).encode()


def _halve_gateway(found: Json) -> None:
    """A shorter page that says so itself: the rest is asked for."""
    data = found.get("data")
    if found.get("object") == "list" and isinstance(data, list) and len(data) > 1:
        found["data"] = data[: len(data) // 2]
        found["has_more"] = True


def _halve_ledger(found: object) -> None:
    """A shorter page that says nothing: it looks like the last one."""
    if isinstance(found, dict):
        for name, rows in found.items():
            if isinstance(rows, list) and len(rows) > 1:
                found[name] = rows[: len(rows) // 2]
                found["maxResults"] = len(found[name])
                return


def _halve_chart(found: Json) -> None:
    """Fewer groups, and the flag that says so."""
    data = found.get("data")
    if isinstance(data, dict) and isinstance(data.get("series"), list):
        kept = len(data["series"]) // 2
        data["series"], data["seriesLabels"] = data["series"][:kept], data["seriesLabels"][:kept]
        found["prunedResult"] = True
