"""QuickBooks is connected on the page: by an administrator, in the login that began it, with every step written down."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.integration.dashboard_api.ledger import CALLBACK, REALM, Ledger

from dashboard_api.__main__ import SCHEMA, wire
from dashboard_api.domain.access import Principal, Role
from dashboard_api.entrypoints.http.app import create_app
from dashboard_api.entrypoints.http.services import Services
from dashboard_api.settings import Settings
from ingest_quickbooks.domain.connecting import Connection
from ingest_quickbooks.ports import CodeNotTaken, SourceUnavailable
from trueup_kit.postgres import create_engine

AT = "/api/v1/connections/quickbooks"
PAGE = "http://127.0.0.1:8080/connections"


class Visit:
    """A person's browser, signed in."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client = client
        self.headers = {"Cookie": f"trueup_session={token}", "X-Trueup-Csrf": "1"}

    async def ask(self, method: str, path: str = AT, **more: Any) -> httpx.Response:
        return await self._client.request(method, path, headers=self.headers, **more)

    async def begin(self) -> str:
        """The state that QuickBooks is sent with."""
        begun = await self.ask("POST")
        assert begun.status_code == 200, begun.text
        asked: dict[str, list[str]] = parse_qs(urlsplit(begun.json()["authorise_url"]).query)
        assert asked["redirect_uri"] == [f"http://127.0.0.1:8080{CALLBACK}"]
        return asked["state"][0]

    async def come_back(self, state: str, /, **changes: str) -> str:
        """The code that the page is given, of an address that says nothing else."""
        told = {"code": "one-time-code", "state": state, "realmId": REALM, "new": "parameter"} | changes
        headers = {"Cookie": self.headers["Cookie"], "Accept": "text/html,*/*"}
        answer = await self._client.get(CALLBACK, params=told, headers=headers)
        assert answer.status_code == 303, answer.text
        assert answer.headers["cache-control"] == "no-store"
        address = answer.headers["location"]
        assert address.startswith(f"{PAGE}?result=")
        return str(address.partition("=")[2])


async def visit(services: Services, client: httpx.AsyncClient, user: str = "adam", role: Role = Role.ADMIN) -> Visit:
    return Visit(client, await services.login._sessions.open(Principal(user=user, role=role)))


async def written(world: Any) -> list[tuple[str, str, dict[str, Any]]]:
    rows = await world.admin.fetch(
        "SELECT user_name, action, detail FROM dashboard.audit_log WHERE action LIKE 'connection.%' ORDER BY seq"
    )
    return [(row["user_name"], row["action"].partition(".")[2], json.loads(row["detail"])) for row in rows]


async def test_from_nothing_to_connected_and_back(
    world: Any, client: httpx.AsyncClient, services: Services, ledger: Ledger
) -> None:
    adam = await visit(services, client)
    none = {"on_page": True, "state": "none", "ends_at": None, "ends_soon": False}
    assert (await adam.ask("GET")).json() == none
    state = await adam.begin()
    assert await adam.come_back(state) == "connected"
    assert ledger.codes == ["one-time-code"]
    found = (await adam.ask("GET")).json()
    assert (found["state"], found["ends_soon"]) == ("alive", False)
    ledger.now += timedelta(days=90)
    assert (await adam.ask("GET")).json()["ends_soon"]
    assert (await adam.ask("DELETE")).status_code == 204
    assert (await adam.ask("DELETE")).status_code == 204
    assert (await adam.ask("GET")).json() == none
    of = {"source": "quickbooks"}
    log = await written(world)
    assert log == [
        ("adam", "begun", of),
        ("adam", "made", of),
        ("adam", "ending", of),
        ("adam", "ended", of | {"was_connected": True}),
        ("adam", "ending", of),
        ("adam", "ended", of | {"was_connected": False}),
    ]
    everything = str(await world.admin.fetch("SELECT * FROM dashboard.audit_log"))
    assert "one-time-code" not in everything
    assert state not in everything


async def test_it_belongs_to_the_login_that_began_it(
    world: Any, client: httpx.AsyncClient, services: Services, ledger: Ledger
) -> None:
    adam, elsewhere = await visit(services, client), await visit(services, client)
    other = await visit(services, client, "ada")
    state = await adam.begin()
    for stranger in (elsewhere, other):
        assert await stranger.come_back(state) == "not_begun"
    assert ledger.codes == []
    assert await adam.come_back(state) == "connected", "a stranger's try does not use it up"
    assert await adam.come_back(state) == "not_begun", "its own does"
    late = await adam.begin()
    ledger.now += timedelta(minutes=10)
    assert await adam.come_back(late) == "not_begun"
    assert [(user, entry.get("code")) for user, what, entry in await written(world) if what == "refused"] == [
        ("adam", "not_begun"),
        ("ada", "not_begun"),
        ("adam", "not_begun"),
        ("adam", "not_begun"),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"realmId": "1"}, "other_company"),
        ({"realmId": ""}, "incomplete"),
        ({"code": "x" * 5000}, "incomplete"),
        ({"error": "access_denied"}, "refused"),
        ({"state": "guessed"}, "not_begun"),
    ],
)
async def test_what_comes_back_wrong_connects_nothing(
    world: Any, client: httpx.AsyncClient, services: Services, ledger: Ledger, changes: dict[str, str], code: str
) -> None:
    adam = await visit(services, client)
    assert await adam.come_back(await adam.begin(), **changes) == code
    assert ledger.codes == []
    assert (await written(world))[-1] == ("adam", "refused", {"source": "quickbooks", "code": code})


async def test_who_is_away_is_named_and_nothing_is_lost(
    world: Any, client: httpx.AsyncClient, services: Services, ledger: Ledger
) -> None:
    adam = await visit(services, client)
    state = await adam.begin()
    for broken, unclear in ((httpx.ConnectError, False), (httpx.ConnectTimeout, False), (httpx.ReadTimeout, True)):
        ledger.broken = broken
        away, acted = "connection_service_unavailable", "connection_unclear" if unclear else None
        for method, code in (("GET", away), ("POST", away), ("DELETE", acted or away)):
            answer = await adam.ask(method)
            assert (answer.status_code, answer.json()["code"]) == (503, code), (broken, method)
            assert answer.headers["retry-after"]
        assert await adam.come_back(state) == (acted or away)
    ledger.broken, ledger.refusal = None, SourceUnavailable("HTTP 500")
    ledger.connection = Connection("alive")
    assert (await adam.ask("DELETE")).json()["code"] == "quickbooks_unavailable"
    assert (await adam.ask("GET")).json()["state"] == "alive"
    assert await adam.come_back(state) == "quickbooks_unavailable", "what met nobody did not use the state up"
    ledger.refusal = CodeNotTaken("invalid_grant")
    assert await adam.come_back(await adam.begin()) == "code_not_taken"
    ledger.refusal = None
    assert await adam.come_back(await adam.begin()) == "connected"


async def test_who_may_not_lands_on_the_page_too(
    world: Any, client: httpx.AsyncClient, services: Services, ledger: Ledger
) -> None:
    adam = await visit(services, client)
    state = await adam.begin()
    assert await Visit(client, "unknown").come_back(state) == "session_ended"
    assert await (await visit(services, client, "ana", Role.ACCOUNT_MANAGER)).come_back(state) == "not_allowed"
    assert ledger.codes == []
    refused = await world.admin.fetchval("SELECT detail FROM dashboard.audit_log WHERE action = 'access.refused'")
    assert state not in refused
    assert "one-time-code" not in refused


async def _with(settings: Settings, ledger: Ledger, adam: Any) -> Any:
    """The answers of an installation with these settings to look, begin, end and come back."""
    engine = create_engine(settings.postgres_dsn, application_name="test", pool_size=2, schema=SCHEMA)
    async with httpx.AsyncClient(transport=ledger) as http:
        app = create_app(wire(settings, engine=engine, http=http))
        way = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=way, base_url="http://127.0.0.1:8080") as client:
            there = Visit(client, "")
            there.headers = adam.headers
            found = [await there.ask(method) for method in ("GET", "POST", "DELETE")]
            result = await there.come_back("state")
    await engine.dispose()
    return [(answer.status_code, answer.json().get("code")) for answer in found], result


async def test_where_it_cannot_be_done_the_page_says_so(
    world: Any, client: httpx.AsyncClient, services: Services, settings: Settings, ledger: Ledger
) -> None:
    adam = await visit(services, client)
    elsewhere = settings.model_copy(update={"quickbooks_url": None, "quickbooks_secret": None})
    assert await _with(elsewhere, ledger, adam) == (
        [(200, None), (409, "not_on_the_page"), (409, "not_on_the_page")],
        "not_on_the_page",
    )
    away = (503, "connection_service_unavailable")
    assert await _with(settings, Ledger(secret="x" * 40), adam) == ([away] * 3, "connection_service_unavailable")
    read_only = settings.model_copy(update={"read_only": True})
    off = (403, "read_only_mode")
    assert await _with(read_only, ledger, adam) == ([(200, None), off, off], "read_only_mode")
    assert ledger.codes == []
