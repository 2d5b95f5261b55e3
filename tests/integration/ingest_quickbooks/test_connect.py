"""A person connects the company in the browser, and ends the connection: once, in time, by who began, for our company only."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import typer
from fastapi import FastAPI
from tests.integration.ingest_quickbooks.conftest import KEY
from typer.testing import CliRunner

from ingest_quickbooks import wiring
from ingest_quickbooks.adapters.connect_states import PostgresStates
from ingest_quickbooks.commands import connection
from ingest_quickbooks.domain.connecting import Connection, NotConnected
from ingest_quickbooks.entrypoints.internal import internal_router
from ingest_quickbooks.ports import CodeNotTaken
from ingest_quickbooks.settings import Settings
from ingest_quickbooks.usecases.connect import Connecting
from trueup_kit.postgres import create_engine
from trueup_sandbox.providers.quickbooks.routes import REALM

BACK = "http://trueup/connected"
SECRET = "word-between-the-page-and-the-ledger-reader"


def connecting(bench: Any, initial: str | None = None) -> Connecting:
    return Connecting(
        PostgresStates(bench.engine),
        bench.vault(initial),
        bench.time,
        "http://ledger/quickbooks/connect/oauth2",
        "qb_client",
        BACK,
        REALM,
    )


async def in_the_browser(bench: Any, address: str) -> str:
    """Where the person ends up after allowing it."""
    async with httpx.AsyncClient(transport=bench.wire) as browser:
        answer = await browser.get(address)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


async def test_from_nothing_to_a_whole_ledger_and_back(bench: Any) -> None:
    flow, vault = connecting(bench), bench.vault(None)
    assert await vault.state() == Connection("none")
    assert "connect QuickBooks again" in ((await bench.pull(vault=vault)).error or "")
    await flow.finish(await in_the_browser(bench, await flow.begin("ana")), "ana")
    assert (await vault.state()).state == "alive"
    assert (await bench.pull(vault=vault)).complete
    bench.time.pass_by(hours=26)
    assert (await bench.pull(vault=vault)).complete, "it renews itself"
    assert await vault.disconnect()
    assert bench.world.memory.tokens["revoked"]
    assert not await vault.disconnect()
    assert await vault.state() == Connection("none")
    bench.wire.paths()
    assert not (await bench.pull(vault=vault)).complete
    assert bench.wire.paths() == [], "nobody asks with what was given back"
    await flow.finish(await in_the_browser(bench, await flow.begin("ana")), "ana")
    assert (await bench.pull(vault=vault)).complete


async def test_a_state_is_good_once_in_time_and_for_who_began(bench: Any) -> None:
    flow = connecting(bench)
    back = await in_the_browser(bench, await flow.begin("ana"))
    with pytest.raises(NotConnected, match="not begun here"):
        await flow.finish(back, "ben")
    state = parse_qs(urlsplit(back).query)["state"][0]
    rows = await bench.sql("SELECT mark FROM connect_states")
    assert len(rows) == 1
    assert state not in rows[0].mark
    results = await asyncio.gather(*(flow.finish(back, "ana") for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["NoneType", "NotConnected", "NotConnected"]
    assert not bench.world.memory.tokens["revoked"], "the code went out once"
    assert (await bench.pull(vault=bench.vault(None))).complete
    late = await in_the_browser(bench, await flow.begin("ana"))
    bench.time.pass_by(minutes=11)
    with pytest.raises(NotConnected, match="older than ten minutes"):
        await flow.finish(late, "ana")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"realmId": "1"}, "company 1 was chosen"),
        ({"realmId": ""}, "no realmId"),
        ({"code": ""}, "no code"),
        ({"error": "access_denied"}, "was not allowed"),
        ({"state": "guessed"}, "not begun here"),
    ],
)
async def test_what_comes_back_wrong_changes_nothing(bench: Any, change: dict[str, str], words: str) -> None:
    flow = connecting(bench)
    address = httpx.URL(await in_the_browser(bench, await flow.begin("ana"))).copy_merge_params(change)
    bench.wire.paths()
    with pytest.raises(NotConnected, match=words):
        await flow.finish(str(address), "ana")
    assert bench.wire.paths() == []
    assert await bench.vault(None).state() == Connection("none")


async def test_a_code_that_is_not_taken_leaves_the_former_connection(bench: Any) -> None:
    assert (await bench.pull()).complete
    flow = connecting(bench, "qb_refresh_0")
    wrong = replace(flow, redirect_uri="http://elsewhere/")
    back = await in_the_browser(bench, await flow.begin("ana"))
    with pytest.raises(CodeNotTaken, match="does not take the code"):
        await wrong.finish(back, "ana")
    assert (await bench.pull()).complete


async def test_the_token_of_the_settings_does_not_undo_what_a_person_did(bench: Any) -> None:
    assert (await bench.pull()).complete
    assert await bench.vault().disconnect()
    bench.world.memory.tokens["revoked"] = False  # even if it would work again
    assert not (await bench.pull()).complete
    assert await bench.vault().state() == Connection("none")


async def test_the_command_takes_the_address_and_tells_the_state(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a thread of its own, as it runs a loop of its own; only the way to the world and the keyboard are the test's."""
    said: list[str] = []

    def read(_: Settings, **__: object) -> Any:
        engine = create_engine(bench.engine.url.render_as_string(hide_password=False), application_name="test")
        vault = bench.vault(None)
        vault._engine = engine
        return SimpleNamespace(engine=engine, vault=vault, close=engine.dispose)

    def type_in(_: str, **options: object) -> str:
        assert options == {"hide_input": True}
        address = next(word for line in said[::-1] for word in line.split() if word.startswith("http://ledger/"))
        return asyncio.run(in_the_browser(bench, address))

    for name, value in {"REDIRECT_URI": BACK, "AUTHORISE_URL": "http://ledger/quickbooks/connect/oauth2"}.items():
        monkeypatch.setenv(f"INGEST_QUICKBOOKS_{name}", value)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"INGEST_QUICKBOOKS_{name}", value)
    monkeypatch.setattr(connection, "reading", read)
    monkeypatch.setattr(wiring, "now", bench.time)
    monkeypatch.setattr(typer, "prompt", type_in)
    monkeypatch.setattr(typer, "echo", lambda text, **_: said.append(text))
    outcomes = []
    for words in (["status"], ["connect"], ["status"], ["disconnect", "--yes"], ["status"]):
        result = await asyncio.to_thread(CliRunner().invoke, connection.app, words)
        outcomes.append((result.exit_code, said[-1].split(",")[0].split(":")[0]))
    assert outcomes == [
        (1, "none"),
        (0, "Connected. The service takes it up with its next question."),
        (0, "alive"),
        (0, "Disconnected."),
        (1, "none"),
    ]
    monkeypatch.delenv("INGEST_QUICKBOOKS_REDIRECT_URI")
    result = await asyncio.to_thread(CliRunner().invoke, connection.app, ["connect"])
    assert (result.exit_code, "set INGEST_QUICKBOOKS_REDIRECT_URI" in said[-1]) == (1, True)
    monkeypatch.setenv("INGEST_QUICKBOOKS_INTERNAL_SECRET", SECRET)
    result = await asyncio.to_thread(CliRunner().invoke, connection.app, ["connect"])
    assert (result.exit_code, "connect on the page" in said[-1]) == (1, True)
    result = await asyncio.to_thread(CliRunner().invoke, connection.app, ["connect", "--redirect-uri", f"{BACK}/cli"])
    assert (result.exit_code, said[-1].split(",")[0]) == (
        0,
        "Connected. The service takes it up with its next question.",
    )


async def test_the_page_connects_looks_and_disconnects_through_the_services_own_port(bench: Any) -> None:
    looks: list[None] = []
    app = FastAPI()
    made = internal_router(connecting(bench), secret=SECRET, clock=bench.time, connected=lambda: looks.append(None))
    app.include_router(made)
    headers = {"Authorization": f"Bearer {SECRET}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://own", headers=headers) as page:
        where = "/internal/connection"
        assert (await page.get(where)).json() == {"state": "none", "ends_at": None, "ends_soon": False}
        begun = (await page.post(f"{where}/begin", json={"bound_to": "ana"})).json()["authorise_url"]
        back = {"address": await in_the_browser(bench, begun), "bound_to": "ana"}
        other = await page.post(f"{where}/finish", json=back | {"bound_to": "ben"})
        assert (other.status_code, other.json()["code"], looks) == (409, "not_begun", [])
        assert (await page.post(f"{where}/finish", json=back)).status_code == 204
        assert looks == [None]
        again = await page.post(f"{where}/finish", json=back)
        assert (again.status_code, again.json()["code"]) == (409, "not_begun")
        found = (await page.get(where)).json()
        assert (found["state"], found["ends_soon"]) == ("alive", False)
        bench.time.now = datetime.fromisoformat(found["ends_at"]) - timedelta(days=14)
        assert (await page.get(where)).json()["ends_soon"]
        assert (await page.delete(where)).json() == {"was_connected": True}
        assert (await page.delete(where)).json() == {"was_connected": False}
        assert (await page.get(where)).json()["state"] == "none"


async def test_what_died_is_told_from_what_was_ended(bench: Any) -> None:
    assert (await bench.pull()).complete
    bench.world.memory.tokens["revoked"] = True
    bench.time.pass_by(hours=2)
    assert not (await bench.pull()).complete
    assert (await bench.vault(None).state()).state == "dead"


SETTINGS = {
    "POSTGRES_DSN": "postgresql://nobody@127.0.0.1/none",
    "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "HTTP_PORT": "0",
    "CLIENT_ID": "qb_client",
    "CLIENT_SECRET": "qb_secret",
    "REALM_ID": REALM,
    "TOKEN_KEY": KEY,
}
