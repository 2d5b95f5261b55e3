"""Deciding over HTTP: on the revision that was seen, once, with its audit entry and its event."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

OCTOBER = "2026-10-01"
A2 = "/api/v1/accounts/a2/decisions"
RESOLVE = {"kind": "resolve", "revision": 1, "period_start": OCTOBER, "reason": "credit agreed"}


class Desk:
    """Ana at the API."""

    def __init__(self, client: httpx.AsyncClient, world: Any, headers: dict[str, str]) -> None:
        self.client, self.world, self.headers = client, world, headers
        self.keys = 0

    async def post(self, body: Any, path: str = A2, *, key: str | None = None) -> httpx.Response:
        self.keys += 1
        headers = self.headers | {"Idempotency-Key": key or f"decision-key-{self.keys}"}
        return await self.client.post(path, json=body, headers=headers)

    async def account(self, client_id: str = "a2") -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(f"/api/v1/accounts/{client_id}", headers=self.headers)).json()
        return found

    async def month(self, **fields: Any) -> None:
        """The reconciler decided anew: the month of a2 says this."""
        await self.world.admin.execute(
            "UPDATE read_model.accounts SET revision = revision + 1, payload = jsonb_set(payload, '{reconciliations,0}',"
            " payload #> '{reconciliations,0}' || $1::jsonb) WHERE client_id = 'a2'",
            json.dumps(fields),
        )

    async def applied(self) -> None:
        """The reconciler has heard of every decision of a2."""
        await self.world.admin.execute(
            "UPDATE read_model.accounts SET payload = payload || jsonb_build_object('decision_ids',"
            " (SELECT jsonb_agg(decision_id) FROM dashboard.decisions WHERE client_id = 'a2')) WHERE client_id = 'a2'"
        )

    async def count(self, table: str) -> int:
        found: int = await self.world.admin.fetchval(f"SELECT count(*) FROM dashboard.{table}")
        return found


@pytest.fixture
def desk(client: httpx.AsyncClient, portfolio: Any, bearer: Any) -> Desk:
    return Desk(client, portfolio, bearer("ana", "account_manager"))


async def test_a_decision_is_taken_with_the_figures_served_its_audit_entry_and_its_event(desk: Desk) -> None:
    response = await desk.post(RESOLVE)
    assert response.status_code == 202, response.text
    decision = response.json()
    assert (decision["kind"], decision["applying"], decision["decided_by"]) == ("resolve", True, "ana")
    entry = await desk.world.admin.fetchrow("SELECT * FROM dashboard.audit_log")
    assert (entry["action"], entry["client_id"]) == ("decision.resolve", "a2")
    assert json.loads(entry["detail"])["figures"]["billed_minor"] == 10_700
    sent = await desk.world.admin.fetchrow("SELECT key, value FROM dashboard.outbox")
    event = json.loads(bytes(sent["value"]))
    assert sent["key"] == f"a2|{decision['id']}"
    assert (event["figures"]["expected_minor"], event["figures"]["band"]) == (10_000, "over_billed")
    assert (event["revision"], event["reason"], event["decision_id"]) == (1, "credit agreed", decision["id"])


async def test_it_applies_until_the_row_names_it(desk: Desk) -> None:
    await desk.post(RESOLVE)
    [travelling] = (await desk.account())["decisions"]
    assert travelling["applying"]
    await desk.applied()
    account = await desk.account()
    assert [each["applying"] for each in account["decisions"]] == [False]
    listed = (await desk.client.get(A2, headers=desk.headers)).json()
    assert listed["items"] == account["decisions"]


async def test_another_revision_is_refused_with_the_new_one(desk: Desk) -> None:
    await desk.month(billed_minor=11_000)
    response = await desk.post(RESOLVE)
    assert (response.status_code, response.headers["content-type"]) == (409, "application/problem+json")
    assert (response.json()["code"], response.json()["revision"]) == ("changed_since_you_looked", 2)
    assert await desk.count("decisions") == 0
    assert await desk.count("outbox") == 0


async def test_the_same_key_is_the_same_decision_and_another_body_is_none(desk: Desk) -> None:
    first, again = [await desk.post(RESOLVE, key="one-key-for-all") for _ in range(2)]
    assert first.json()["id"] == again.json()["id"]
    other = await desk.post(RESOLVE | {"reason": "another"}, key="one-key-for-all")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert (await desk.count("decisions"), await desk.count("audit_log")) == (1, 1)


async def test_of_twenty_at_once_one_is_made_and_the_others_must_look_again(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.post(RESOLVE) for _ in range(20)))
    assert sorted(each.status_code for each in answers) == [202] + [409] * 19
    refused = [each.json() for each in answers if each.status_code == 409]
    assert {(each["code"], each["reason"]) for each in refused} == {("decision_not_allowed", "applying")}
    assert await desk.count("decisions") == 1


@pytest.mark.parametrize(
    ("month", "kind", "reason"),
    [
        ({"band": "cannot_judge"}, "resolve", "cannot_judge"),
        ({"band": "cannot_judge"}, "sign_off", "cannot_judge"),
        ({"due": False}, "sign_off", "not_due"),
        ({"band": "matched"}, "resolve", "nothing_open"),
        ({"mark": "signed_off"}, "sign_off", "already"),
        ({}, "undo", "nothing_to_undo"),
    ],
)
async def test_what_stands_against_it_is_named(desk: Desk, month: dict[str, Any], kind: str, reason: str) -> None:
    await desk.month(**month)
    body = {"kind": kind, "revision": 2, "period_start": OCTOBER, "reason": "r"}
    response = await desk.post(body)
    assert (response.status_code, response.json()["code"], response.json()["reason"]) == (
        409,
        "decision_not_allowed",
        reason,
    )
    offers = (await desk.account())["reconciliations"][0].get("offers", [])
    offered = [each["reason"] for each in offers if each["kind"] == kind]
    assert offered == ([] if kind == "undo" or month == {"due": False} else [reason])


async def test_nothing_new_is_settled_on_a_stale_source_but_looked_at_and_put_off(desk: Desk) -> None:
    await desk.world.mark("quickbooks", datetime.now(UTC) - timedelta(minutes=16))
    until = (datetime.now(UTC).date() + timedelta(days=3)).isoformat()
    for kind, more in (("resolve", {"reason": "r"}), ("sign_off", {})):
        response = await desk.post({"kind": kind, "revision": 1, "period_start": OCTOBER} | more)
        assert response.json()["reason"] == "source_stale", kind
    snooze = {"kind": "snooze", "revision": 1, "period_start": OCTOBER, "until": until}
    assert (await desk.post(snooze)).status_code == 202


async def test_an_undo_names_what_stands_once(desk: Desk) -> None:
    decision_id = (await desk.post(RESOLVE)).json()["id"]
    by = {"decision_id": decision_id, "by": "ana", "by_name": "Ana", "at": "2026-11-23T00:00:00Z", "reason": "r"}
    handling = {"state": "resolved", "decision": by, "until": None, "ended": None}
    await desk.month(mark="resolved", handling=handling)
    await desk.applied()
    undo = {"kind": "undo", "revision": 2, "period_start": OCTOBER, "undoes": decision_id}
    offers = (await desk.account())["reconciliations"][0]["offers"]
    assert [(each["undoes"], each["allowed"]) for each in offers if each["kind"] == "undo"] == [(decision_id, True)]
    assert (await desk.post(undo)).status_code == 202
    assert (await desk.post(undo)).json()["reason"] == "applying"


async def test_a_gap_is_accepted_by_its_name_and_for_the_account(desk: Desk) -> None:
    partial = {"source": "quickbooks", "missing": "f00", "parts": ["quickbooks:1: unreadable"], "accepted": None}
    await desk.world.admin.execute(
        "UPDATE read_model.accounts SET payload = payload || $1::jsonb WHERE client_id = 'a2'",
        json.dumps({"partials": [partial]}),
    )
    [shown] = (await desk.account())["partials"]
    assert [(each["kind"], each["allowed"]) for each in shown["offers"]] == [("accept_partial", True)]
    accept = {"kind": "accept_partial", "revision": 1, "source": "quickbooks", "reason": "known, small"}
    assert (await desk.post(accept | {"reason": None})).json()["code"] == "reason_needed"
    assert (await desk.post(accept | {"source": "stripe"})).json()["reason"] == "not_partial"
    assert (await desk.post(accept)).status_code == 202
    event = json.loads(bytes(await desk.world.admin.fetchval("SELECT value FROM dashboard.outbox")))
    assert (event["source"], event["missing"]) == ("quickbooks", "f00")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": None}, "reason_needed"),
        ({"reason": "x" * 501}, "reason_too_long"),
        ({"period_start": None}, "period_needed"),
        ({"source": "stripe"}, "source_needed"),
        ({"undoes": "dc_1"}, "undoes_not_taken"),
        ({"until": "2099-01-01"}, "until_not_taken"),
        ({"kind": "snooze", "until": "2020-01-01"}, "invalid_until"),
        ({"kind": "snooze", "until": "2099-01-01"}, "invalid_until"),
        ({"kind": "delete"}, "invalid_body"),
        ({"revision": "1"}, "invalid_body"),
        ({"billed_minor": 1}, "invalid_body"),
    ],
)
async def test_a_request_that_makes_no_sense(desk: Desk, change: dict[str, Any], code: str) -> None:
    response = await desk.post(RESOLVE | change)
    assert (response.status_code, response.json()["code"]) == (422, code)


async def test_in_bulk_each_account_is_its_own_decision_and_the_refused_are_listed(desk: Desk) -> None:
    accounts = [{"client_id": each, "revision": 1, "period_start": OCTOBER} for each in ("a1", "a2")]
    body = {"kind": "resolve", "reason": "one credit", "accounts": accounts}
    response = await desk.post(body, "/api/v1/decisions", key="bulk-key-1")
    assert response.status_code == 202, response.text
    done = response.json()
    assert [(each["client_id"], each["reason"]) for each in done["decided"]] == [("a2", "one credit")]
    assert [(each["client_id"], each["reason"]) for each in done["refused"]] == [("a1", "nothing_open")]
    again = await desk.post(body, "/api/v1/decisions", key="bulk-key-1")
    assert (again.json(), await desk.count("decisions"), await desk.count("audit_log")) == (done, 1, 1)


async def test_a_foreign_account_in_bulk_refuses_the_whole(desk: Desk) -> None:
    accounts = [{"client_id": each, "revision": 1, "period_start": OCTOBER} for each in ("a2", "b1")]
    response = await desk.post({"kind": "review", "accounts": accounts}, "/api/v1/decisions")
    assert response.status_code == 404
    assert await desk.count("decisions") == 0


async def test_bulk_is_bounded_and_names_each_account_once(desk: Desk) -> None:
    one = {"client_id": "a2", "revision": 1, "period_start": OCTOBER}
    for accounts, code in (([], "invalid_body"), ([one] * 51, "invalid_body"), ([one, one], "repeated_account")):
        response = await desk.post({"kind": "review", "accounts": accounts}, "/api/v1/decisions")
        assert (response.status_code, response.json()["code"]) == (422, code)
    signing = {"kind": "sign_off", "accounts": [one]}
    assert (await desk.post(signing, "/api/v1/decisions")).json()["code"] == "invalid_body"


async def test_who_sees_no_payments_reads_no_reasons(desk: Desk, bearer: Any) -> None:
    by = {"decision_id": "dc_1", "by": "ana", "by_name": "Ana", "at": "2026-11-23T00:00:00Z", "reason": "their card"}
    handling = {"state": "resolved", "decision": by, "until": None, "ended": None}
    await desk.month(mark="resolved", handling=handling)
    await desk.post(RESOLVE)
    for role, told in (("finance", True), ("support", False)):
        account = await desk.client.get("/api/v1/accounts/a2", headers=bearer("fay", role))
        assert ("their card" in account.text) is told
        assert "offers" not in account.json()["reconciliations"][0]


async def test_the_grid_finds_what_was_decided(desk: Desk) -> None:
    await desk.world.admin.execute(
        "UPDATE read_model.accounts SET item = jsonb_set(item, '{variance,mark}', '\"snoozed\"') WHERE client_id = 'a2'"
    )
    await desk.world.admin.execute(
        "UPDATE read_model.reconciliations SET payload = payload || '{\"mark\": \"snoozed\"}' WHERE client_id = 'a2'"
    )
    for query in ("mark=snoozed&mark=resolved", "mark=snoozed&axis=service&from=2026-10-01"):
        page = (await desk.client.get(f"/api/v1/accounts?{query}", headers=desk.headers)).json()
        assert [(each["client_id"], each["variance"]["mark"]) for each in page["items"]] == [("a2", "snoozed")]
        assert page["totals"]["accounts"] == 1
    none = await desk.client.get("/api/v1/accounts?mark=changed&axis=service&from=2026-10-01", headers=desk.headers)
    assert none.json()["items"] == []


async def test_what_was_decided_is_never_changed(desk: Desk, database: Any) -> None:
    import asyncpg

    await desk.post(RESOLVE)
    connection = await asyncpg.connect(database.dsn("dashboard_api"))
    for statement in ("UPDATE dashboard.decisions SET reason = 'x'", "DELETE FROM dashboard.decisions"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()
