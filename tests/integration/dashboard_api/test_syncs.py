"""The manual refresh goes over the outbox, and one person cannot flood the sources with it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

SYNCS = "/api/v1/syncs"


async def sent(world: Any) -> list[dict[str, Any]]:
    rows = await world.admin.fetch("SELECT topic, key, value FROM dashboard.outbox ORDER BY id")
    assert {row["topic"] for row in rows} <= {"trueup.syncs.requested.v1"}
    return [json.loads(row["value"]) for row in rows]


async def test_all_sources_are_asked_for_by_default(world: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    response = await client.post(SYNCS, headers=bearer("ana", "account_manager"))
    assert response.status_code == 202
    events = await sent(world)
    assert {event["source"]: event["request_id"] for event in events} == response.json()["request_ids"]
    assert {event["source"] for event in events} == {"amplitude", "quickbooks", "stripe"}
    assert {event["requested_by"] for event in events} == {"ana"}
    assert len({event["version"] for event in events}) == 3


async def test_one_source_can_be_named(world: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    response = await client.post(SYNCS, json={"source": "stripe"}, headers=bearer("ana", "account_manager"))
    assert list(response.json()["request_ids"]) == ["stripe"]


async def test_a_person_waits_between_refreshes(world: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    ana = bearer("ana", "account_manager")
    assert (await client.post(SYNCS, headers=ana)).status_code == 202
    refused = await client.post(SYNCS, headers=ana)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert 1 <= refused.json()["retry_after_s"] <= 10
    assert refused.headers["retry-after"] == str(refused.json()["retry_after_s"])
    assert len(await sent(world)) == 3
    assert (await client.post(SYNCS, headers=bearer("ben", "account_manager"))).status_code == 202
    await world.admin.execute("UPDATE dashboard.sync_requests SET requested_at = now() - interval '10 seconds'")
    assert (await client.post(SYNCS, headers=ana)).status_code == 202


@pytest.mark.parametrize("body", ['{"source":"paypal"}', '{"sauce":"stripe"}', "[]", "{", '"stripe"', "\x00"])
async def test_nonsense_is_refused(client: httpx.AsyncClient, bearer: Any, body: str) -> None:
    response = await client.post(SYNCS, content=body, headers=bearer("ana", "account_manager"))
    assert (response.status_code, response.json()["code"]) == (422, "invalid_body")
