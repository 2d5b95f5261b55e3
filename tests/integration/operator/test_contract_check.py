"""`trueup contract-check SOURCE` against the sandbox: what holds passes, what does not is named, nothing is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.integration.operator.conftest import METRICS, Trueup


async def check(trueup: Trueup, source: str, env: dict[str, str], *options: str) -> tuple[int, list[str]]:
    code, said = await trueup(env, "contract-check", source, *options)
    return code, said.splitlines()


async def control(sandbox: str, path: str, **body: Any) -> None:
    async with httpx.AsyncClient(base_url=f"{sandbox}/control", timeout=10) as http:
        (await http.post(path, json=body)).raise_for_status()


PLANTED = "Invoice.CurrencyRef: missing (id "
"""The small world has one invoice that cannot be read; two checks must come upon it."""


@pytest.mark.parametrize(("source", "passes", "fails"), [("stripe", 11, 0), ("quickbooks", 8, 2), ("amplitude", 4, 0)])
async def test_what_holds_passes_and_what_does_not_is_named(
    trueup: Trueup, sandbox: str, env: dict[str, str], source: str, passes: int, fails: int, tmp_path: Path
) -> None:
    await control(sandbox, "/happen", kind="invoice")
    await control(sandbox, "/happen", kind="delete")
    code, lines = await check(trueup, source, env, "--fixtures", str(tmp_path))
    assert lines[-1] == f"{passes} pass, {fails} FAIL, 0 unseen", "\n".join(lines)
    assert sum(line.startswith("FAIL") and PLANTED in line for line in lines) == fails
    assert code == (1 if fails else 0)
    kept = "".join(file.read_text() for file in tmp_path.iterdir())
    assert kept
    for secret in ("Trueup sandbox", "@", ".example", "acct_00", "Northwind", "sk_test"):
        assert secret not in kept, "a fixture must name nobody"


async def test_a_refusal_is_told_in_the_providers_words(trueup: Trueup, env: dict[str, str]) -> None:
    wrong = {"INGEST_AMPLITUDE_METRICS": json.dumps([METRICS[0] | {"event_type": "no_such_event"}])}
    code, lines = await check(trueup, "amplitude", env | wrong)
    assert code == 1
    assert lines[0].startswith("FAIL   amplitude-sums: ")
    assert "Invalid chart definition" in lines[0]


async def test_a_refused_key_fails_every_check(trueup: Trueup, env: dict[str, str]) -> None:
    code, lines = await check(trueup, "stripe", env | {"STRIPE_WEBHOOKS_STRIPE_API_KEY": "sk_test_other"})
    assert code == 1
    assert lines[-1] == "0 pass, 11 FAIL, 0 unseen"


async def test_a_dead_connection_passes_no_check(trueup: Trueup, sandbox: str, env: dict[str, str]) -> None:
    await control(sandbox, "/quickbooks/refusal", refusal="lapsed")
    code, lines = await check(trueup, "quickbooks", env)
    await control(sandbox, "/quickbooks/refusal", refusal="none")
    assert (code, lines[-1]) == (1, "0 pass, 10 FAIL, 0 unseen"), "\n".join(lines)


async def test_writing_is_for_test_keys_only(trueup: Trueup, env: dict[str, str]) -> None:
    code, lines = await check(trueup, "stripe", env, "--write")
    assert (code, lines[-2].split(":")[0]) == (0, "pass   stripe-pay-paid"), lines
    code, lines = await check(trueup, "stripe", env | {"STRIPE_WEBHOOKS_STRIPE_API_KEY": "sk_live_x"}, "--write")
    assert (code, lines) == (2, ["--write is for test accounts only: this key is live"])


async def test_a_missing_setting_is_named(trueup: Trueup, env: dict[str, str]) -> None:
    env = {name: value for name, value in env.items() if name != "INGEST_QUICKBOOKS_REALM_ID"}
    code, lines = await check(trueup, "quickbooks", env)
    assert code == 2
    assert any("INGEST_QUICKBOOKS_REALM_ID" in line for line in lines)
