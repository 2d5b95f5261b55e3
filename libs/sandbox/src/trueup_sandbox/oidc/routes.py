"""The issuer's routes: discovery, keys, authorize, token, userinfo, logout."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from joserfc.errors import JoseError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from trueup_sandbox.oidc.page import login_page, message_page
from trueup_sandbox.oidc.tokens import ACCESS_LIVES_S, ROLES_CLAIM, Signer
from trueup_sandbox.oidc.users import User, find

CODE_LIVES_S = 60
CODES_MAX = 1000
ASKED = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
    "audience",
)  # fmt: skip
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Client:
    """The one application that logs people in."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    any_loopback: bool
    """In development every redirect to this machine is allowed."""

    def allows(self, redirect_uri: str) -> bool:
        """Whether a code may be sent there."""
        return redirect_uri in self.redirect_uris or (self.any_loopback and is_loopback(redirect_uri))


@dataclass(frozen=True, slots=True)
class Grant:
    """A code that was given out, once, for a minute."""

    user: User
    redirect_uri: str
    nonce: str | None
    challenge: str
    until: float


def is_loopback(url: str) -> bool:
    """Whether an http address points to this machine."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        return False
    try:
        return parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


class Issuer:
    """The issuer's web application."""

    def __init__(self, signer: Signer, client: Client) -> None:
        self._signer = signer
        self._client = client
        self._grants: dict[str, Grant] = {}

    def app(self) -> Starlette:
        """The web application, to be mounted."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/jwks.json", self._jwks),
                Route("/authorize", self._ask, methods=["GET"]),
                Route("/authorize", self._grant, methods=["POST"]),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
                Route("/logout", self._logout),
            ]
        )

    async def _discovery(self, _: Request) -> Response:
        issuer = self._signer.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "jwks_uri": f"{issuer}/jwks.json",
                "end_session_endpoint": f"{issuer}/logout",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "scopes_supported": ["openid", "profile", "email"],
                "claims_supported": ["sub", "name", "email", ROLES_CLAIM],
            }
        )

    async def _jwks(self, _: Request) -> Response:
        return JSONResponse(self._signer.jwks(), headers={"Cache-Control": "max-age=300"})

    def _wrong(self, asked: Mapping[str, str]) -> str | None:
        """What is wrong with an authorization request, in words; nothing if it is right."""
        if asked.get("client_id") != self._client.client_id:
            return "This application is not known here."
        if not self._client.allows(asked.get("redirect_uri", "")):
            return "The application may not send you back to that address."
        if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
            return "Only the code flow with the openid scope is supported."
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return "The application must use PKCE with S256."
        return None

    async def _ask(self, request: Request) -> Response:
        asked = {name: request.query_params[name] for name in ASKED if name in request.query_params}
        wrong = self._wrong(asked)
        if wrong:
            return HTMLResponse(message_page("This did not work", wrong), 400)
        return HTMLResponse(login_page(asked), headers=NO_STORE)

    async def _grant(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        user, wrong = find(form.get("user", "")), self._wrong(form)
        if wrong or user is None:
            return HTMLResponse(message_page("This did not work", wrong or "There is no such login."), 400)
        now = time.monotonic()
        self._grants = {code: grant for code, grant in self._grants.items() if grant.until > now}
        if len(self._grants) >= CODES_MAX:
            return HTMLResponse(message_page("Too many logins", "Try again in a minute."), 429)
        code = secrets.token_urlsafe(32)
        nonce = form.get("nonce")
        self._grants[code] = Grant(user, form["redirect_uri"], nonce, form["code_challenge"], now + CODE_LIVES_S)
        answer = {"code": code, "iss": self._signer.issuer, **({"state": form["state"]} if "state" in form else {})}
        joint = "&" if "?" in form["redirect_uri"] else "?"
        return RedirectResponse(f"{form['redirect_uri']}{joint}{urlencode(answer)}", 303, NO_STORE)

    async def _token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        if not self._is_client(request.headers.get("authorization", ""), form):
            return _error("invalid_client", 401)
        if form.get("grant_type") != "authorization_code":
            return _error("unsupported_grant_type")
        grant = self._grants.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if (
            grant is None
            or grant.until <= time.monotonic()
            or grant.redirect_uri != form.get("redirect_uri")
            or not secrets.compare_digest(grant.challenge, challenge)
        ):
            return _error("invalid_grant")
        return JSONResponse(self._tokens(grant), headers=NO_STORE)

    def _tokens(self, grant: Grant) -> dict[str, Any]:
        now_s = int(time.time())
        client_id = self._client.client_id
        return {
            "token_type": "Bearer",
            "expires_in": ACCESS_LIVES_S,
            "scope": "openid profile email",
            "access_token": self._signer.access_token(grant.user, now_s=now_s),
            "id_token": self._signer.id_token(grant.user, client_id=client_id, nonce=grant.nonce, now_s=now_s),
        }

    def _is_client(self, authorization: str, form: Mapping[str, str]) -> bool:
        given = (form.get("client_id", ""), form.get("client_secret", ""))
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "basic":
            name, _, password = base64.b64decode(value + "==").decode(errors="replace").partition(":")
            given = (unquote(name), unquote(password))
        expected = (self._client.client_id, self._client.client_secret)
        return all(
            secrets.compare_digest(one.encode(), other.encode()) for one, other in zip(given, expected, strict=True)
        )

    async def _userinfo(self, request: Request) -> Response:
        try:
            claims = self._signer.read(request.headers.get("authorization", "").removeprefix("Bearer "))
        except (JoseError, ValueError):
            return _error("invalid_token", 401)
        return JSONResponse({name: claims[name] for name in ("sub", "name", "email", ROLES_CLAIM)})

    async def _logout(self, request: Request) -> Response:
        back = request.query_params.get("post_logout_redirect_uri", "")
        if back and self._client.allows(back):
            return RedirectResponse(back, 303)
        return HTMLResponse(message_page("Logged out", "You can close this page."))


def _error(code: str, status: int = 400) -> Response:
    return JSONResponse({"error": code}, status, headers=NO_STORE)
