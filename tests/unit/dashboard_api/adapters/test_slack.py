"""What a broken conversation with Slack means: only what was certainly not sent may be tried again."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from dashboard_api.adapters.slack import SlackCourier
from dashboard_api.domain.flags import Channel, Claimed, Failed, Later, Outcome, Sent, Target, Unclear

CLAIMED = Claimed(
    UUID(int=1), 1, 1, "cl_1", "billing", "S", {"blocks": [], "fallback": "f"}, datetime(2026, 11, 26, tzinfo=UTC)
)
TARGET = Target("billing", "#billing", Channel.SLACK, "C0BILLING")
POSTED = {"ok": True, "channel": "C0BILLING", "ts": "1.2"}
Answer = Callable[[bytes], bytes | None]


def http(body: Any, status: int = 200, **headers: str) -> bytes:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content-Type": "application/json", "Content-Length": str(len(text)), "Connection": "close"} | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + text


class Server:
    """Reads whole requests and answers from a list; None closes the connection, an Event waits."""

    def __init__(self, answers: list[bytes | asyncio.Event | None]) -> None:
        self.answers = answers
        self.requests: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
            )
            self.requests.append(head + await reader.readexactly(length))
            answer = self.answers.pop(0)
            if isinstance(answer, asyncio.Event):
                await answer.wait()
            elif answer is not None:
                writer.write(answer)
                await writer.drain()


Try = Callable[..., Awaitable[tuple[Outcome, Server]]]


@pytest.fixture
async def sending() -> AsyncIterator[Try]:
    async with contextlib.AsyncExitStack() as stack:

        async def go(*answers: bytes | asyncio.Event | None, timeout_s: float = 20) -> tuple[Outcome, Server]:
            server = Server(list(answers))
            listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
            stack.callback(listening.close)
            port = listening.sockets[0].getsockname()[1]
            courier = SlackCourier(token="xoxb-1", base_url=f"http://127.0.0.1:{port}/api/", timeout_s=timeout_s)
            return await courier.send(CLAIMED, TARGET), server

        yield go


async def test_posted_and_found(sending: Try) -> None:
    outcome, server = await sending(http(POSTED), http({"ok": True, "permalink": "https://x.slack.com/p1"}))
    assert outcome == Sent("C0BILLING/1.2", "https://x.slack.com/p1")
    assert b"authorization: bearer xoxb-1" in server.requests[0].lower()


@pytest.mark.parametrize(
    "second", [None, http({"ok": False, "error": "message_not_found"}), http({"ok": True, "permalink": "javascript:1"})]
)
async def test_posted_without_an_address_is_posted(sending: Try, second: bytes | None) -> None:
    outcome, _ = await sending(http(POSTED), second)
    assert outcome == Sent("C0BILLING/1.2", None)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, Unclear("connection_lost")),
        (http(POSTED)[:-5], Unclear("connection_lost")),
        (http(b"<html>"), Unclear("answer_unreadable")),
        (http(b"busy", 503, Content_Type="text/plain"), Unclear("answer_unreadable")),
        (http({"ok": False, "error": "internal_error"}), Unclear("internal_error")),
        (http({"ok": False, "error": "some_trouble"}, 500), Unclear("some_trouble")),
        (http({"ok": True}), Unclear("answer_unreadable")),
        (http({"ok": False, "error": "channel_not_found"}), Failed("channel_not_found")),
        (http({"ok": False, "error": "<b>xoxb-1</b>"}), Unclear("answer_unreadable")),
        (http(b"no", 404, Content_Type="text/plain"), Failed("http_404")),
        (http({"ok": False, "error": "ratelimited"}, 429, Retry_After="7"), Later("ratelimited", 7.0)),
        (http({"ok": False, "error": "ratelimited"}, 429, Retry_After="soon"), Later("ratelimited", 30.0)),
        (http({}, 302, Location="http://127.0.0.1:1/elsewhere"), Failed("redirected")),
        (http({}, 307, Location="/api/chat.postMessage"), Failed("redirected")),
    ],
)
async def test_what_an_answer_means(sending: Try, answer: bytes | None, expected: Outcome) -> None:
    outcome, server = await sending(answer, http(POSTED))
    assert outcome == expected
    assert len(server.requests) == 1, "nothing is sent a second time"


async def test_a_silent_server_is_unclear(sending: Try) -> None:
    never = asyncio.Event()
    outcome, _ = await sending(never, timeout_s=1)
    never.set()
    assert outcome == Unclear("timeout")


async def test_nobody_there_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    # A proxy is for the world outside, never for this machine.
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:2")
    courier = SlackCourier(token="xoxb-1", base_url="http://127.0.0.1:1/api/", timeout_s=20)
    assert await courier.send(CLAIMED, TARGET) == Later("not_reachable")
