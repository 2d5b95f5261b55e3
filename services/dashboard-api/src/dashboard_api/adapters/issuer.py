"""The OpenID Connect issuer: code flow with PKCE."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from dashboard_api.adapters.issuer_keys import IssuerKeys
from dashboard_api.adapters.tokens import InvalidToken, checked_claims, identity_of
from dashboard_api.domain.errors import LoginFailed, Unavailable
from dashboard_api.ports.signin import Identity

_REFUSED = "The sign-in service did not confirm who you are. Start again."


class OidcIssuer:
    """One configured issuer, found by discovery."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        keys: IssuerKeys,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        roles_claim: str,
    ) -> None:
        self._client = client
        self._keys = keys
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._roles_claim = roles_claim

    async def authorize_url(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where to send the browser."""
        metadata = await self._keys.metadata()
        parameters = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = str(metadata["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"

    async def redeem(self, *, code: str, verifier: str, nonce: str) -> Identity:
        """Exchange the code; raises LoginFailed when the answer does not hold."""
        answer = await self._exchange(code, verifier)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise LoginFailed(_REFUSED, code="login_refused")
        try:
            claims = await checked_claims(self._keys, token, issuer=self._issuer, audience=self._client_id)
        except InvalidToken:
            raise LoginFailed(_REFUSED, code="login_refused") from None
        audience = claims["aud"]
        foreign = isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self._client_id
        if foreign or not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
            raise LoginFailed(_REFUSED, code="login_refused")
        return identity_of(claims, roles_claim=self._roles_claim)

    async def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        metadata = await self._keys.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json"}
        if "client_secret_basic" in metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            pair = httpx.BasicAuth(quote(self._client_id, safe=""), quote(self._client_secret, safe=""))
            request = self._client.build_request("POST", metadata["token_endpoint"], data=form, headers=headers)
            send = self._client.send(request, auth=pair)
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
            request = self._client.build_request("POST", metadata["token_endpoint"], data=form, headers=headers)
            send = self._client.send(request)
        try:
            response = await send
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            detail = "The sign-in service cannot be reached at the moment."
            raise Unavailable(detail, code="issuer_unavailable") from error
        if response.status_code >= 500:
            raise Unavailable("The sign-in service has a fault at the moment.", code="issuer_unavailable")
        if response.status_code != 200 or not isinstance(answer, dict):
            raise LoginFailed(_REFUSED, code="login_refused")
        return answer
