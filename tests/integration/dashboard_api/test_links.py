"""The links workbench: who waits, what is decided, told and written down, and what has moved is refused."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

WAITING = "stripe:cus_9"
OWNED = "quickbooks:a2"
SUGGESTED = [
    {"client_id": "a2", "name": "Ash Ltd", "score": 70, "reasons": [{"code": "name", "points": 60, "text": "."}]}
]
DECISIONS = "SELECT count(*) FROM dashboard.link_decisions"


@pytest.fixture
def adam(bearer: Any) -> dict[str, str]:
    headers: dict[str, str] = bearer("adam", "admin")
    return headers


class Workbench:
    """The read model as the reconciler would write it, and the requests."""

    def __init__(self, world: Any, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.admin = world.admin
        self.client = client
        self.headers = headers
        self.keys = iter(range(1000))

    async def waits(self, ref: str, *, decision_id: str | None = None, name: str = "Nobody", score: int = 0) -> None:
        await self.admin.execute("DELETE FROM read_model.links WHERE ref = $1", ref)
        await self.admin.execute("DELETE FROM read_model.unlinked_customers WHERE ref = $1", ref)
        await self.admin.execute(
            "INSERT INTO read_model.unlinked_customers (ref, source, name, observed_at, decision_id, suggestions,"
            " best_score) VALUES ($1, split_part($1, ':', 1), $2, $3, $4, $5, $6)",
            *(ref, name, datetime(2026, 11, 1, tzinfo=UTC), decision_id, json.dumps(SUGGESTED), score),
        )
        await self.admin.execute("UPDATE read_model.accounts SET payload = jsonb_set(payload, '{refs}', '[]')")

    async def belongs(self, ref: str, client_id: str, *, decision_id: str | None = None, by: str = "import") -> None:
        await self.admin.execute("DELETE FROM read_model.unlinked_customers WHERE ref = $1", ref)
        await self.admin.execute(
            "INSERT INTO read_model.links VALUES ($1, $2, $3, $4) ON CONFLICT (ref) DO UPDATE"
            " SET client_id = $2, linked_by = $3, decision_id = $4",
            *(ref, client_id, by, decision_id),
        )
        shown = [{"ref": ref, "name": "Ash", "linked_by": by, "decision_id": decision_id}]
        await self.admin.execute("UPDATE read_model.accounts SET payload = jsonb_set(payload, '{refs}', '[]')")
        await self.admin.execute(
            "UPDATE read_model.accounts SET payload = jsonb_set(payload, '{refs}', $2) WHERE client_id = $1",
            *(client_id, json.dumps(shown)),
        )

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        headers = self.headers | {"Idempotency-Key": key or f"test-key-{next(self.keys)}"}
        return await self.client.post(f"/api/v1/{path}", json=body, headers=headers)

    async def link(self, ref: str, client_id: str, seen: str | None = None, **more: Any) -> httpx.Response:
        return await self.post("links", {"ref": ref, "client_id": client_id, "seen_decision_id": seen}, **more)

    async def unlink(self, ref: str, client_id: str, seen: str | None = None, **more: Any) -> httpx.Response:
        return await self.post("unlinks", {"ref": ref, "client_id": client_id, "seen_decision_id": seen}, **more)

    async def state(self, decision: dict[str, Any]) -> str:
        found = await self.client.get(f"/api/v1/link-decisions/{decision['id']}", headers=self.headers)
        return str(found.json()["state"])

    async def listed(self, query: str = "") -> dict[str, Any]:
        found = await self.client.get(f"/api/v1/unlinked-customers{query}", headers=self.headers)
        assert found.status_code == 200, found.text
        return dict(found.json())


@pytest.fixture
async def bench(portfolio: Any, client: httpx.AsyncClient, adam: dict[str, str]) -> Workbench:
    made = Workbench(portfolio, client, adam)
    await made.waits(WAITING, score=70)
    return made


async def test_who_waits_is_listed_with_suggestions_the_best_first(bench: Workbench) -> None:
    await bench.waits("quickbooks:77", name="100% Cedar_Foods", score=20)
    await bench.waits("amplitude:x", score=20)
    body = await bench.listed()
    assert [each["ref"] for each in body["items"]] == [WAITING, "amplitude:x", "quickbooks:77"]
    assert body["items"][0]["suggestions"] == SUGGESTED
    assert body["items"][0]["decision"] is None
    assert (await bench.listed("?source=quickbooks"))["total"] == 1
    assert [each["ref"] for each in (await bench.listed("?search=0%25 cedar_"))["items"]] == ["quickbooks:77"]
    assert (await bench.listed("?search=cedarxfoods"))["total"] == 0
    second = await bench.listed("?page=2&page_size=2")
    assert ([each["ref"] for each in second["items"]], second["total"]) == (["quickbooks:77"], 3)
    assert (await bench.listed("?page=9"))["items"] == []


async def test_a_link_is_written_down_told_and_applying_until_the_row_names_it(bench: Workbench) -> None:
    response = await bench.link(WAITING, "a2")
    decision = response.json()
    assert response.status_code == 202, decision
    assert (decision["verdict"], decision["client_id"], decision["state"]) == ("linked", "a2", "applying")
    row = await bench.admin.fetchrow("SELECT key, value FROM dashboard.outbox WHERE topic = 'trueup.links.decided.v1'")
    event = json.loads(row["value"])
    assert row["key"] == WAITING
    assert (event["decision_id"], event["verdict"], event["client_id"]) == (decision["id"], "linked", "a2")
    entry = await bench.admin.fetchrow("SELECT * FROM dashboard.audit_log WHERE action = 'customer.linked'")
    assert (entry["client_id"], json.loads(entry["detail"])["ref"]) == ("a2", WAITING)
    assert (await bench.listed())["items"][0]["decision"]["state"] == "applying"
    await bench.admin.execute("DELETE FROM read_model.unlinked_customers")
    await bench.admin.execute("INSERT INTO read_model.links VALUES ($1, 'a2', 'decision', $2)", WAITING, decision["id"])
    assert await bench.state(decision) == "applying", "the account has not been decided yet"
    await bench.belongs(WAITING, "a2", decision_id=decision["id"], by="decision")
    assert await bench.state(decision) == "applied"


async def test_an_unlink_is_a_refusal_and_its_undo_restores(bench: Workbench) -> None:
    await bench.belongs(OWNED, "a2")
    off = (await bench.unlink(OWNED, "a2")).json()
    assert (off["verdict"], off["former_client_id"], off["state"]) == ("unlinked", "a2", "applying")
    await bench.waits(OWNED, decision_id=off["id"])
    assert await bench.state(off) == "applied"
    back = (await bench.post(f"link-decisions/{off['id']}/undo")).json()
    assert (back["verdict"], back["undoes"], await bench.state(off)) == ("withdrawn", off["id"], "superseded")
    await bench.belongs(OWNED, "a2", decision_id=back["id"])
    assert await bench.state(back) == "applied"
    again = (await bench.post(f"link-decisions/{back['id']}/undo")).json()
    assert (again["verdict"], again["former_client_id"]) == ("unlinked", "a2")
    versions = await bench.admin.fetch("SELECT value FROM dashboard.outbox ORDER BY id")
    told = [json.loads(row["value"]) for row in versions]
    assert [each["verdict"] for each in told] == ["unlinked", "withdrawn", "unlinked"]
    assert [each["version"] for each in told] == sorted(each["version"] for each in told)


async def test_what_has_moved_is_409(bench: Workbench) -> None:
    await bench.belongs(OWNED, "a2")
    first = (await bench.link(WAITING, "a2")).json()
    for response in (
        await bench.link(WAITING, "b1"),
        await bench.link(WAITING, "b1", first["id"]),
        await bench.link(OWNED, "b1"),
        await bench.unlink(OWNED, "b1"),
        await bench.unlink(WAITING, "b1", first["id"]),
    ):
        assert (response.status_code, response.json()["code"]) == (409, "customer_moved"), response.text
    moved = (await bench.link(WAITING, "b1")).json()
    assert (moved["client_id"], moved["decision_id"]) == ("a2", first["id"])
    await bench.post(f"link-decisions/{first['id']}/undo")
    late = await bench.post(f"link-decisions/{first['id']}/undo")
    assert (late.status_code, late.json()["code"]) == (409, "customer_moved")
    assert await bench.admin.fetchval(DECISIONS) == 2


async def test_the_same_key_decides_once_and_another_request_under_it_is_409(bench: Workbench) -> None:
    one, two = await asyncio.gather(*(bench.link(WAITING, "a2", key="same-key-1") for _ in range(2)))
    assert one.json()["id"] == two.json()["id"]
    other = await bench.link(WAITING, "b1", key="same-key-1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    undone = [await bench.post(f"link-decisions/{one.json()['id']}/undo", key="same-key-2") for _ in range(2)]
    assert undone[0].json()["id"] == undone[1].json()["id"]
    assert await bench.admin.fetchval(DECISIONS) == 2


async def test_of_two_at_once_one_is_told(bench: Workbench) -> None:
    answers = await asyncio.gather(bench.link(WAITING, "a2"), bench.link(WAITING, "b1"))
    assert sorted(each.status_code for each in answers) == [202, 409]


async def test_unknown_customers_accounts_and_decisions(bench: Workbench) -> None:
    assert (await bench.link("stripe:nobody", "a2")).json()["code"] == "customer_not_found"
    assert (await bench.link(WAITING, "no-such")).json()["code"] == "account_not_found"
    assert (await bench.post("link-decisions/no-uuid/undo")).json()["code"] == "decision_not_found"
    for body in ({}, {"ref": "zendesk:1", "client_id": "a2", "seen_decision_id": None}, {"ref": WAITING}):
        response = await bench.post("links", body)
        assert (response.status_code, response.json()["code"]) == (422, "invalid_body")


async def test_the_latest_decisions_are_listed(bench: Workbench) -> None:
    first = (await bench.link(WAITING, "a2")).json()
    second = (await bench.post(f"link-decisions/{first['id']}/undo")).json()
    found = await bench.client.get("/api/v1/link-decisions?limit=5", headers=bench.headers)
    assert [(each["id"], each["state"]) for each in found.json()["items"]] == [
        (second["id"], "applying"),
        (first["id"], "superseded"),
    ]


async def test_nobody_in_the_database_role_changes_a_decision(bench: Workbench, world: Any) -> None:
    rights = await bench.admin.fetchval(
        "SELECT has_table_privilege('dashboard_api', 'dashboard.link_decisions', 'UPDATE, DELETE')"
    )
    assert rights is False
