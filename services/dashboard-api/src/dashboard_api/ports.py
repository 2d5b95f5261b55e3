"""What the use cases need from outside, and the values that pass through.

Every method raises `Unavailable` when what it stands for cannot be reached in time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dashboard_api.domain.access import Principal
from dashboard_api.domain.configuration import AccountConfig, RateConfig
from dashboard_api.domain.portfolio import PortfolioQuery
from trueup_contracts.envelope import Event

Json = str
"""A JSON document as text, passed through as the database wrote it."""


@dataclass(frozen=True, slots=True)
class PortfolioPage:
    """One page of the grid and the totals over all pages."""

    items: Json
    totals: Json
    total: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a timeline: entries before it come next."""

    occurred_at: datetime
    entry_id: int


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Entries, the latest first, and where the next page starts."""

    items: Json
    following: Cursor | None


class AccountReads(Protocol):
    """The read model, seen with the eyes of one principal: what is out of scope does not exist."""

    async def portfolio(self, principal: Principal, query: PortfolioQuery) -> PortfolioPage:
        """One page and the totals, both within the principal's scope."""

    async def account(self, principal: Principal, client_id: str) -> Json | None:
        """The whole account; None when unknown or out of scope."""

    async def invoices(
        self, principal: Principal, client_id: str, *, limit: int, offset: int
    ) -> tuple[Json, int] | None:
        """Invoices, the latest first, and how many there are; None when unknown or out of scope."""

    async def timeline(
        self, principal: Principal, client_id: str, *, before: Cursor | None, limit: int
    ) -> TimelinePage | None:
        """Timeline entries before the cursor; None when unknown or out of scope."""


States = tuple[tuple[str, str, str | None], ...]
"""Source, state and reason of each."""


class SourceReads(Protocol):
    """The state of the three sources, the same for everybody."""

    async def reports(self) -> Json:
        """A JSON list, one entry for each source."""

    async def states(self) -> States:
        """What a listener is told to look at again when it changes."""


@dataclass(frozen=True, slots=True)
class LoginState:
    """What a started sign-in must find again when the browser comes back."""

    nonce: str
    verifier: str
    return_to: str


class LoginStates(Protocol):
    """Started sign-ins, kept for ten minutes and taken once."""

    async def put(self, state: str, binding: str, login: LoginState) -> None:
        """Keep a started sign-in under its state, bound to one browser."""

    async def take(self, state: str, binding: str) -> LoginState | None:
        """Hand it out once; None when unknown, taken, too old or of another browser."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the issuer says that somebody is."""

    user: str
    name: str
    email: str
    roles: tuple[str, ...]


class IdentityProvider(Protocol):
    """The OpenID Connect issuer."""

    async def authorize_url(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where to send the browser."""

    async def redeem(self, *, code: str, verifier: str, nonce: str) -> Identity:
        """Exchange the code; raises LoginFailed when the answer does not hold."""


class AccessTokens(Protocol):
    """Bearer tokens of programs."""

    async def verify(self, token: str) -> tuple[Identity, datetime]:
        """Who it speaks for and until when; raises NotSignedIn when it does not hold."""


class Sessions(Protocol):
    """Login sessions. The cookie's value is stored as a hash only."""

    async def open(self, principal: Principal) -> str:
        """Start a session; the answer is the cookie's value."""

    async def find(self, token: str) -> Principal | None:
        """The principal of a living session, which this use keeps alive; None otherwise."""

    async def end(self, session_id: str) -> None:
        """Revoke a session."""

    async def living(self, session_ids: Sequence[str]) -> set[str]:
        """Which of these sessions still live; asking does not keep them alive."""

    async def sweep(self) -> None:
        """Forget sessions and sign-ins that ended long ago."""


class Owners(Protocol):
    """Who owns which account."""

    async def of(self, client_ids: Sequence[str]) -> Mapping[str, set[str]]:
        """Client id → its owners, as of now."""


class SyncRequests(Protocol):
    """Manual refreshes on their way to the services that read the sources."""

    async def request(self, principal: Principal, sources: Sequence[str], *, pause_s: int) -> dict[str, str]:
        """Put one request for each source on the outbox; source → request id.

        Raises:
            TooMany: the same user asked less than `pause_s` seconds ago.
        """


class ConfigurationChange(Protocol):
    """One transaction on what people entered; everything or nothing of it stays."""

    async def accounts(self) -> dict[str, AccountConfig]:
        """All accounts by client id, owners included."""

    async def rates(self) -> dict[str, list[RateConfig]]:
        """All rate cards by client id."""

    async def versions(self, count: int) -> list[int]:
        """New versions, ascending."""

    async def save_accounts(self, accounts: Sequence[AccountConfig]) -> None:
        """Insert or replace accounts with their owners."""

    async def save_rates(self, cards: Mapping[str, Sequence[RateConfig]]) -> None:
        """Replace the whole rate cards of these clients."""

    async def audit(self, principal: Principal, action: str, detail: Mapping[str, object]) -> None:
        """Write down who did what."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Put events on the outbox of this transaction."""


class Configuration(Protocol):
    """What people entered."""

    def change(self, *, writing: bool) -> AbstractAsyncContextManager[ConfigurationChange]:
        """One change at a time when writing; a dry run holds up nobody."""
