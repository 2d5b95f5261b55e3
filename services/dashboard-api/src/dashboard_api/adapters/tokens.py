"""Checking signed tokens: RS256 and nothing else, whatever the token itself says."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt

from dashboard_api.adapters.issuer_keys import IssuerKeys
from dashboard_api.domain.errors import NotSignedIn
from dashboard_api.ports.signin import Identity

LEEWAY_S = 30
TOKEN_MAX = 8192
_ALGORITHMS = ["RS256"]


class InvalidToken(Exception):
    """The token does not hold."""


async def checked_claims(keys: IssuerKeys, token: str, *, issuer: str, audience: str) -> dict[str, Any]:
    """The claims of a token that holds.

    Raises:
        InvalidToken: signature, algorithm, issuer, audience, times or a missing claim.
        Unavailable: the issuer's keys cannot be had.
    """
    if len(token) > TOKEN_MAX:
        raise InvalidToken
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError as error:
        raise InvalidToken from error
    key = await keys.key(key_id) if isinstance(key_id, str) else None
    if key is None:
        raise InvalidToken
    try:
        return jwt.decode(
            token,
            key.key,
            algorithms=_ALGORITHMS,
            audience=audience,
            issuer=issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise InvalidToken from error


def identity_of(claims: dict[str, Any], *, roles_claim: str) -> Identity:
    """Who the claims are about."""
    roles = claims.get(roles_claim)
    return Identity(
        user=str(claims["sub"]),
        name=str(claims.get("name") or ""),
        email=str(claims.get("email") or ""),
        roles=tuple(each for each in roles if isinstance(each, str)) if isinstance(roles, list) else (),
    )


class IssuerAccessTokens:
    """Access tokens of programs. An ID token has another audience; one with a nonce is none of ours in any case."""

    def __init__(self, keys: IssuerKeys, *, issuer: str, audience: str, roles_claim: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._roles_claim = roles_claim

    async def verify(self, token: str) -> tuple[Identity, datetime]:
        """Who it speaks for and until when; raises NotSignedIn when it does not hold."""
        try:
            claims = await checked_claims(self._keys, token, issuer=self._issuer, audience=self._audience)
        except InvalidToken:
            raise NotSignedIn("The token does not hold.", code="invalid_token") from None
        if "nonce" in claims or "at_hash" in claims:
            raise NotSignedIn("Send an access token, not an ID token.", code="invalid_token")
        valid_until = datetime.fromtimestamp(float(claims["exp"]) + LEEWAY_S, UTC)
        identity = identity_of(claims, roles_claim=self._roles_claim)
        return replace(identity, token_id=token_id(token, claims)), valid_until


def token_id(token: str, claims: dict[str, Any]) -> str:
    """The token's own id, else a hash of what is signed: the signature itself can be written in several ways."""
    own = claims.get("jti")
    named = f"jti|{own}" if isinstance(own, str) and own else f"signed|{token.rpartition('.')[0]}"
    return hashlib.sha256(named.encode()).hexdigest()
