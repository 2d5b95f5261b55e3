"""The webhook route: what the sender is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from stripe_webhooks.domain.signature import sign
from stripe_webhooks.entrypoints.http import BODY_BYTES_MAX, webhook_router
from stripe_webhooks.ports import InboxAway
from stripe_webhooks.usecases.accept import AcceptWebhook

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EVENT = b'{"id":"evt_1","object":"event","type":"invoice.paid","livemode":false,"data":{"object":{}}}'


@dataclass
class ListInbox:
    away: bool = False
    taken: list[bytes] = field(default_factory=list)

    async def append(self, *, key: str, value: bytes, event_id: str, created_at: datetime) -> None:
        if self.away:
            raise InboxAway
        self.taken.append(value)


@pytest.fixture
def inbox() -> ListInbox:
    return ListInbox()


@pytest.fixture
async def client(inbox: ListInbox) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(webhook_router(AcceptWebhook(inbox, ["whsec_a"], livemode=False, clock=lambda: NOW)))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


def signature(body: bytes) -> dict[str, str]:
    stamp_s = int(NOW.timestamp())
    return {"Stripe-Signature": f"t={stamp_s},v1={sign(body, 'whsec_a', stamp_s)}"}


async def test_a_proven_webhook_is_taken_byte_for_byte(client: httpx.AsyncClient, inbox: ListInbox) -> None:
    answer = await client.post("/webhooks/stripe", content=EVENT, headers=signature(EVENT))
    assert (answer.status_code, answer.content, inbox.taken) == (200, b"", [EVENT])


async def test_an_unsigned_one_is_refused_with_a_code(client: httpx.AsyncClient, inbox: ListInbox) -> None:
    answer = await client.post("/webhooks/stripe", content=EVENT)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unsigned"
    assert inbox.taken == []


async def test_without_the_bus_the_sender_is_asked_to_come_again(client: httpx.AsyncClient, inbox: ListInbox) -> None:
    inbox.away = True
    answer = await client.post("/webhooks/stripe", content=EVENT, headers=signature(EVENT))
    assert (answer.status_code, answer.json()["code"]) == (503, "bus_unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_the_longest_body_is_taken_and_one_byte_more_is_not(client: httpx.AsyncClient, inbox: ListInbox) -> None:
    longest = EVENT + b" " * (BODY_BYTES_MAX - len(EVENT))
    taken = await client.post("/webhooks/stripe", content=longest, headers=signature(longest))
    refused = await client.post("/webhooks/stripe", content=longest + b" ", headers=signature(longest + b" "))
    assert (taken.status_code, refused.status_code, refused.json()["code"]) == (200, 413, "body_too_large")
    assert len(inbox.taken) == 1


async def test_a_body_that_does_not_say_its_length_is_not_read_beyond_the_limit(client: httpx.AsyncClient) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 100 * BODY_BYTES_MAX:
            read += 65_536
            yield b"x" * 65_536

    answer = await client.post("/webhooks/stripe", content=endless())
    assert answer.status_code == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_only_posting_is_known(client: httpx.AsyncClient, method: str) -> None:
    assert (await client.request(method, "/webhooks/stripe")).status_code == 405


class TestFloods:
    @pytest.fixture
    async def narrow(self, inbox: ListInbox) -> AsyncIterator[tuple[httpx.AsyncClient, asyncio.Event]]:
        """Two at once; the bodies of the first two come when the event is set."""
        app, last = FastAPI(), asyncio.Event()
        accept = AcceptWebhook(inbox, ["whsec_a"], livemode=False, clock=lambda: NOW)
        app.include_router(webhook_router(accept, at_once=2, read_timeout_s=0.5))
        streams = iter([last, last])

        async def slow(scope: Any, receive: Any, send: Any) -> None:
            held = next(streams, None)

            async def pieces() -> Any:
                if held is not None:
                    await held.wait()
                return await receive()

            await app(scope, pieces, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=slow), base_url="http://test") as made:
            yield made, last

    async def test_who_comes_beyond_those_that_are_held_is_told_to_come_again(
        self, narrow: tuple[httpx.AsyncClient, asyncio.Event], inbox: ListInbox
    ) -> None:
        client, last = narrow
        held = [
            asyncio.create_task(client.post("/webhooks/stripe", content=EVENT, headers=signature(EVENT)))
            for _ in range(2)
        ]
        for _ in range(50):
            await asyncio.sleep(0)
        beyond = await client.post("/webhooks/stripe", content=EVENT, headers=signature(EVENT))
        assert (beyond.status_code, beyond.json()["code"], beyond.headers["retry-after"]) == (503, "too_many", "5")
        last.set()
        assert [(await one).status_code for one in held] == [200, 200]
        assert len(inbox.taken) == 2

    async def test_a_body_that_does_not_come_gives_its_place_back(
        self, narrow: tuple[httpx.AsyncClient, asyncio.Event]
    ) -> None:
        client, _ = narrow
        slow = await asyncio.gather(*(client.post("/webhooks/stripe", content=EVENT) for _ in range(2)))
        assert [(one.status_code, one.json()["code"]) for one in slow] == [(408, "body_too_slow")] * 2
        answer = await client.post("/webhooks/stripe", content=EVENT, headers=signature(EVENT))
        assert answer.status_code == 200

    async def test_a_sender_that_goes_away_is_no_error_of_ours(self, inbox: ListInbox) -> None:
        app, said = FastAPI(), []
        app.include_router(webhook_router(AcceptWebhook(inbox, ["whsec_a"], livemode=False, clock=lambda: NOW)))
        parts = iter([{"type": "http.request", "body": EVENT[:10], "more_body": True}, {"type": "http.disconnect"}])

        async def receive() -> Any:
            return next(parts)

        async def send(message: Any) -> None:
            said.append(message)

        scope = {"type": "http", "method": "POST", "path": "/webhooks/stripe", "headers": [], "query_string": b""}
        await app(scope, receive, send)
        assert said[0]["status"] == 400
        assert inbox.taken == []
