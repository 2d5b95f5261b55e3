"""The service that reads QuickBooks, as dashboard-api meets it: its own routes and use case, with nothing behind them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
from fastapi import FastAPI

from ingest_quickbooks.domain.connecting import Connection
from ingest_quickbooks.entrypoints.internal import internal_router
from ingest_quickbooks.usecases.connect import Connecting

HOST = "ledger"
SECRET = "word-between-the-page-and-the-ledger-reader"
REALM = "9130000000000001"
CALLBACK = "/api/v1/connections/quickbooks/callback"


class Ledger(httpx.AsyncBaseTransport):
    """States and a vault in memory; `broken` stands for a request that meets nobody, or gets no answer."""

    def __init__(self, *, secret: str = SECRET, public_url: str = "http://127.0.0.1:8080") -> None:
        self.now = datetime.now(UTC)
        self.states: dict[str, datetime] = {}
        self.connection = Connection("none")
        self.codes: list[str] = []
        self.refusal: Exception | None = None
        self.broken: type[httpx.HTTPError] | None = None
        connecting = Connecting(
            self, self, lambda: self.now, "https://intuit/allow", "app", f"{public_url}{CALLBACK}", REALM
        )
        app = FastAPI()
        app.include_router(internal_router(connecting, secret=secret, clock=lambda: self.now, connected=lambda: None))
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.broken:
            raise self.broken("broken")
        return await self._inner.handle_async_request(request)

    async def put(self, mark: str, until: datetime) -> None:
        self.states[mark] = until

    async def take(self, mark: str, now: datetime) -> bool:
        return now < self.states.pop(mark, now)

    async def connect(self, code: str, redirect_uri: str) -> None:
        if self.refusal:
            raise self.refusal
        self.codes.append(code)
        self.connection = Connection("alive", self.now + timedelta(days=101))

    async def disconnect(self) -> bool:
        if self.refusal:
            raise self.refusal
        was, self.connection = self.connection.state == "alive", Connection("none")
        return was

    async def state(self) -> Connection:
        return self.connection


class Outside(httpx.AsyncBaseTransport):
    """What the service reaches: the ledger's service, and the issuer for everything else."""

    def __init__(self, ledger: Ledger, issuer: Callable[[httpx.Request], httpx.Response]) -> None:
        self._ledger = ledger
        self._issuer = httpx.MockTransport(issuer)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass it on."""
        way = self._ledger if request.url.host == HOST else self._issuer
        return await way.handle_async_request(request)
