"""Keys of the issuer: cached, rotated, not asked for too often, and kept for a while when the issuer is away."""

from __future__ import annotations

import json

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from dashboard_api.adapters.issuer_keys import COOLDOWN_S, LAST_GOOD_S, TTL_S, IssuerKeys
from dashboard_api.domain.errors import Unavailable

ISSUER = "https://issuer.example"
PUBLIC = json.loads(
    jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key())
)


class Outside:
    """The issuer and the clock."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.kids = ["k1"]
        self.down = False
        self.fetches = 0
        self.issuer = ISSUER
        self.extra: list[dict[str, str]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("down")
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json={"issuer": self.issuer, "jwks_uri": f"{ISSUER}/keys"})
        self.fetches += 1
        return httpx.Response(200, json={"keys": [PUBLIC | {"kid": kid} for kid in self.kids] + self.extra})

    def keys(self) -> IssuerKeys:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        return IssuerKeys(client, issuer=ISSUER, clock=lambda: self.now_s)


async def test_keys_are_asked_for_once_in_a_while() -> None:
    outside = Outside()
    keys = outside.keys()
    for _ in range(100):
        assert await keys.key("k1")
    assert outside.fetches == 1
    outside.now_s += TTL_S
    assert await keys.key("k1")
    assert outside.fetches == 2


async def test_a_new_key_is_found_and_made_up_ones_ask_nobody() -> None:
    outside = Outside()
    keys = outside.keys()
    assert await keys.key("k1")
    outside.kids = ["k1", "k2"]
    outside.now_s += COOLDOWN_S
    assert await keys.key("k2")
    for number in range(1000):
        assert await keys.key(f"made-up-{number}") is None
    assert outside.fetches == 2


async def test_a_withdrawn_key_is_forgotten() -> None:
    outside = Outside()
    keys = outside.keys()
    assert await keys.key("k1")
    outside.kids = ["k2"]
    outside.now_s += TTL_S
    assert await keys.key("k1") is None


async def test_the_last_good_keys_stand_while_the_issuer_is_away() -> None:
    outside = Outside()
    keys = outside.keys()
    assert await keys.key("k1")
    outside.down = True
    outside.now_s += LAST_GOOD_S - 1
    assert await keys.key("k1")
    outside.now_s += 2
    with pytest.raises(Unavailable):
        await keys.key("k1")
    outside.down = False
    outside.now_s += COOLDOWN_S
    assert await keys.key("k1")


async def test_an_issuer_that_was_never_there_is_said_so() -> None:
    outside = Outside()
    outside.down = True
    with pytest.raises(Unavailable):
        await outside.keys().key("k1")


async def test_another_issuer_is_not_believed() -> None:
    outside = Outside()
    outside.issuer = "https://evil.example"
    with pytest.raises(Unavailable):
        await outside.keys().metadata()


async def test_only_signing_keys_of_rsa_are_taken() -> None:
    outside = Outside()
    outside.extra = [
        {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"},
        PUBLIC | {"kid": "enc", "use": "enc"},
        {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"},
    ]
    keys = outside.keys()
    for kid in ("secret", "enc", "broken"):
        outside.now_s += COOLDOWN_S
        assert await keys.key(kid) is None
    assert await keys.key("k1")
