"""The issuer's key and the tokens it signs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from trueup_sandbox.oidc.users import User

ROLES_CLAIM = "https://trueup.example/roles"
AUDIENCE = "trueup-api"
KEY_BITS = 2048
ACCESS_LIVES_S = 3600
ACCESS_LIVES_MAX_S = 86_400


def load_key(state: Path | None) -> RSAKey:
    """The signing key of the state folder, made at the first start; without a folder a new one."""
    path = state / "issuer-key.json" if state else None
    if path and path.exists():
        return RSAKey.import_key(json.loads(path.read_text(encoding="ascii")))
    key = RSAKey.generate_key(KEY_BITS, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(key.as_dict(private=True), file)
    return key


class Signer:
    """Signs what the issuer says about a user."""

    def __init__(self, issuer: str, key: RSAKey) -> None:
        self.issuer = issuer
        self._key = key

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": "RS256"}]}

    def access_token(self, user: User, *, now_s: int, lives_s: int = ACCESS_LIVES_S) -> str:
        """A bearer token for the API."""
        claims = {**self._about(user, now_s, lives_s), "aud": AUDIENCE, "scope": "openid profile email"}
        return self._sign(claims, "at+jwt")

    def id_token(self, user: User, *, client_id: str, nonce: str | None, now_s: int) -> str:
        """Who logged in, for the client."""
        claims = {**self._about(user, now_s, ACCESS_LIVES_S), "aud": client_id, "auth_time": now_s}
        return self._sign({**claims, "nonce": nonce} if nonce else claims, "JWT")

    def _about(self, user: User, now_s: int, lives_s: int) -> dict[str, Any]:
        return {
            "iss": self.issuer,
            "sub": user.user,
            "name": user.name,
            "email": user.email,
            "email_verified": True,
            "iat": now_s,
            "exp": now_s + lives_s,
            ROLES_CLAIM: [user.role],
        }

    def _sign(self, claims: dict[str, Any], kind: str) -> str:
        return jwt.encode({"alg": "RS256", "typ": kind, "kid": self._key.kid}, claims, self._key)

    def read(self, token: str) -> dict[str, Any]:
        """The claims of a token of this issuer, whatever its age.

        Raises:
            joserfc.errors.JoseError: it is none.
        """
        return dict(jwt.decode(token, self._key, algorithms=["RS256"]).claims)
