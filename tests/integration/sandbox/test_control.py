"""The controls over HTTP: faults, tokens, facts, the answer key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest


async def test_the_world_names_what_is_planted_where(running: Any) -> None:
    world = (await running.http.get("/control/world")).json()
    assert world["accounts"] == 60
    assert {one["situation"] for one in world["planted"]} == set(world["situations"])
    assert (await running.http.get("/control/health")).json()["status"] == "ok"


@pytest.mark.parametrize("provider", ["stripe", "quickbooks", "amplitude"])
async def test_a_provider_goes_down_and_comes_back(running: Any, provider: str) -> None:
    paths = {
        "stripe": "/stripe/v1/invoices",
        "quickbooks": "/quickbooks/v3/company/9130000000000001/cdc",
        "amplitude": "/amplitude/api/2/export",
    }
    await running.http.post("/control/faults", json={"provider": provider, "mode": "down"})
    assert (await running.http.get(paths[provider])).status_code == 503
    await running.http.post("/control/faults", json={"provider": provider, "mode": "garbage"})
    garbage = await running.http.get(paths[provider])
    with pytest.raises(ValueError):
        garbage.json()
    await running.http.post("/control/faults", json={"provider": provider, "mode": "none"})
    assert (await running.http.get(paths[provider])).status_code in {401, 403}


async def test_tokens_are_for_known_logins(running: Any) -> None:
    users = (await running.http.get("/control/users")).json()
    assert {one["user"]: one["role"] for one in users}["fay"] == "finance"
    assert (await running.http.post("/control/token", json={"user": "fay"})).json()["access_token"].count(".") == 2
    assert (await running.http.post("/control/token", json={"user": "nobody"})).status_code == 404


async def test_production_hands_out_no_tokens(start: Any) -> None:
    async with start(environment="production") as running:
        assert (await running.http.post("/control/token", json={"user": "fay"})).status_code == 403


async def test_facts_count_what_can_be_read(running: Any) -> None:
    ledger = (await running.http.get("/control/sources/quickbooks/facts")).json()
    assert ledger["customers"] == 60
    assert ledger["credit_memos"] == 1
    assert ledger["details"]["invoices"]["states"]["unreadable"] == 1
    assert ledger["invoices"] == len(running.world.desk.store.invoices) - 1
    gateway = (await running.http.get("/control/sources/stripe/facts")).json()
    assert gateway["refunds"] == gateway["disputes"] == 1
    past = (await running.http.get("/control/sources/stripe/facts", params={"as_of": "2026-01-01T00:00:00Z"})).json()
    assert past["invoices"] == 0
    usage = (await running.http.get("/control/sources/amplitude/facts")).json()
    assert usage["metrics"]["api_calls"]["quantity"] > 0


async def test_the_key_answers_many_at_once(running: Any) -> None:
    now = datetime.now(UTC).isoformat()
    marks = [{"source": source, "scope": "x", "as_of": now} for source in ("quickbooks", "stripe")]
    marks += [
        {"source": "amplitude", "scope": f"usage|{metric}|0", "from_day": "2026-01-01", "as_of": now}
        for metric in ("api_calls", "messages_sent", "storage_gb_hours")
    ]
    asked = [{"client_id": one.client_id, "now": now, "watermarks": marks} for one in running.world.accounts]
    answers = (await running.http.post("/control/key", json={"accounts": asked})).json()["accounts"]
    assert [one["client_id"] for one in answers] == [one["client_id"] for one in asked]
    assert {one["row_variance"]["band"] for one in answers} >= {
        "matched",
        "over_billed",
        "under_billed",
        "cannot_judge",
    }
    unknown = await running.http.post("/control/key", json={"accounts": [{"client_id": "x", "now": now}]})
    assert unknown.status_code == 404


async def test_what_cannot_happen_says_so(running: Any) -> None:
    assert (await running.http.post("/control/happen", json={"kind": "pay", "client_id": "cl_9"})).status_code == 404
    assert (await running.http.post("/control/happen", json={"kind": "explode"})).status_code == 422
    idle = next(one for one in running.world.accounts if one.planted and one.planted.name == "ended_account")
    refused = await running.http.post("/control/happen", json={"kind": "usage", "client_id": idle.client_id})
    assert refused.status_code == 409


@pytest.mark.parametrize("ahead_s", [20, -20])
async def test_the_providers_clock_can_be_wrong_and_never_goes_back(running: Any, ahead_s: int) -> None:
    async def told() -> datetime:
        health = await running.http.get("/control/sources/quickbooks/facts")
        return datetime.fromisoformat(health.json()["as_of"])

    first = await told()
    (await running.http.post("/control/clock", json={"ahead_s": ahead_s})).raise_for_status()
    wrong, now = await told(), datetime.now(UTC)
    assert wrong >= first
    assert wrong > now + timedelta(seconds=10) if ahead_s > 0 else wrong < now
    await running.http.post("/control/clock", json={"ahead_s": 0})
    assert await told() >= wrong
    assert (await running.http.post("/control/clock", json={"ahead_s": 3600})).status_code == 422
