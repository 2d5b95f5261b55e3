"""Connecting the ledger on the page: what binds it to a login, and what may come of it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

ADDRESS_MAX = 4000
"""Characters of the address that a browser is sent back to."""

REFUSALS = {
    "not_begun": "This was not begun in this login, is older than ten minutes or was used already.",
    "refused": "QuickBooks was told not to allow the connection.",
    "incomplete": "The address that the browser came back to is not whole.",
    "other_company": "Another company was chosen than the one that this installation is for.",
    "code_not_taken": "QuickBooks does not take its own code any more.",
    "not_set_up": "The service that reads QuickBooks has no address for the browser to come back to.",
}
"""Why nothing was connected, by the codes of the service that reads QuickBooks."""


@dataclass(frozen=True, slots=True)
class Connection:
    """`dead`: a person must connect again; `none`: there is none, or a person ended it."""

    state: Literal["alive", "dead", "none"]
    ends_at: datetime | None
    """When it ends if it is never used."""
    ends_soon: bool


def bound_to(key: str, session_id: str) -> str:
    """What a begun connection is bound to: tells of one login session, and tells nobody which."""
    return hmac.new(key.encode(), f"quickbooks|{session_id}".encode(), sha256).hexdigest()
