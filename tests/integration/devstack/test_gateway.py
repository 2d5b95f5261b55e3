"""The real gateway with the committed Caddyfile: what it serves, refuses, hides, and that a restart costs no request."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from trueup_devstack import gateway, probes, settings
from trueup_devstack.checkout import Checkout
from trueup_devstack.ports import SPAN, PortPlan, is_free

ROOT = Path(__file__).parents[3]


@dataclass
class Upstream:
    """A replica that can be stopped and started."""

    port: int
    service: str
    status: str = "alive"
    seen: list[str] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    """The reader of the stream has its first line."""
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        self.status = "alive"
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)

    async def drain(self) -> None:
        """Leave as a service does: say so for longer than a health check takes, then stop listening."""
        self.status = "draining"
        await asyncio.sleep(1.5)
        await self.stop()

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line = head.split("\r\n")[0]
            if "/livez" not in line:
                self.seen.append(line)
            length = next(
                (int(h.split(":")[1]) for h in head.split("\r\n") if h.lower().startswith("content-length")), 0
            )
            await reader.readexactly(length)
            if "/stream" in line:
                await self._stream(writer)
            else:
                body = json.dumps({"port": self.port, "service": self.service, "status": self.status}).encode()
                writer.write(f"HTTP/1.1 200 OK\r\nServer: secret/1.0\r\nContent-Length: {len(body)}\r\n".encode())
                writer.write(b"Content-Type: application/json\r\nConnection: close\r\n\r\n" + body)
                await writer.drain()
        writer.close()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for number in range(3):
            writer.write(f"data: {number}\n\n".encode())
            await writer.drain()
            await self.heard.wait()


@dataclass
class Gateway:
    """A running gateway in front of two API replicas and one receiver."""

    wiring: settings.Wiring
    api: list[Upstream]
    receiver: Upstream
    http: httpx.AsyncClient


def _make_page(root: Path) -> None:
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<title>Trueup</title>")
    (root / "assets" / "app-1a2b3c.js").write_text("1")
    (root / ".built-from").write_text("hash")


def _checkout(folder: Path) -> Checkout:
    (folder / "deploy" / "gateway").mkdir(parents=True)
    (folder / "deploy" / "gateway" / "Caddyfile").write_text((ROOT / "deploy" / "gateway" / "Caddyfile").read_text())
    checkout = Checkout(folder, folder / ".trueup")
    _make_page(checkout.web / "dist")
    return checkout


def _free_plan() -> PortPlan:
    """Drawn, so that tests beside each other do not choose the same; below the ports that connections are given."""
    plans = map(PortPlan, random.sample(range(12080, 32000, SPAN), k=100))
    return next(plan for plan in plans if all(map(is_free, plan.at_start().values())))


@asynccontextmanager
async def _serving(folder: Path, **env: str) -> AsyncIterator[Gateway]:
    wiring = settings.Wiring(_checkout(folder), _free_plan(), {})
    async with httpx.AsyncClient(base_url=wiring.url, timeout=40) as http:
        api = [Upstream(wiring.ports.replica("dashboard-api", index), "dashboard-api") for index in range(2)]
        receiver = Upstream(wiring.ports.replica("stripe-webhooks", 0), "stripe-webhooks")
        started = Gateway(wiring, api, receiver, http)
        for upstream in (*started.api, started.receiver):
            await upstream.start()
        process = await asyncio.create_subprocess_exec(
            *gateway.command(wiring),
            env=gateway.environment(wiring) | {"PATH": "/usr/bin:/bin"} | env,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(60):
                while not await probes.http(wiring.ports.gateway, "/gateway-health"):
                    await asyncio.sleep(0.05)
            yield started
        finally:
            process.terminate()
            await process.wait()
            for upstream in (*started.api, started.receiver):
                await upstream.stop()


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Gateway]:
    async with _serving(tmp_path) as started:
        yield started


@pytest.fixture
async def impatient(tmp_path: Path) -> AsyncIterator[Gateway]:
    """Waits for nobody for long, so that what it says in the end is soon said."""
    async with _serving(tmp_path, TRUEUP_API_PATIENCE="1s", TRUEUP_WEBHOOK_PATIENCE="1s") as started:
        yield started


class TestPage:
    @pytest.mark.parametrize("path", ["/", "/accounts/acct-1", "/accounts?page=2"])
    async def test_every_page_address_is_the_page(self, running: Gateway, path: str) -> None:
        answer = await running.http.get(path)
        assert answer.status_code == 200
        assert "Trueup" in answer.text
        assert answer.headers["cache-control"] == "no-cache"

    async def test_hashed_files_are_kept_for_long(self, running: Gateway) -> None:
        answer = await running.http.get("/assets/app-1a2b3c.js")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"

    @pytest.mark.parametrize(
        "path",
        ["/assets/gone.js", "/.built-from", "/metrics", "/livez", "/readyz", "/webhooks/other", "/internal/connection"],
    )
    async def test_what_is_not_for_the_world_is_not_there(self, running: Gateway, path: str) -> None:
        answer = await running.http.get(path)
        assert answer.status_code == 404
        assert "Trueup</title>" not in answer.text

    @pytest.mark.parametrize("path", ["/", "/api/v1/me", "/assets/gone.js", "/webhooks/other", "/assets/app-1a2b3c.js"])
    async def test_every_answer_carries_the_security_headers(self, running: Gateway, path: str) -> None:
        headers = (await running.http.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers
        assert "via" not in headers


class TestApi:
    async def test_requests_go_to_the_replicas_unchanged(self, running: Gateway) -> None:
        assert (await running.http.get("/api/v1/accounts?page=2")).json()["port"] in {u.port for u in running.api}
        assert any("GET /api/v1/accounts?page=2 " in line for upstream in running.api for line in upstream.seen)

    async def test_a_body_too_large_is_refused_as_a_problem(self, running: Gateway) -> None:
        answer = await running.http.post("/api/v1/imports/accounts", content=b"x" * 5_100_000)
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "request_too_large"

    async def test_away_is_a_problem_with_a_code(self, impatient: Gateway) -> None:
        for upstream in impatient.api:
            await upstream.stop()
        answer = await impatient.http.get("/api/v1/me")
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["code"] == "upstream_unavailable"
        assert answer.json()["status"] == 503

    async def test_the_live_stream_is_not_held_back(self, running: Gateway) -> None:
        arrived = []
        async with asyncio.timeout(30), running.http.stream("GET", "/api/v1/stream") as answer:
            async for line in answer.aiter_lines():
                arrived += [line] if line else []
                for upstream in running.api:  # the second line is written only now
                    upstream.heard.set()
        assert arrived == ["data: 0", "data: 1", "data: 2"]


class TestRestart:
    async def _load(self, running: Gateway, over: asyncio.Event, *, method: str, path: str) -> list[int]:
        answers: list[int] = []
        while not over.is_set():
            answers.append((await running.http.request(method, path)).status_code)
        return answers

    async def _roll(self, upstreams: list[Upstream]) -> None:
        for upstream in upstreams * 2:
            await upstream.drain()
            await asyncio.sleep(0.7)
            await upstream.start()

    @pytest.mark.parametrize(("method", "path"), [("GET", "/api/v1/accounts"), ("POST", "/api/v1/syncs")])
    async def test_a_rolling_restart_costs_no_request(self, running: Gateway, method: str, path: str) -> None:
        over = asyncio.Event()
        loads = [asyncio.create_task(self._load(running, over, method=method, path=path)) for _ in range(4)]
        await self._roll(running.api)
        over.set()
        answers = [status for load in await asyncio.gather(*loads) for status in load]
        assert len(answers) > 50
        assert set(answers) == {200}

    async def test_a_single_receiver_that_restarts_costs_no_webhook(self, running: Gateway) -> None:
        over = asyncio.Event()
        load = asyncio.create_task(self._load(running, over, method="POST", path="/webhooks/stripe"))
        await self._roll([running.receiver])
        over.set()
        assert set(await load) == {200}

    async def test_replicas_come_and_go_without_a_failed_request(self, running: Gateway) -> None:
        over = asyncio.Event()
        loads = [
            asyncio.create_task(self._load(running, over, method="GET", path="/api/v1/accounts")) for _ in range(4)
        ]
        added = Upstream(running.wiring.ports.replica("dashboard-api", 7), "dashboard-api")
        await added.start()
        async with asyncio.timeout(60):
            while not added.seen:
                await asyncio.sleep(0.05)
        for leaving in running.api:
            await leaving.drain()
            leaving.seen.clear()
        await asyncio.sleep(0.5)
        over.set()
        assert {status for load in await asyncio.gather(*loads) for status in load} == {200}
        assert not [upstream for upstream in running.api if upstream.seen]
        await added.stop()

    async def test_a_strange_program_on_a_replicas_port_gets_no_request(self, running: Gateway) -> None:
        stranger = Upstream(running.wiring.ports.replica("dashboard-api", 3), "somebody-else")
        await stranger.start()
        await asyncio.sleep(2.5)  # longer than two health checks: there is nothing to be awaited
        for _ in range(20):
            assert (await running.http.get("/api/v1/accounts")).json()["service"] == "dashboard-api"
        assert not stranger.seen
        await stranger.stop()


class TestWebhooks:
    async def test_the_raw_body_reaches_the_receiver(self, running: Gateway) -> None:
        assert (await running.http.post("/webhooks/stripe", content=b"{}")).status_code == 200
        assert running.receiver.seen == ["POST /webhooks/stripe HTTP/1.1"]

    async def test_a_body_over_a_megabyte_is_refused(self, running: Gateway) -> None:
        assert (await running.http.post("/webhooks/stripe", content=b"x" * 1_100_000)).status_code == 413

    async def test_a_receiver_away_is_503_so_that_the_sender_repeats(self, impatient: Gateway) -> None:
        await impatient.receiver.stop()
        assert (await impatient.http.post("/webhooks/stripe", content=b"{}")).status_code == 503
