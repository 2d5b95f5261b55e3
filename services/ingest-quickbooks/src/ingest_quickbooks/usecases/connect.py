"""Connect and disconnect the company: each begin can be finished once, by who began it, within ten minutes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ingest_quickbooks.domain.connecting import (
    STATE_LIVES,
    Connection,
    NotConnected,
    answer_of,
    authorise_address,
    code_of,
    mark_of,
)


class States(Protocol):
    """Begun connections, by their marks."""

    async def put(self, mark: str, until: datetime) -> None:
        """Keep one; those that are over go."""

    async def take(self, mark: str, now: datetime) -> bool:
        """Use one up; whether it was there and is not over."""


class Vault(Protocol):
    """Where tokens are kept."""

    async def connect(self, code: str, redirect_uri: str) -> None:
        """Exchange the code, once, and keep what it brings."""

    async def disconnect(self) -> bool:
        """Give the tokens back and forget them; whether there were any."""

    async def state(self) -> Connection:
        """What is known of the connection without asking QuickBooks."""


@dataclass(frozen=True, slots=True)
class Connecting:
    """`bound_to` names who is connecting: a login session, or the person at the command line."""

    states: States
    vault: Vault
    clock: Callable[[], datetime]
    authorise_url: str
    client_id: str
    redirect_uri: str | None
    realm_id: str

    async def begin(self, bound_to: str) -> str:
        """The address to open in the browser.

        Raises:
            NotConnected: there is no address for the browser to come back to.
        """
        redirect_uri = self._way_back()
        state = secrets.token_urlsafe(32)
        await self.states.put(mark_of(state, bound_to), self.clock() + STATE_LIVES)
        return authorise_address(self.authorise_url, client_id=self.client_id, redirect_uri=redirect_uri, state=state)

    async def finish(self, address: str, bound_to: str) -> None:
        """Take the address that the browser was sent back to.

        The state is used up first, whatever else is wrong with the address: a guess cannot be tried twice.

        Raises:
            NotConnected: it was not begun here, is over or used, was refused, or is of another company.
            SourceUnavailable: QuickBooks did not take the code, or cannot be reached; the code is not tried again.
        """
        answer = answer_of(address)
        state = answer.get("state", "")
        if not await self.states.take(mark_of(state, bound_to), self.clock()):
            raise NotConnected(
                "not_begun", "this was not begun here, is older than ten minutes or was used already: begin again"
            )
        await self.vault.connect(code_of(answer, self.realm_id), self._way_back())

    def _way_back(self) -> str:
        if self.redirect_uri is None:
            words = "set INGEST_QUICKBOOKS_REDIRECT_URI to the address registered for the app at Intuit"
            raise NotConnected("not_set_up", words)
        return self.redirect_uri
