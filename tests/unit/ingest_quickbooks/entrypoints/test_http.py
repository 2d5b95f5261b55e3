"""QuickBooks' webhooks: proved on raw bytes, either shape, bounded, and only ever a reason to look."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ingest_quickbooks.domain.hints import Hint, read_hints, sign
from ingest_quickbooks.domain.reading import Unreadable
from ingest_quickbooks.entrypoints.http import BODY_BYTES_MAX, webhook_router
from ingest_quickbooks.usecases.take_hints import TakeHints, Taken
from trueup_kit.posts import Door
from trueup_sandbox.notices import Notice, cloud_events, notifications
from trueup_sandbox.notices import sign as signed_by_the_ledger
from trueup_sandbox.providers.quickbooks.routes import REALM

VERIFIER = "v-token"
NOTICES = [Notice("Invoice", "12", "updated", 1_764_000_000_000), Notice("Payment", "7", "deleted", 1_764_000_000_001)]


class Receiver:
    """The route with a look that is only counted."""

    def __init__(self, *, verifier: str | None = VERIFIER, door: Door | None = None) -> None:
        self.looks = 0
        take = TakeHints(verifier, REALM, self._look) if verifier else None
        app = FastAPI()
        app.include_router(webhook_router(take, door))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://trueup")

    def _look(self) -> None:
        self.looks += 1

    async def post(self, body: Any, signature: str | bytes | None = None, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given: dict[str, Any] = {
            "intuit-signature": sign(content, VERIFIER) if signature is None else signature
        } | headers
        return await self.http.post("/webhooks/quickbooks", content=content, headers=given)


@pytest.mark.parametrize("body", [cloud_events(NOTICES), notifications(NOTICES)])
async def test_either_shape_is_a_reason_to_look_once(body: Any) -> None:
    receiver = Receiver()
    answer = await receiver.post(body, **{"content-type": "application/cloudevents+json"})
    assert (answer.status_code, receiver.looks) == (200, 1)
    assert list(read_hints(body)) == [Hint(REALM, "invoice", "12"), Hint(REALM, "payment", "7")]
    assert (await receiver.post(body)).status_code == 200, "a repeat is taken, too"


def test_our_signature_is_the_ledgers() -> None:
    for body in (b"", b"{}", "größe".encode(), b"\xff\x00"):
        assert sign(body, VERIFIER) == signed_by_the_ledger(body, VERIFIER)


@pytest.mark.parametrize(
    ("body", "signature", "status", "code"),
    [
        (cloud_events(NOTICES), "", 400, "signature_mismatch"),
        (cloud_events(NOTICES), "AAAA", 400, "signature_mismatch"),
        (cloud_events(NOTICES), sign(b"another body", VERIFIER), 400, "signature_mismatch"),
        (b"\xff", b"gr\xf6\xdfe", 400, "signature_mismatch"),
        (b"[", "AAAA", 400, "signature_mismatch"),
        (b"x" * (BODY_BYTES_MAX + 1), None, 413, "body_too_large"),
    ],
)
async def test_what_is_not_taken_is_told_and_never_looked_at(
    body: Any, signature: str | bytes | None, status: int, code: str
) -> None:
    receiver = Receiver()
    answer = await receiver.post(body, signature)
    assert (answer.status_code, answer.json()["code"], receiver.looks) == (status, code, 0)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "taken"),
    [
        (b"[", Taken(odd=("the body is no JSON",))),
        (b"\xff\xfe", Taken(odd=("the body is no JSON",))),
        (b"[" * 100_000, Taken(odd=("the body is no JSON",))),
        ({"hello": 1}, Taken(odd=("body: neither a list of CloudEvents nor eventNotifications",))),
        ([1], Taken(odd=("[0]: not an object",))),
        ([{"type": "com.other.created.v1"}], Taken(odd=("[0].type: not a type of QuickBooks",))),
        (
            [{"type": "qbo.invoice.updated.v1", "intuitaccountid": REALM}, *cloud_events(NOTICES)],
            Taken(ours=2, odd=("[0].intuitentityid: missing",)),
        ),
        ([{**cloud_events(NOTICES)[0], "intuitaccountid": "1"}], Taken(foreign=1)),
        ({"eventNotifications": 7}, Taken(odd=("eventNotifications[0].dataChangeEvent.entities[0].name: missing",))),
        (
            {"eventNotifications": [{"dataChangeEvent": {"entities": ["x"]}}, *notifications(NOTICES)["eventNotifications"]]},
            Taken(ours=2, odd=("eventNotifications[0].dataChangeEvent.entities[0].name: missing",)),
        ),
    ],
)  # fmt: skip
async def test_of_what_is_signed_everything_is_taken_that_can_be_read(body: Any, taken: Taken) -> None:
    receiver = Receiver()
    assert (await receiver.post(body)).status_code == 200, "or everything later is kept back"
    assert receiver.looks == bool(taken.ours)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert TakeHints(VERIFIER, REALM, lambda: None)(content, sign(content, VERIFIER)) == taken


async def test_only_what_concerns_us_has_us_look() -> None:
    receiver = Receiver()
    other = [Notice("Invoice", "1", "updated", 1)]
    foreign = [{**event, "intuitaccountid": "1"} for event in cloud_events(other)]
    vendor = [{**cloud_events(other)[0], "type": "qbo.vendor.created.v1"}]
    for body, looks in ((vendor, 0), ([], 0), ({"eventNotifications": []}, 0), (foreign + cloud_events(NOTICES), 1)):
        assert (await receiver.post(body)).status_code == 200
        assert receiver.looks == looks


async def test_without_a_verifier_nothing_is_taken() -> None:
    answer = await Receiver(verifier=None).post(cloud_events(NOTICES))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_set_up")


async def test_slow_and_many_senders_are_bounded() -> None:
    receiver = Receiver(door=Door(at_once=2, bytes_max=1000, timeout_s=0.2))

    async def never() -> AsyncIterator[bytes]:
        yield b"["
        await asyncio.sleep(5)

    slow = [asyncio.create_task(receiver.http.post("/webhooks/quickbooks", content=never())) for _ in range(2)]
    await asyncio.sleep(0.05)
    busy = await receiver.post(cloud_events(NOTICES[:1]))
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "5")
    assert [(await one).status_code for one in slow] == [408, 408]
    assert (await receiver.post(cloud_events(NOTICES[:1]))).status_code == 200


def test_what_cannot_be_read_is_named_by_its_path() -> None:
    broken = cloud_events(NOTICES)
    del broken[1]["intuitentityid"]
    assert [str(one) for one in read_hints(broken) if isinstance(one, Unreadable)] == ["[1].intuitentityid: missing"]
    legacy = notifications(NOTICES)
    del legacy["eventNotifications"][0]["dataChangeEvent"]["entities"][1]["id"]
    assert [str(one) for one in read_hints(legacy) if isinstance(one, Unreadable)] == [
        "eventNotifications[0].dataChangeEvent.entities[1].id: missing"
    ]
