"""Bearer tokens: only what the issuer signed for us, now, with RS256, passes."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from dashboard_api.adapters.issuer_keys import IssuerKeys
from dashboard_api.adapters.tokens import IssuerAccessTokens
from dashboard_api.domain.errors import NotSignedIn

ISSUER = "https://issuer.example/"
ROLES = "https://trueup.example/roles"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    body = {"iss": ISSUER, "aud": "trueup-api", "sub": "ana", "iat": now, "exp": now + 60, ROLES: ["finance"]}
    return {name: value for name, value in (body | changes).items() if value is not None}


def signed(body: dict[str, Any], key: Any = KEY, algorithm: str = "RS256", **header: Any) -> str:
    return jwt.encode(body, key, algorithm=algorithm, headers={"kid": "k1"} | header)


def by_hand(header: dict[str, Any], body: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(body).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def hs256_with_the_public_key(body: dict[str, Any]) -> str:
    import hashlib
    import hmac

    pem = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    unsigned = by_hand({"alg": "HS256", "typ": "JWT", "kid": "k1"}, body).rsplit(".", 1)[0]
    mac = hmac.new(pem, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.fixture
def tokens() -> IssuerAccessTokens:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}keys"})
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return httpx.Response(200, json={"keys": [public | {"kid": "k1", "use": "sig"}]})

    keys = IssuerKeys(httpx.AsyncClient(transport=httpx.MockTransport(answer)), issuer=ISSUER)
    return IssuerAccessTokens(keys, issuer=ISSUER, audience="trueup-api", roles_claim=ROLES)


async def test_a_good_token_names_user_and_roles(tokens: IssuerAccessTokens) -> None:
    identity, valid_until = await tokens.verify(signed(claims(aud=["trueup-api", "other"])))
    assert (identity.user, identity.roles) == ("ana", ("finance",))
    assert 60 <= valid_until.timestamp() - time.time() <= 100


async def test_clocks_may_differ_a_little(tokens: IssuerAccessTokens) -> None:
    await tokens.verify(signed(claims(exp=int(time.time()) - 20)))


NOW = int(time.time())
FORGED = {
    "expired": signed(claims(exp=NOW - 3600, iat=NOW - 7200)),
    "no exp": signed(claims(exp=None)),
    "no sub": signed(claims(sub=None)),
    "no iss": signed(claims(iss=None)),
    "no aud": signed(claims(aud=None)),
    "no iat": signed(claims(iat=None)),
    "wrong aud": signed(claims(aud="trueup-dashboard")),
    "wrong iss": signed(claims(iss="https://evil.example/")),
    "iss without slash": signed(claims(iss=ISSUER.rstrip("/"))),
    "not yet": signed(claims(nbf=NOW + 3600)),
    "other key": signed(claims(), key=OTHER_KEY),
    "other algorithm": signed(claims(), algorithm="PS256"),
    "rs512": signed(claims(), algorithm="RS512"),
    "alg none": by_hand({"alg": "none", "typ": "JWT", "kid": "k1"}, claims()),
    "hs256 with the public key": hs256_with_the_public_key(claims()),
    "unknown key": signed(claims(), kid="k9"),
    "no key id": jwt.encode(claims(), KEY, algorithm="RS256"),
    "own key inside": signed(
        claims(), key=OTHER_KEY, jwk=json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OTHER_KEY.public_key()))
    ),
    "id token": signed(claims(nonce="n")),
    "hash of an access token": signed(claims(at_hash="h")),
    "garbage": "x.y.z",
    "empty": "",
    "too long": "x" * 9000,
    "cut": signed(claims())[:-5],
}


@pytest.mark.parametrize("name", FORGED)
async def test_forged_tokens_are_refused(tokens: IssuerAccessTokens, name: str) -> None:
    with pytest.raises(NotSignedIn):
        await tokens.verify(FORGED[name])


@pytest.mark.parametrize("roles", ["finance", None, {"finance": True}, [1, None]])
async def test_roles_that_are_no_list_of_names_are_none(tokens: IssuerAccessTokens, roles: Any) -> None:
    identity, _ = await tokens.verify(signed(claims(**{ROLES: roles})))
    assert identity.roles == ()


async def test_a_token_is_told_by_its_own_id_and_else_by_what_is_signed(tokens: IssuerAccessTokens) -> None:
    async def named(token: str) -> str | None:
        return (await tokens.verify(token))[0].token_id

    assert await named(signed(claims(jti="1"))) == await named(signed(claims(jti="1", exp=int(time.time()) + 90)))
    assert await named(signed(claims(jti="1"))) != await named(signed(claims(jti="2")))
    plain = signed(claims())
    # Padding means nothing: another spelling of the signature is no other token.
    assert await named(f"{plain}==") == await named(plain)
    assert await named(signed(claims(sub="ben"))) != await named(plain)
