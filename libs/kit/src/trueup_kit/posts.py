"""The body of a post by a stranger, bounded in size, in time and in how many are read at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

RETRY_AFTER_S = 5


class NotTaken(Exception):
    """Why a post is not taken: HTTP status, a stable code, and words for the sender."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail

    def answer(self) -> JSONResponse:
        """As `application/problem+json`."""
        return JSONResponse(
            {
                "type": "about:blank",
                "title": HTTPStatus(self.status).phrase,
                "status": self.status,
                "code": self.code,
                "detail": self.detail,
            },
            status_code=self.status,
            media_type="application/problem+json",
            headers={"Retry-After": str(RETRY_AFTER_S)} if self.status == 503 else None,
        )


class Door:
    """Reads bodies: `at_once` of at most `bytes_max` are held, each for at most `timeout_s`, whoever sends them."""

    def __init__(self, *, at_once: int, bytes_max: int, timeout_s: float) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._bytes_max = bytes_max
        self._timeout_s = timeout_s

    @asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """The raw body; its place is taken until the block is left.

        Raises:
            NotTaken: too large (413), too slow (408), too many at once (503), or the sender went away (400).
        """
        if self._places.locked():
            raise NotTaken(503, "too_many", "Too many at once. Send it again.")
        async with self._places:
            yield await self._read_within(request)

    async def _read_within(self, request: Request) -> bytes:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._read(request.stream(), request.headers.get("content-length"))
        except TimeoutError:
            words = "A body arrives within a few seconds."
            raise NotTaken(408, "body_too_slow", words) from None
        except ClientDisconnect:
            raise NotTaken(400, "gone", "The sender went away before the body was whole.") from None

    async def _read(self, chunks: AsyncIterator[bytes], announced: str | None) -> bytes:
        """Never holds more than the limit."""
        too_large = NotTaken(413, "body_too_large", f"A body has at most {self._bytes_max} bytes here.")
        if announced is not None and announced.isdigit() and int(announced) > self._bytes_max:
            raise too_large
        body = bytearray()
        async for chunk in chunks:
            if len(body) + len(chunk) > self._bytes_max:
                raise too_large
            body += chunk
        return bytes(body)
