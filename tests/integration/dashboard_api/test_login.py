"""Signing in by the code flow with PKCE against the sandbox's issuer; sessions, their ends, and forged requests."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from dashboard_api.__main__ import SCHEMA, wire
from dashboard_api.entrypoints.http.app import create_app
from dashboard_api.settings import Settings
from trueup_kit.postgres import create_engine
from trueup_sandbox.oidc.routes import Client, Issuer
from trueup_sandbox.oidc.tokens import Signer, load_key
from trueup_sandbox.oidc.users import find

ORIGIN = "http://127.0.0.1:8080"
CSRF = {"X-Trueup-Csrf": "1"}


@pytest.fixture
def signer(settings: Settings) -> Signer:
    return Signer(settings.oidc_issuer, load_key(None))


@pytest.fixture
async def outside(settings: Settings, signer: Signer) -> AsyncIterator[httpx.AsyncClient]:
    """The issuer as the service and the browser reach it."""
    client = Client(settings.oidc_client_id, settings.oidc_client_secret.get_secret_value(), (), any_loopback=True)
    app = Starlette(routes=[Mount("/oidc", Issuer(signer, client).app())])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as http:
        yield http


@pytest.fixture
async def browser(settings: Settings, outside: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    engine = create_engine(settings.postgres_dsn, application_name="test", pool_size=5, schema=SCHEMA)
    app = create_app(wire(settings, engine=engine, http=outside))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN) as client:
        yield client
    await engine.dispose()


async def to_callback(browser: httpx.AsyncClient, outside: httpx.AsyncClient, user: str, path: str = "/") -> str:
    """Go to the issuer, pick a user, and return where the issuer sends the browser."""
    start = await browser.get("/api/v1/auth/login", params={"return_to": path})
    assert start.status_code == 302, start.text
    asked = {name: values[0] for name, values in parse_qs(urlsplit(start.headers["location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    granted = await outside.post(start.headers["location"].split("?")[0], data=asked | {"user": user})
    location = granted.headers["location"]
    assert location.startswith(f"{ORIGIN}/api/v1/auth/callback?")
    return location.removeprefix(ORIGIN)


async def sign_in(browser: httpx.AsyncClient, outside: httpx.AsyncClient, user: str, path: str = "/") -> httpx.Response:
    return await browser.get(await to_callback(browser, outside, user, path))


async def test_a_person_signs_in_and_out(world: Any, browser: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
    back = await sign_in(browser, outside, "ana", "/accounts/cl_0001?tab=why")
    assert (back.status_code, back.headers["location"]) == (302, f"{ORIGIN}/accounts/cl_0001?tab=why")
    cookies = back.headers.get_list("set-cookie")
    session = next(each for each in cookies if each.startswith("trueup_session="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Secure" not in session
    me = (await browser.get("/api/v1/me")).json()
    assert (me["user"], me["role"], me["csrf"]) == ("ana", "account_manager", "1")
    stored = await world.admin.fetch("SELECT * FROM dashboard.sessions")
    assert browser.cookies["trueup_session"] not in str([dict(row) for row in stored])
    assert await world.admin.fetchval("SELECT count(*) FROM dashboard.login_states") == 0
    token = browser.cookies["trueup_session"]
    assert (await browser.post("/api/v1/auth/logout", headers=CSRF)).status_code == 204
    assert "trueup_session" not in browser.cookies
    browser.cookies.set("trueup_session", token)
    after = await browser.get("/api/v1/me")
    assert (after.status_code, after.json()["code"]) == (401, "session_ended")


@pytest.mark.parametrize(
    "return_to",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "/\t/evil.example", "evil", "/api/v1/me"],
)
async def test_only_pages_of_ours_are_returned_to(
    browser: httpx.AsyncClient, outside: httpx.AsyncClient, return_to: str
) -> None:
    back = await sign_in(browser, outside, "ana", return_to)
    assert back.headers["location"] == f"{ORIGIN}/"


async def test_a_browser_by_another_name_is_sent_to_ours_first(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/api/v1/auth/login?return_to=/x", headers={"host": "localhost:8080"})
    assert response.headers["location"] == f"{ORIGIN}/api/v1/auth/login?return_to=%2Fx"
    assert "set-cookie" not in response.headers


async def test_a_sign_in_belongs_to_one_browser_and_works_once(
    browser: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    callback = await to_callback(browser, outside, "ana")
    binding = browser.cookies["trueup_login"]
    for other in (None, "another"):
        assert await answer_of(browser, callback, other) == (403, "login_expired")
    assert await answer_of(browser, callback, binding) == (302, None)
    assert await answer_of(browser, callback, binding) == (403, "login_expired")


async def answer_of(browser: httpx.AsyncClient, path: str, binding: str | None) -> tuple[int, str | None]:
    """Status and code of a way back with this binding."""
    browser.cookies.clear()
    if binding is not None:
        browser.cookies.set("trueup_login", binding)
    response = await browser.get(path)
    return response.status_code, response.json()["code"] if response.content else None


async def test_an_old_sign_in_is_over(world: Any, browser: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
    callback = await to_callback(browser, outside, "ana")
    await world.admin.execute("UPDATE dashboard.login_states SET created_at = now() - interval '11 minutes'")
    assert (await browser.get(callback)).json()["code"] == "login_expired"


async def test_the_proof_key_and_the_nonce_are_checked(
    world: Any, browser: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    for column in ("verifier", "nonce"):
        callback = await to_callback(browser, outside, "ana")
        await world.admin.execute(f"UPDATE dashboard.login_states SET {column} = 'another'")
        refused = await browser.get(callback)
        assert (refused.status_code, refused.json()["code"]) == (403, "login_refused"), column
        assert "trueup_session" not in browser.cookies


async def test_a_person_is_told_in_words(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/api/v1/auth/callback?error=access_denied", headers={"accept": "text/html"})
    assert response.status_code == 403
    assert "Try again" in response.text
    assert response.headers["content-type"].startswith("text/html")


async def test_an_issuer_that_is_away_is_said_so(settings: Settings, browser: httpx.AsyncClient) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down")

    engine = create_engine(settings.postgres_dsn, application_name="test", pool_size=1, schema=SCHEMA)
    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse)) as http:
        app = create_app(wire(settings, engine=engine, http=http))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN) as client:
            response = await client.get("/api/v1/auth/login")
    await engine.dispose()
    assert (response.status_code, response.json()["code"]) == (503, "issuer_unavailable")


@pytest.mark.parametrize(
    "ends",
    [
        "last_seen_at = now() - interval '31 minutes'",
        "created_at = now() - interval '12 hours 1 minute'",
        "revoked_at = now()",
    ],
)
async def test_sessions_end(world: Any, browser: httpx.AsyncClient, outside: httpx.AsyncClient, ends: str) -> None:
    await sign_in(browser, outside, "fay")
    assert (await browser.get("/api/v1/me")).status_code == 200
    await world.admin.execute(f"UPDATE dashboard.sessions SET {ends}")
    response = await browser.get("/api/v1/me")
    assert (response.status_code, response.json()["code"]) == (401, "session_ended")


async def test_a_session_that_is_used_lives_on(
    world: Any, browser: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    await sign_in(browser, outside, "fay")
    await world.admin.execute("UPDATE dashboard.sessions SET last_seen_at = now() - interval '29 minutes'")
    await browser.get("/api/v1/me")
    idle = await world.admin.fetchval("SELECT now() - last_seen_at < interval '1 minute' FROM dashboard.sessions")
    assert idle


async def test_a_foreign_page_cannot_act_in_our_name(
    world: Any, browser: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    await sign_in(browser, outside, "ana")
    for headers in ({}, {"X-Trueup-Csrf": "0"}, CSRF | {"Origin": "https://evil.example"}, CSRF | {"Origin": "null"}):
        refused = await browser.post("/api/v1/syncs", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf_required"), headers
    assert (await browser.post("/api/v1/syncs", headers=CSRF | {"Origin": ORIGIN})).status_code == 202


async def test_an_id_token_is_no_access_token(
    world: Any, browser: httpx.AsyncClient, settings: Settings, signer: Signer
) -> None:
    user = find("fay")
    assert user is not None
    now_s = int(time.time())
    access = signer.access_token(user, now_s=now_s)
    good = await browser.get("/api/v1/me", headers={"Authorization": f"Bearer {access}"})
    assert good.json()["role"] == "finance"
    token = signer.id_token(user, client_id=settings.oidc_client_id, nonce="n", now_s=now_s)
    refused = await browser.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")


async def test_on_https_cookies_are_bound_to_the_host(settings: Settings, outside: httpx.AsyncClient) -> None:
    secure = settings.model_copy(update={"public_url": "https://trueup.example.com"})
    engine = create_engine(settings.postgres_dsn, application_name="test", pool_size=1, schema=SCHEMA)
    app = create_app(wire(secure, engine=engine, http=outside))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://trueup.example.com") as client:
        cookie = (await client.get("/api/v1/auth/login")).headers["set-cookie"]
    await engine.dispose()
    assert cookie.startswith("__Host-trueup_login=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
