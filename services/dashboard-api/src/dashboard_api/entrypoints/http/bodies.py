"""Reading a request's body by hand: after the guard has let it pass, and never more than the operation takes."""

from __future__ import annotations

from fastapi import Request
from starlette.exceptions import HTTPException


async def read_body(request: Request, *, bytes_max: int) -> bytes:
    """The whole body.

    Raises:
        HTTPException: 413, as soon as it is known to be longer than `bytes_max`.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > bytes_max:
        raise HTTPException(413)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            raise HTTPException(413)
    return bytes(body)
