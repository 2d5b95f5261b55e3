"""Flagging an issue: the draft, what is written down, and to whom it is not sent twice."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

A2 = "/api/v1/accounts/a2/flags"
ISSUE = {"channel": "slack", "target": "billing", "discrepancy": None, "period_start": "2026-10-01", "text": "Look."}
COUNT = "SELECT count(*) FROM dashboard.flags"


@pytest.fixture
def ana(bearer: Any) -> dict[str, str]:
    headers: dict[str, str] = bearer("ana", "account_manager")
    return headers


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": f"test-key-{name}"}


async def post(client: httpx.AsyncClient, headers: dict[str, str], name: str, **changes: Any) -> httpx.Response:
    return await client.post(A2, json=ISSUE | changes, headers=headers | key(name))


async def test_the_draft_is_filled_in(portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str]) -> None:
    response = await client.get(f"{A2}/draft?channel=slack&period_start=2026-10-01", headers=ana)
    body = response.json()
    assert response.status_code == 200, body
    assert body["targets"] == [{"id": "billing", "label": "#billing"}, {"id": "revenue", "label": "#revenue"}]
    assert "Expected 100.00 USD, billed 107.00 USD, difference +7.00 USD" in body["text"]
    assert {"label": "Account", "value": "Ash Ltd (a2)"} in body["evidence"]
    assert body["link"] == "http://127.0.0.1:8080/accounts/a2"
    assert body["preview_html"] is None
    assert body["blocks"][0]["type"] == "section"
    mail = (await client.get(f"{A2}/draft?channel=email", headers=ana)).json()
    assert mail["targets"] == [{"id": "finance", "label": "Finance"}]
    assert mail["blocks"] is None
    assert "ASC 606" in mail["preview_html"]
    assert "finance@" not in json.dumps([body, mail]), "addresses stay with the settings"


async def test_a_flag_is_written_down_with_its_audit_entry(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str]
) -> None:
    response = await post(client, ana, "1")
    flag = response.json()
    assert response.status_code == 202, flag
    assert (flag["state"], flag["repeated"], flag["target"]) == (
        "queued",
        False,
        {"id": "billing", "label": "#billing"},
    )
    entry = await portfolio.admin.fetchrow("SELECT * FROM dashboard.audit_log WHERE action = 'flag.send'")
    assert json.loads(entry["detail"])["flag_id"] == flag["id"]
    assert entry["user_name"] == "ana"
    assert "Look." not in entry["detail"]
    row = await portfolio.admin.fetchrow("SELECT * FROM dashboard.flags")
    facts = {each["label"]: each["value"] for each in json.loads(row["evidence"])}
    assert facts["Billed"] == "107.00 USD"
    assert (await client.get(f"/api/v1/flags/{flag['id']}", headers=ana)).json() == flag
    account = (await client.get("/api/v1/accounts/a2", headers=ana)).json()
    assert account["flags"] == [flag]
    mark = {"by": "ana", "by_name": flag["flagged_by_name"], "at": flag["created_at"], "state": "queued"}
    items = (await client.get("/api/v1/accounts", headers=ana)).json()["items"]
    assert {each["client_id"]: each["flag"] for each in items} == {"a1": None, "a2": mark}
    assert account["flag"] == mark


async def test_the_same_key_is_the_same_flag(portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str]) -> None:
    first = await post(client, ana, "1")
    assert (await post(client, ana, "1")).json() == first.json()
    reused = await post(client, ana, "1", text="Something else.")
    assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_reused")
    assert await portfolio.admin.fetchval(COUNT) == 1


async def test_many_at_once_are_one_flag(portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str]) -> None:
    answers = await asyncio.gather(*(post(client, ana, f"{place % 3}") for place in range(9)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await portfolio.admin.fetchval(COUNT) == 1
    assert await portfolio.admin.fetchval("SELECT count(*) FROM dashboard.audit_log") == 1


@pytest.mark.parametrize(
    ("state", "asked", "repeated"),
    [
        ("queued", {}, True),
        ("sending", {}, True),
        ("sent", {}, True),
        ("sent", {"resend": True}, True),
        ("unknown", {}, True),
        ("unknown", {"resend": True}, False),
        ("failed", {}, False),
        ("failed", {"resend": True}, False),
        ("queued", {"target": "revenue"}, False),
        ("queued", {"period_start": None}, False),
    ],
)
async def test_an_issue_goes_to_a_recipient_once(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str], state: str, asked: dict[str, Any], repeated: bool
) -> None:
    first = (await post(client, ana, "1")).json()
    await portfolio.admin.execute(
        "UPDATE dashboard.flags SET state = $1, sent_at = CASE WHEN $1 = 'sent' THEN now() END", state
    )
    again = (await post(client, ana, "2", **asked)).json()
    assert (again["repeated"], again["id"] == first["id"]) == (repeated, repeated)
    assert again["state"] == (state if repeated else "queued")


@pytest.mark.parametrize("state", ["sent", "unknown"])
async def test_it_is_news_again_after_a_day(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str], state: str
) -> None:
    await post(client, ana, "1")
    await portfolio.admin.execute(
        "UPDATE dashboard.flags SET state = $1, sent_at = now() - interval '25 hours',"
        " created_at = now() - interval '25 hours'",
        state,
    )
    assert (await post(client, ana, "2")).json()["repeated"] is False


async def test_only_the_accounts_manager_flags(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, ana: dict[str, str]
) -> None:
    for user, role in (("fay", "finance"), ("adam", "admin"), ("sam", "support"), ("olga", "product_owner")):
        assert (await post(client, bearer(user, role), "1")).status_code == 403
    ben = await post(client, bearer("ben", "account_manager"), "1")
    assert (ben.status_code, ben.json()["code"]) == (404, "account_not_found")
    assert await portfolio.admin.fetchval(COUNT) == 0
    flag = (await post(client, ana, "1")).json()
    path = f"/api/v1/flags/{flag['id']}"
    for user, role, status in (
        ("ben", "account_manager", 404),
        ("fay", "finance", 200),
        ("adam", "admin", 200),
        ("sam", "support", 403),
        ("olga", "product_owner", 403),
    ):
        assert (await client.get(path, headers=bearer(user, role))).status_code == status, role
    for unknown in ("0", "00000000-0000-4000-8000-000000000000", "a%00"):
        response = await client.get(f"/api/v1/flags/{unknown}", headers=ana)
        assert (response.status_code, response.json()["code"]) == (404, "flag_not_found")
    seen = (await client.get("/api/v1/accounts/a2", headers=bearer("sam", "support"))).json()
    assert (seen["flag"]["by"], seen["flags"]) == ("ana", None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"channel": "fax"}, "invalid_body"),
        ({"target": "elsewhere"}, "unknown_target"),
        ({"target": "finance"}, "unknown_target"),
        ({"text": ""}, "invalid_body"),
        ({"text": " \n\t "}, "text_missing"),
        ({"text": "x" * 4001}, "text_too_long"),
        ({"text": "a\x00b"}, "invalid_parameter"),
        ({"subject": "x" * 201}, "subject_too_long"),
        ({"subject": "Hello\r\nBcc: eve@evil.example"}, "invalid_parameter"),
        ({"discrepancy": "no_such_thing"}, "discrepancy_gone"),
        ({"period_start": "2020-01-01"}, "discrepancy_gone"),
        ({"period_start": "yesterday"}, "invalid_body"),
        ({"resend": "yes"}, "invalid_body"),
        ({"email": "eve@evil.example"}, "invalid_body"),
        ({"link": "https://evil.example"}, "invalid_body"),
    ],
)
async def test_nonsense_is_refused(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str], changes: dict[str, Any], code: str
) -> None:
    response = await post(client, ana, "1", **changes)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert "evil" not in response.text
    assert await portfolio.admin.fetchval(COUNT) == 0


@pytest.mark.parametrize("given", [None, "short", "x" * 256, "with space", "ümläutümläut"])
async def test_a_key_is_needed(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str], given: str | None
) -> None:
    headers = ana if given is None else ana | {"Idempotency-Key": given}
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    response = await client.post(A2, json=ISSUE, headers=encoded)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_parameter")


async def test_a_body_too_large_is_refused(portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str]) -> None:
    response = await post(client, ana, "1", text="x" * 100_000)
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
