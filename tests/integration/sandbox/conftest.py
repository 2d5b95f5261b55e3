"""A sandbox on a real port, in this process for speed or in one of its own to be killed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from tests import forked
from tests.forked import Forked

from trueup_devstack.scratch import free_port
from trueup_sandbox.app import Sandbox, create
from trueup_sandbox.scenario import load
from trueup_sandbox.settings import SandboxSettings
from trueup_sandbox.world.world import World

SMALL = Path(__file__).parents[3] / "deploy" / "sandbox" / "small.yaml"


@dataclass
class Running:
    """A sandbox that answers."""

    url: str
    sandbox: Sandbox
    http: httpx.AsyncClient

    @property
    def world(self) -> World:
        return self.sandbox.controls.world

    async def happen(self, kind: str, client_id: str | None = None, count: int = 1) -> dict[str, Any]:
        asked = {"kind": kind, "client_id": client_id, "count": count}
        answer = (await self.http.post("/control/happen", json=asked)).raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


Start = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
def start() -> Start:
    @contextlib.asynccontextmanager
    async def starting(**changed: Any) -> AsyncIterator[Running]:
        port = free_port()
        scenario = load(SMALL)
        for part, values in changed.pop("scenario", {}).items():
            scenario = scenario.model_copy(update={part: getattr(scenario, part).model_copy(update=values)})
        settings = SandboxSettings(scenario=SMALL, http_port=port, events_per_minute=0, **changed)
        sandbox = create(settings, World(scenario))
        server = uvicorn.Server(uvicorn.Config(sandbox.app, port=port, log_level="warning", lifespan="on"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        url = f"http://127.0.0.1:{port}"
        try:
            async with httpx.AsyncClient(base_url=url, timeout=20) as http:
                yield Running(url, sandbox, http)
        finally:
            server.should_exit = True
            await serving

    return starting


@pytest.fixture
async def running(start: Start) -> AsyncIterator[Running]:
    async with start() as one:
        yield one


@dataclass
class Process:
    """A sandbox in a process of its own."""

    url: str
    env: dict[str, str]
    log: Path
    forked: Forked | None = None

    async def start(self) -> None:
        self.forked = forked.start("trueup_sandbox", self.log, self.env)
        async with httpx.AsyncClient(base_url=self.url) as http:
            for _ in range(600):
                assert self.forked.poll() is None, self.log.read_text()
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get("/control/health")).is_success:
                        return
                await asyncio.sleep(0.1)
        raise AssertionError("the sandbox does not answer")

    def kill(self) -> None:
        if self.forked is not None:
            self.forked.kill()
            self.forked.wait()


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    port = free_port()
    env = {
        "SANDBOX_HTTP_PORT": str(port),
        "SANDBOX_SCENARIO": str(SMALL),
        "SANDBOX_STATE_DIR": str(tmp_path / "state"),
        "SANDBOX_EVENTS_PER_MINUTE": "600",
    }
    one = Process(f"http://127.0.0.1:{port}", env, tmp_path / "log")
    await one.start()
    try:
        yield one
    finally:
        one.kill()
