"""Connecting a company in the browser: where a person is sent, and what may come back."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

SCOPE = "com.intuit.quickbooks.accounting"
STATE_LIVES = timedelta(minutes=10)


class NotConnected(Exception):
    """Nothing was exchanged or changed; `code` is stable, the text says what to do."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True, slots=True)
class Connection:
    """`dead`: it no longer holds and a person must connect again; `none`: there is none, or a person ended it."""

    state: Literal["alive", "dead", "none"]
    ends_at: datetime | None = None
    """When its refresh token ends if it is never used; unknown before the first renewal."""


def authorise_address(address: str, *, client_id: str, redirect_uri: str, state: str) -> str:
    """The page on which a person allows the connection; a full page, no frame."""
    asked = {
        "client_id": client_id,
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{address}?{urlencode(asked)}"


def mark_of(state: str, bound_to: str) -> str:
    """What is kept of a state: it fits only who began, and cannot be made from what lies in the database."""
    return hmac.new(state.encode(), bound_to.encode(), sha256).hexdigest()


def answer_of(address: str) -> Mapping[str, str]:
    """The parameters of the address that the browser was sent back to; of a repeated one nothing."""
    found = parse_qs(urlsplit(address.strip()).query)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def code_of(answer: Mapping[str, str], realm_id: str) -> str:
    """The one-time code, of our company only.

    Raises:
        NotConnected: the person refused, something is missing, or another company was chosen.
    """
    if error := answer.get("error"):
        raise NotConnected("refused", f"QuickBooks says {error[:80]!r}: the connection was not allowed; begin again")
    code, realm = answer.get("code"), answer.get("realmId")
    if not code or not realm:
        raise NotConnected(
            "incomplete", "the address holds no code or no realmId: give the whole address that the browser was sent to"
        )
    if realm != realm_id:
        raise NotConnected(
            "other_company",
            f"company {realm[:40]} was chosen, but this installation is for {realm_id} (INGEST_QUICKBOOKS_REALM_ID): "
            "begin again and choose that one",
        )
    return code
