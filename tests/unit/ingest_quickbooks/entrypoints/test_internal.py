"""The routes between dashboard-api and the connection: for whoever shows the secret, bounded, and without a secret in an answer."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ingest_quickbooks.domain.connecting import Connection
from ingest_quickbooks.entrypoints.internal import BODY_BYTES_MAX, internal_router
from ingest_quickbooks.ports import CodeNotTaken, SourceUnavailable
from ingest_quickbooks.usecases.connect import Connecting

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
SECRET = "s" * 32
WHERE = "/internal/connection"
ROUTES = [("GET", ""), ("POST", "/begin"), ("POST", "/finish"), ("DELETE", "")]


class Ledger:
    """States and a vault; the code goes nowhere, or is refused."""

    def __init__(self, *, secret: str | None = SECRET, refusal: Exception | None = None) -> None:
        self.refusal = refusal
        self.marks: set[str] = set()
        self.looks = 0
        connecting = Connecting(self, self, lambda: NOW, "https://ledger/allow", "app", "https://us/back", "99")
        app = FastAPI()
        app.include_router(internal_router(connecting, secret=secret, clock=lambda: NOW, connected=self._look))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://own")

    def _look(self) -> None:
        self.looks += 1

    async def put(self, mark: str, until: datetime) -> None:
        self.marks.add(mark)

    async def take(self, mark: str, now: datetime) -> bool:
        found = mark in self.marks
        self.marks.discard(mark)
        return found

    async def connect(self, code: str, redirect_uri: str) -> None:
        if self.refusal:
            raise self.refusal

    async def disconnect(self) -> bool:
        if self.refusal:
            raise self.refusal
        return True

    async def state(self) -> Connection:
        return Connection("alive")

    async def ask(self, method: str, path: str, body: Any = None, *, shown: str = f"Bearer {SECRET}") -> httpx.Response:
        content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        return await self.http.request(method, f"{WHERE}{path}", headers={"Authorization": shown}, **content)


@pytest.mark.parametrize("route", ROUTES)
async def test_without_the_secret_nobody_gets_anywhere(route: tuple[str, str]) -> None:
    for shown in ("", "Bearer", f"Bearer {SECRET}x", f"Basic {SECRET}", SECRET, f"bearer {SECRET}"):
        refused = await Ledger().ask(*route, shown=shown)
        assert (refused.status_code, refused.json()["code"]) == (401, "wrong_secret"), shown
    for shown in ("", "Bearer None", "Bearer "):
        closed = await Ledger(secret=None).ask(*route, shown=shown)
        assert (closed.status_code, closed.json()["code"]) == (404, "not_set_up")


@pytest.mark.parametrize("path", ["/begin", "/finish"])
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "invalid_body"),
        (b"[" * 10_000, 400, "invalid_body"),
        (b"\xff", 400, "invalid_body"),
        ([], 400, "invalid_body"),
        ({}, 400, "invalid_body"),
        ({"bound_to": "", "address": "?"}, 400, "invalid_body"),
        ({"bound_to": 7, "address": "?"}, 400, "invalid_body"),
        (b"x" * (BODY_BYTES_MAX + 1), 413, "body_too_large"),
    ],
)
async def test_bodies_are_bounded_and_of_one_shape(path: str, body: Any, status: int, code: str) -> None:
    ledger = Ledger()
    answer = await ledger.ask("POST", path, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (ledger.marks, ledger.looks) == (set(), 0)


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (CodeNotTaken("no"), 409, "code_not_taken"),
        (SourceUnavailable("away"), 503, "provider_error"),
    ],
)
async def test_what_quickbooks_refuses_is_told_by_a_code(refusal: Exception, status: int, code: str) -> None:
    ledger = Ledger(refusal=refusal)
    begun = (await ledger.ask("POST", "/begin", {"bound_to": "ana"})).json()["authorise_url"]
    back = {"address": f"{begun}&code=the-code&realmId=99", "bound_to": "ana"}
    for answer in (await ledger.ask("POST", "/finish", back), await ledger.ask("DELETE", "")):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ledger.looks == 0


async def test_the_code_is_in_no_log_and_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    ledger = Ledger()
    with caplog.at_level(logging.DEBUG):
        for company in ("1", "99"):
            begun = (await ledger.ask("POST", "/begin", {"bound_to": "ana"})).json()["authorise_url"]
            back = {"address": f"{begun}&code=the-code&realmId={company}", "bound_to": "ana"}
            answer = await ledger.ask("POST", "/finish", back)
            assert "the-code" not in answer.text
    assert (answer.status_code, ledger.looks) == (204, 1)
    assert "the-code" not in caplog.text
