"""The issuer's metadata and signing keys: cached, rotated, and good for a while when the issuer is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt

from dashboard_api.domain.errors import Unavailable

TTL_S = 300.0
COOLDOWN_S = 30.0
"""An unknown key id makes us ask again at most this often: made-up ids must not become requests to the issuer."""
LAST_GOOD_S = 24 * 3600.0
KEYS_MAX = 50

KeySet = dict[str, jwt.PyJWK]


class IssuerKeys:
    """Signing keys by key id. Only RSA keys for signatures are taken."""

    def __init__(self, client: httpx.AsyncClient, *, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._issuer = issuer
        self._clock = clock
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._lock = asyncio.Lock()

    async def metadata(self) -> dict[str, Any]:
        """The discovery document.

        Raises:
            Unavailable: the issuer cannot be reached, or answers for another issuer.
        """
        if self._metadata is None:
            document = await self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            if document.get("issuer") != self._issuer:
                raise Unavailable("The sign-in service is not the one that is configured.", code="issuer_unavailable")
            self._metadata = document
        return self._metadata

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """The key, asking the issuer when it is due; None when it has none of this id.

        Raises:
            Unavailable: the issuer is away and nothing good is left of it.
        """
        if self._fresh() and key_id in self._keys:
            return self._keys[key_id]
        async with self._lock:
            known = self._fresh() and key_id in self._keys
            if not known and self._clock() - self._tried_at >= COOLDOWN_S:
                await self._refresh()
        if self._clock() - self._fetched_at > LAST_GOOD_S:
            raise Unavailable("The sign-in service cannot be reached at the moment.", code="issuer_unavailable")
        return self._keys.get(key_id)

    def _fresh(self) -> bool:
        return self._clock() - self._fetched_at < TTL_S

    async def _refresh(self) -> None:
        self._tried_at = self._clock()
        try:
            document = await self._get((await self.metadata())["jwks_uri"])
        except Unavailable:
            return  # the last good keys stand
        self._keys = _read(document)
        self._fetched_at = self._clock()

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            response = await self._client.get(url)
            response.raise_for_status()
            document = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(
                "The sign-in service cannot be reached at the moment.", code="issuer_unavailable"
            ) from error
        if not isinstance(document, dict):
            raise Unavailable("The sign-in service answers nothing useful.", code="issuer_unavailable")
        return document


def _read(document: dict[str, Any]) -> KeySet:
    keys: KeySet = {}
    listed = document.get("keys")
    entries = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    for entry in entries[:KEYS_MAX]:
        if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig" or not isinstance(entry.get("kid"), str):
            continue
        try:
            keys[entry["kid"]] = jwt.PyJWK(entry, algorithm="RS256")
        except jwt.PyJWTError:
            continue  # a key that we cannot read is none; the others stand
    return keys
