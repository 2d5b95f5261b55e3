"""A quiet sandbox in a process of its own, and the settings with which the three services read it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from cryptography.fernet import Fernet
from tests import forked
from tests.forked import Forked

from trueup_devstack.scratch import free_port

if TYPE_CHECKING:
    from tests.databases import Database

SMALL = Path(__file__).parents[3] / "deploy" / "sandbox" / "small.yaml"
METRICS = [{"metric": "api_calls", "event_type": "api_calls_metered", "property": "quantity", "unit": "calls"}]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A quiet sandbox's address."""
    port = free_port()
    folder = tmp_path_factory.mktemp("sandbox")
    env = {
        "SANDBOX_HTTP_PORT": str(port),
        "SANDBOX_SCENARIO": str(SMALL),
        "SANDBOX_EVENTS_PER_MINUTE": "0",
        "SANDBOX_STATE_DIR": str(folder / "state"),
    }
    process = forked.start("trueup_sandbox", folder / "log", env)
    try:
        _wait(f"http://127.0.0.1:{port}/control/health", process, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(20)


def _wait(url: str, process: Forked, log: Path) -> None:
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the sandbox does not answer")


Trueup = Callable[..., Coroutine[None, None, tuple[int, str]]]


@pytest.fixture
def trueup(tmp_path: Path) -> Trueup:
    """A command of the operator's tool, to its end: exit code, and all that it said."""
    numbers = count()

    async def running(env: Mapping[str, str], *argv: str) -> tuple[int, str]:
        log = tmp_path / f"trueup-{next(numbers)}.log"
        code = await asyncio.to_thread(forked.start("trueup_operator", log, env, argv).wait)
        return code, log.read_text()

    return running


@pytest.fixture
def env(sandbox: str, database: Database) -> dict[str, str]:
    """The three services' settings, as their processes have them."""
    found: dict[str, str] = {}
    for service in ("stripe_webhooks", "ingest_quickbooks", "ingest_amplitude"):
        shared = {"POSTGRES_DSN": database.dsn(service), "KAFKA_BOOTSTRAP": "127.0.0.1:9", "HTTP_PORT": "0"}
        found |= {f"{service.upper()}_{name}": value for name, value in shared.items()}
    return found | {
        "STRIPE_WEBHOOKS_STRIPE_API_KEY": "sk_test_sandbox",
        "STRIPE_WEBHOOKS_STRIPE_API_BASE": f"{sandbox}/stripe",
        "STRIPE_WEBHOOKS_WEBHOOK_SECRETS": "whsec_sandbox",
        "INGEST_QUICKBOOKS_BASE_URL": f"{sandbox}/quickbooks",
        "INGEST_QUICKBOOKS_TOKEN_URL": f"{sandbox}/quickbooks/oauth2/v1/tokens/bearer",
        "INGEST_QUICKBOOKS_CLIENT_ID": "qb_client",
        "INGEST_QUICKBOOKS_CLIENT_SECRET": "qb_secret",
        "INGEST_QUICKBOOKS_REALM_ID": "9130000000000001",
        "INGEST_QUICKBOOKS_INITIAL_REFRESH_TOKEN": "qb_refresh_0",
        "INGEST_QUICKBOOKS_TOKEN_KEY": Fernet.generate_key().decode(),
        "INGEST_AMPLITUDE_BASE_URL": f"{sandbox}/amplitude",
        "INGEST_AMPLITUDE_API_KEY": "amp_key",
        "INGEST_AMPLITUDE_SECRET_KEY": "amp_secret",
        "INGEST_AMPLITUDE_METRICS": json.dumps(METRICS),
        "INGEST_AMPLITUDE_EXPORT_DELAY_MIN": "0",
    }
