"""Is it ready? Asked over its own protocol, because an open port alone promises nothing."""

from __future__ import annotations

import asyncio
import struct

TIMEOUT_S = 2.0


async def _exchange(port: int, request: bytes, answer_bytes: int) -> bytes:
    """Send and read so many bytes; empty when it does not answer in time."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request)
                await writer.drain()
                return await reader.readexactly(answer_bytes)
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return b""


async def http(port: int, path: str) -> bool:
    """Whether the address answers 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    return (await _exchange(port, request, 12)).endswith(b" 200")


async def kafka(port: int) -> bool:
    """Whether a broker answers a request for its API versions: that is later than listening."""
    body = struct.pack(">hhih", 18, 0, 1, -1)
    return len(await _exchange(port, struct.pack(">i", len(body)) + body, 8)) == 8


async def postgres(port: int) -> bool:
    """Whether a server would let us log in: it asks for a password (R) rather than say that it is starting (E)."""
    body = struct.pack(">i", 196608) + b"user\0postgres\0database\0postgres\0\0"
    return await _exchange(port, struct.pack(">i", len(body) + 4) + body, 1) == b"R"
