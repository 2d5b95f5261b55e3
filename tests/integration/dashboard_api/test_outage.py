"""PostgreSQL away: said at once as 503, never a hanging request, and over by itself."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest

from dashboard_api.__main__ import SCHEMA, wire
from dashboard_api.entrypoints.http.app import create_app
from dashboard_api.settings import Settings
from trueup_kit.postgres import create_engine

ANSWER_MAX_S = 5.0


class Proxy:
    """Stands between the service and PostgreSQL: passes on, cuts off, or goes silent."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._writers: list[asyncio.StreamWriter] = []
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def silence(self) -> None:
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            there_reader, there_writer = await asyncio.open_connection(*self._target)
            self._writers += [writer, there_writer]
            await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
            writer.close()


@pytest.fixture
async def proxy(database: Any) -> AsyncIterator[Proxy]:
    parts = urlsplit(database.admin_dsn)
    proxy = Proxy(parts.hostname or "", parts.port or 5432)
    await proxy.open()
    yield proxy
    await proxy.cut()


@pytest.fixture
async def reached(settings: Settings, issuer: Any, proxy: Proxy) -> AsyncIterator[httpx.AsyncClient]:
    """The service, reaching PostgreSQL through the proxy."""
    parts = urlsplit(settings.postgres_dsn)
    dsn = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{proxy.port}"))
    engine = create_engine(dsn, application_name="test", pool_size=2, schema=SCHEMA)
    async with httpx.AsyncClient(transport=httpx.MockTransport(issuer.answer)) as http:
        app = create_app(wire(settings, engine=engine, http=http))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            yield client
    await engine.dispose()


async def ask(client: httpx.AsyncClient, headers: dict[str, str]) -> tuple[int, str | None, float]:
    started = time.perf_counter()
    response = await client.get("/api/v1/accounts", headers=headers)
    assert response.status_code == 200 or response.headers["retry-after"]
    return response.status_code, response.json().get("code"), time.perf_counter() - started


async def test_an_absent_database_is_said_at_once(
    portfolio: Any, reached: httpx.AsyncClient, proxy: Proxy, bearer: Any
) -> None:
    headers = bearer("fay", "finance")
    assert (await ask(reached, headers))[0] == 200
    await proxy.cut()
    status, code, took_s = await ask(reached, headers)
    assert (status, code) == (503, "database_unavailable")
    assert took_s < ANSWER_MAX_S
    await proxy.open()
    assert (await ask(reached, headers))[0] == 200


async def test_a_silent_database_hangs_nobody(
    portfolio: Any, reached: httpx.AsyncClient, proxy: Proxy, bearer: Any
) -> None:
    headers = bearer("fay", "finance")
    assert (await ask(reached, headers))[0] == 200
    proxy.silence()
    # More at once than there are connections: those that wait for one are answered in time too.
    for status, code, took_s in await asyncio.gather(*(ask(reached, headers) for _ in range(6))):
        assert (status, code) == (503, "database_unavailable")
        assert took_s < ANSWER_MAX_S
    proxy.flow()
    assert (await ask(reached, headers))[0] == 200
