"""An answer that never arrives whole."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Cut(Response):
    """Promises more than it sends: the server then closes the connection, and the caller knows nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """ASGI."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"65536")]})
        await send({"type": "http.response.body", "body": b'{"id": "in_', "more_body": True})
        raise ConnectionAbortedError("the connection is cut, as ordered")
