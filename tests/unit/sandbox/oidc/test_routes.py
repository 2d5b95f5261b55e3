from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from trueup_sandbox.oidc.routes import Client, Issuer, is_loopback
from trueup_sandbox.oidc.tokens import ROLES_CLAIM, Signer, load_key

ISSUER = "http://127.0.0.1:8081/oidc"
BACK = "http://127.0.0.1:8080/api/v1/auth/callback"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code",
    "client_id": "trueup-dashboard",
    "redirect_uri": BACK,
    "scope": "openid profile email",
    "state": "s1",
    "nonce": "n1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    client = Client("trueup-dashboard", "oidc_secret", ("https://trueup.example/cb",), any_loopback=True)
    transport = httpx.ASGITransport(Issuer(Signer(ISSUER, load_key(None)), client).app())
    async with httpx.AsyncClient(transport=transport, base_url="http://issuer") as http:
        yield http


async def log_in(browser: httpx.AsyncClient, user: str = "ana") -> str:
    answer = await browser.post("/authorize", data=ASKED | {"user": user})
    assert answer.status_code == 303
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["state"] == ["s1"]
    return query["code"][0]


async def exchange(browser: httpx.AsyncClient, code: str, changed: dict[str, str] | None = None) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return await browser.post("/token", data=form | (changed or {}), auth=("trueup-dashboard", "oidc_secret"))


async def test_the_whole_flow(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/authorize", params=ASKED)
    assert page.status_code == 200
    assert "no passwords" in page.text
    assert "Ana Ortega" in page.text
    tokens: dict[str, Any] = (await exchange(browser, await log_in(browser))).json()
    keys = KeySet.import_key_set((await browser.get("/jwks.json")).json())
    access = jwt.decode(tokens["access_token"], keys, algorithms=["RS256"]).claims
    assert (access["iss"], access["aud"], access["sub"]) == (ISSUER, "trueup-api", "ana")
    assert access[ROLES_CLAIM] == ["account_manager"]
    identity = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert (identity["aud"], identity["nonce"]) == ("trueup-dashboard", "n1")
    about = await browser.get("/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"})
    assert about.json()["email"] == "ana@company.example"


async def test_a_code_works_once(browser: httpx.AsyncClient) -> None:
    code = await log_in(browser)
    assert (await exchange(browser, code)).status_code == 200
    assert (await exchange(browser, code)).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "changed", [{"code_verifier": "w" * 50}, {"redirect_uri": "http://127.0.0.1:9/x"}, {"code": "guess"}]
)
async def test_a_code_is_bound_to_who_asked(browser: httpx.AsyncClient, changed: dict[str, str]) -> None:
    assert (await exchange(browser, await log_in(browser), changed)).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "changed",
    [{"client_id": "other"}, {"redirect_uri": "https://evil.example/"}, {"code_challenge_method": "plain"}, {"response_type": "token"},
     {"redirect_uri": "http://127.0.0.1.evil.example/"}, {"code_challenge": ""}],
)  # fmt: skip
async def test_a_wrong_request_never_leaves_the_page(browser: httpx.AsyncClient, changed: dict[str, str]) -> None:
    assert (await browser.get("/authorize", params=ASKED | changed)).status_code == 400
    assert (await browser.post("/authorize", data=ASKED | changed | {"user": "ana"})).status_code == 400


async def test_a_wrong_secret_gets_nothing(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/token", data={"grant_type": "authorization_code"}, auth=("trueup-dashboard", "x"))
    assert answer.status_code == 401


async def test_discovery_names_every_endpoint(browser: httpx.AsyncClient) -> None:
    found = (await browser.get("/.well-known/openid-configuration")).json()
    assert found["issuer"] == ISSUER
    assert found["jwks_uri"] == f"{ISSUER}/jwks.json"
    assert found["code_challenge_methods_supported"] == ["S256"]


async def test_logging_out_goes_back_home_only(browser: httpx.AsyncClient) -> None:
    home = await browser.get("/logout", params={"post_logout_redirect_uri": "http://127.0.0.1:8080/"})
    assert home.headers["location"] == "http://127.0.0.1:8080/"
    assert (
        await browser.get("/logout", params={"post_logout_redirect_uri": "https://evil.example/"})
    ).status_code == 200


def test_the_key_is_kept_and_private(tmp_path: Path) -> None:
    first = load_key(tmp_path)
    assert load_key(tmp_path).kid == first.kid
    assert (tmp_path / "issuer-key.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "local"),
    [("http://127.0.0.1:1/x", True), ("http://localhost/x", True), ("http://[::1]:3/", True), ("http://10.0.0.1/", False),
     ("javascript:alert(1)", False), ("http://127.0.0.1.example/", False)],
)  # fmt: skip
def test_what_this_machine_is(url: str, local: bool) -> None:
    assert is_loopback(url) is local
