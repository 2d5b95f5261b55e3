"""The ledger's tokens: access tokens live an hour, the refresh token's value rotates, and misuse ends the connection.

An old refresh value dies when its successor is first used, so a client that crashed before storing the new one can still
go on with the old one. Two refreshes at the same time look like theft and revoke everything.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from collections import Counter
from typing import Any

from starlette.responses import Response

from trueup_sandbox.providers.gate import Refused
from trueup_sandbox.providers.quickbooks.faults import Temper
from trueup_sandbox.world.world import World

CLIENT = ("qb_client", "qb_secret")
FIRST_REFRESH_TOKEN = "qb_refresh_0"  # noqa: S105
REFRESH_TAKES_S = 0.05
CODE_LIVES_MS = 600_000
REFRESH_LIVES_S = 8_726_400
CONNECTION_LIVES_S = 5 * 365 * 86_400
"""However often it is renewed."""


def _refuse(error: str, status: int = 400) -> Refused:
    return Refused(Response(json.dumps({"error": error}), status, media_type="application/json"))


class Tokens:
    """The one connection of the sandbox's company."""

    def __init__(self, world: World, counters: Counter[str] | None = None) -> None:
        self._world = world
        self.temper = Temper(Counter() if counters is None else counters)
        """How it refuses although the token is right."""
        self._refreshing = False
        self._codes: dict[str, tuple[str, int]] = {}
        self._redeemed: set[str] = set()
        if not world.memory.tokens:
            world.memory.tokens = {
                "refresh": FIRST_REFRESH_TOKEN,
                "former": None,
                "rotated_ms": world.born_ms,
                "connected_ms": world.born_ms,
                "access": {},
                "revoked": False,
            }

    @property
    def _state(self) -> dict[str, Any]:
        return self._world.memory.tokens

    def _save(self) -> None:
        now_ms = self._world.clock.read()
        self._state["access"] = {name: until for name, until in self._state["access"].items() if until > now_ms}
        self._world.remember_tokens(self._state)

    async def refresh(self, authorization: str, form: dict[str, str]) -> dict[str, Any]:
        """Exchange the refresh token for an access token.

        Raises:
            Refused: wrong client, wrong grant, a dead token (`invalid_grant`), or two at a time.
        """
        self._must_be_client(authorization)
        if form.get("grant_type") == "authorization_code":
            return self._redeem(form.get("code", ""), form.get("redirect_uri", ""))
        if form.get("grant_type") != "refresh_token":
            raise _refuse("unsupported_grant_type")
        if self._refreshing:
            self._state["revoked"] = True
            self._save()
            raise _refuse("invalid_grant")
        self._refreshing = True
        try:
            await asyncio.sleep(REFRESH_TAKES_S)
            return self._exchange(form.get("refresh_token", ""))
        finally:
            self._refreshing = False

    def _exchange(self, refresh_token: str) -> dict[str, Any]:
        state, now_ms = self._state, self._world.clock.read()
        if state["revoked"] or refresh_token not in {state["refresh"], state["former"]} or self._left_s(now_ms) <= 0:
            raise _refuse("invalid_grant")
        if refresh_token == state["refresh"]:
            state["former"] = None
            if now_ms - state["rotated_ms"] >= self._world.scenario.quickbooks.rotate_after_s * 1000:
                state.update(former=refresh_token, refresh=f"qb_refresh_{secrets.token_hex(12)}", rotated_ms=now_ms)
        return self._grant(now_ms)

    def _left_s(self, now_ms: int) -> int:
        """Until a person must connect again."""
        connected_ms: int = self._state.get("connected_ms", self._world.born_ms)
        return CONNECTION_LIVES_S - (now_ms - connected_ms) // 1000

    def _grant(self, now_ms: int) -> dict[str, Any]:
        """A fresh access token beside the refresh token as it is now."""
        state = self._state
        lives_s = self._world.scenario.quickbooks.access_token_s
        access = f"qb_access_{secrets.token_hex(16)}"
        state["access"][access] = now_ms + lives_s * 1000
        self._save()
        return {
            "token_type": "bearer",
            "access_token": access,
            "expires_in": lives_s,
            "refresh_token": state["refresh"],
            "x_refresh_token_expires_in": REFRESH_LIVES_S,
            "x_refresh_token_hard_expires_in": self._left_s(now_ms),
        }

    def accepts(self, authorization: str) -> bool:
        """Whether the request carries a living access token."""
        until = self._state["access"].get(authorization.removeprefix("Bearer "))
        return not self._state["revoked"] and until is not None and until > self._world.clock.read()

    def reconnect(self) -> str:
        """What an admin does in the browser after the connection died: a new refresh token."""
        fresh = f"qb_refresh_{secrets.token_hex(12)}"
        now_ms = self._world.clock.read()
        self._state.update(refresh=fresh, former=None, rotated_ms=now_ms, connected_ms=now_ms, access={}, revoked=False)
        self._save()
        return fresh

    def allow(self, redirect_uri: str) -> str:
        """What a person does on the page of the ledger: a code for this address, good once, for ten minutes."""
        code = f"qb_code_{secrets.token_hex(12)}"
        self._codes[code] = (redirect_uri, self._world.clock.read() + CODE_LIVES_MS)
        return code

    def _redeem(self, code: str, redirect_uri: str) -> dict[str, Any]:
        """A code that comes twice looks stolen: what it brought is taken back."""
        if code in self._redeemed:
            self._state["revoked"] = True
            self._save()
            raise _refuse("invalid_grant")
        address, until_ms = self._codes.pop(code, ("", 0))
        now_ms = self._world.clock.read()
        if address != redirect_uri or now_ms > until_ms:
            raise _refuse("invalid_grant")
        self._redeemed.add(code)
        self.reconnect()
        return self._grant(now_ms)

    def give_back(self, authorization: str, token: str) -> None:
        """End the connection.

        Raises:
            Refused: wrong client, or a token that is not known.
        """
        self._must_be_client(authorization)
        if self._state["revoked"] or token not in {self._state["refresh"], self._state["former"]}:
            raise _refuse("invalid_request")
        self._state.update(revoked=True, access={})
        self._save()

    def _must_be_client(self, authorization: str) -> None:
        _, _, given = authorization.partition(" ")
        if base64.b64decode(given + "==").decode(errors="replace") != ":".join(CLIENT):
            raise _refuse("invalid_client", 401)

    def expire(self) -> None:
        """End every access token now."""
        self._state["access"] = {}
        self._save()
