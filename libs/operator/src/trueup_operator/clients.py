"""HTTP towards Trueup's own API and the sandbox's controls."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from trueup_operator.errors import OperatorError

TIMEOUT = httpx.Timeout(60.0, connect=5.0)


def is_loopback(url: str) -> bool:
    """Whether the address is this machine only."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def token_for(sandbox_url: str, user: str) -> str:
    """A bearer token of the development issuer.

    Raises:
        OperatorError: the issuer is not on loopback, does not answer or does not know the user.
    """
    if not is_loopback(sandbox_url):
        raise OperatorError(
            "tokens are handed out by a development issuer on this machine only; use your issuer's own tool"
        )
    try:
        answer = httpx.post(f"{sandbox_url}/control/token", json={"user": user}, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise OperatorError(
            f"the development issuer at {sandbox_url} does not answer ({error}); is Trueup up?"
        ) from None
    if answer.status_code != httpx.codes.OK:
        raise OperatorError(f"no token for {user!r}; `trueup users` lists the logins")
    return str(answer.json()["access_token"])


def say_problem(response: httpx.Response) -> str:
    """A problem+json answer as one line."""
    try:
        body: dict[str, Any] = response.json()
    except ValueError:
        return f"HTTP {response.status_code}"
    return f"{body.get('title', 'error')}: {body.get('detail', '')} (HTTP {response.status_code}, {body.get('code', 'no code')})"
