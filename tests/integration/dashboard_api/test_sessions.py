"""After an incident: who is signed in, and getting them out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dashboard_api.domain.access import Principal, Role
from dashboard_api.entrypoints.http.services import Services

CSRF = {"X-Trueup-Csrf": "1"}
PATH = "/api/v1/sessions"


@pytest.fixture
async def people(world: Any, services: Services) -> dict[str, dict[str, str]]:
    """Headers with the cookie of each: ana twice, ben once, adam who administers."""
    sessions = services.login._sessions
    cookies = {}
    for name, role in (("ana", "account_manager"), ("ana2", "account_manager"), ("ben", "finance"), ("adam", "admin")):
        token = await sessions.open(Principal(user=name.rstrip("2"), role=Role(role), name=name.title()))
        cookies[name] = {"Cookie": f"trueup_session={token}", **CSRF}
    return cookies


async def statuses(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> dict[str, int]:
    return {name: (await client.get("/api/v1/me", headers=headers)).status_code for name, headers in people.items()}


async def test_every_living_session_is_listed(
    world: Any, client: httpx.AsyncClient, people: dict[str, dict[str, str]]
) -> None:
    await world.admin.execute("UPDATE dashboard.sessions SET revoked_at = now() WHERE name = 'Ana2'")
    items = (await client.get(PATH, headers=people["adam"])).json()["items"]
    assert {(each["user"], each["name"], each["role"], each["current"]) for each in items} == {
        ("ana", "Ana", "account_manager", False),
        ("ben", "Ben", "finance", False),
        ("adam", "Adam", "admin", True),
    }
    assert all("token" not in name for each in items for name in each)


async def test_one_session_is_ended(
    world: Any, client: httpx.AsyncClient, people: dict[str, dict[str, str]], services: Services
) -> None:
    listed = (await client.get(PATH, headers=people["adam"])).json()["items"]
    wanted = next(each["session_id"] for each in listed if each["name"] == "Ana2")
    listener = services.live.open(Principal(user="ana", role=Role.ACCOUNT_MANAGER, session_id=wanted))
    for _ in range(2):
        assert (await client.delete(f"{PATH}/{wanted}", headers=people["adam"])).status_code == 204
    assert listener.closed == "session_ended"
    assert await statuses(client, people) == {"ana": 200, "ana2": 401, "ben": 200, "adam": 200}
    for unknown in ("8d3b1f0e-3f0a-4f1e-9a3e-0d9a55d1f3aa", "nothing"):
        response = await client.delete(f"{PATH}/{unknown}", headers=people["adam"])
        assert (response.status_code, response.json()["code"]) == (404, "session_not_found")
    rows = await world.admin.fetch(
        "SELECT user_name, detail->>'user' AS whose, detail->>'session_id' AS session_id"
        " FROM dashboard.audit_log WHERE action = 'session.revoked'"
    )
    assert [tuple(row) for row in rows] == [("adam", "ana", wanted)]


@pytest.mark.parametrize(
    ("query", "revoked", "after"),
    [
        ("?user=ana", 2, {"ana": 401, "ana2": 401, "ben": 200, "adam": 200}),
        ("?user=adam", 1, {"ana": 200, "ana2": 200, "ben": 200, "adam": 401}),
        ("?user=nobody", 0, {"ana": 200, "ana2": 200, "ben": 200, "adam": 200}),
        ("", 3, {"ana": 401, "ana2": 401, "ben": 401, "adam": 200}),
    ],
)
async def test_many_sessions_are_ended(
    world: Any,
    client: httpx.AsyncClient,
    people: dict[str, dict[str, str]],
    query: str,
    revoked: int,
    after: dict[str, int],
) -> None:
    response = await client.delete(f"{PATH}{query}", headers=people["adam"])
    assert (response.status_code, response.json()) == (200, {"revoked": revoked})
    assert await statuses(client, people) == after
    detail = await world.admin.fetchval(
        "SELECT detail->>'revoked' FROM dashboard.audit_log WHERE action = 'sessions.revoked' AND user_name = 'adam'"
    )
    assert detail == str(revoked)


async def test_signing_in_and_out_is_written_down(
    world: Any, client: httpx.AsyncClient, people: dict[str, dict[str, str]]
) -> None:
    assert (await client.post("/api/v1/auth/logout", headers=people["ben"])).status_code == 204
    rows = await world.admin.fetch("SELECT user_name, action FROM dashboard.audit_log ORDER BY seq")
    opened = [(name, "session.opened") for name in ("ana", "ana", "ben", "adam")]
    assert [tuple(row) for row in rows] == [*opened, ("ben", "session.closed")]
