"""`trueup contract-check SOURCE` against the sandbox: what holds passes, what does not is named, nothing is written."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cryptography.fernet import Fernet

from trueup_devstack.scratch import free_port

if TYPE_CHECKING:
    from tests.databases import Database

SMALL = Path(__file__).parents[3] / "deploy" / "sandbox" / "small.yaml"
TRUEUP = Path(sys.executable).with_name("trueup")
# Several processes are started one after the other.
pytestmark = pytest.mark.timeout(300)
METRICS = [{"metric": "api_calls", "event_type": "api_calls_metered", "property": "quantity", "unit": "calls"}]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A quiet sandbox's address."""
    port = free_port()
    env = os.environ | {
        "SANDBOX_HTTP_PORT": str(port),
        "SANDBOX_SCENARIO": str(SMALL),
        "SANDBOX_EVENTS_PER_MINUTE": "0",
        "SANDBOX_STATE_DIR": str(tmp_path_factory.mktemp("sandbox")),
    }
    with subprocess.Popen([sys.executable, "-m", "trueup_sandbox"], env=env) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/control/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        assert process.poll() is None, "the sandbox ended while starting"
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the sandbox does not answer")


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


async def check(source: str, env: dict[str, str], *options: str) -> tuple[int, list[str]]:
    process = await asyncio.create_subprocess_exec(
        TRUEUP, "contract-check", source, *options,
        env=os.environ | env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode().splitlines()


async def control(sandbox: str, path: str, **body: Any) -> None:
    async with httpx.AsyncClient(base_url=f"{sandbox}/control", timeout=10) as http:
        (await http.post(path, json=body)).raise_for_status()


PLANTED = "Invoice.CurrencyRef: missing (id "
"""The small world has one invoice that cannot be read; two checks must come upon it."""


@pytest.mark.parametrize(("source", "passes", "fails"), [("stripe", 10, 0), ("quickbooks", 8, 2), ("amplitude", 4, 0)])
async def test_what_holds_passes_and_what_does_not_is_named(
    sandbox: str, env: dict[str, str], source: str, passes: int, fails: int, tmp_path: Path
) -> None:
    await control(sandbox, "/happen", kind="invoice")
    await control(sandbox, "/happen", kind="delete")
    code, lines = await check(source, env, "--fixtures", str(tmp_path))
    assert lines[-1] == f"{passes} pass, {fails} FAIL, 0 unseen", "\n".join(lines)
    assert sum(line.startswith("FAIL") and PLANTED in line for line in lines) == fails
    assert code == (1 if fails else 0)
    kept = "".join(file.read_text() for file in tmp_path.iterdir())
    assert kept
    for secret in ("Trueup sandbox", "@", ".example", "acct_00", "Northwind", "sk_test"):
        assert secret not in kept, "a fixture must name nobody"


async def test_a_refusal_is_told_in_the_providers_words(sandbox: str, env: dict[str, str]) -> None:
    wrong = {"INGEST_AMPLITUDE_METRICS": json.dumps([METRICS[0] | {"event_type": "no_such_event"}])}
    code, lines = await check("amplitude", env | wrong)
    assert code == 1
    assert lines[0].startswith("FAIL   amplitude-sums: ")
    assert "Invalid chart definition" in lines[0]


async def test_a_refused_key_fails_every_check(env: dict[str, str]) -> None:
    code, lines = await check("stripe", env | {"STRIPE_WEBHOOKS_STRIPE_API_KEY": "sk_test_other"})
    assert code == 1
    assert lines[-1] == "0 pass, 10 FAIL, 0 unseen"


async def test_writing_is_for_test_keys_only(env: dict[str, str]) -> None:
    code, lines = await check("stripe", env, "--write")
    assert (code, lines[-2].split(":")[0]) == (0, "pass   stripe-pay-paid"), lines
    code, lines = await check("stripe", env | {"STRIPE_WEBHOOKS_STRIPE_API_KEY": "sk_live_x"}, "--write")
    assert (code, lines) == (2, ["--write is for test accounts only: this key is live"])


async def test_a_missing_setting_is_named(env: dict[str, str]) -> None:
    env = {name: value for name, value in env.items() if name != "INGEST_QUICKBOOKS_REALM_ID"}
    code, lines = await check("quickbooks", env)
    assert code == 2
    assert any("INGEST_QUICKBOOKS_REALM_ID" in line for line in lines)
