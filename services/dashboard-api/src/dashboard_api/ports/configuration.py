"""What people entered, changed in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from dashboard_api.domain.access import Principal
from dashboard_api.domain.configuration import AccountConfig, RateConfig
from trueup_contracts.envelope import Event


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

    async def save_rates(self, principal: Principal, cards: Mapping[str, Sequence[RateConfig]]) -> None:
        """A new version of the whole rate cards of these clients; former versions are kept."""

    async def audit(self, principal: Principal, action: str, detail: Mapping[str, object]) -> None:
        """Write down who did what."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Put events on the outbox of this transaction."""


class Configuration(Protocol):
    """What people entered."""

    def change(self, *, writing: bool) -> AbstractAsyncContextManager[ConfigurationChange]:
        """One change at a time when writing; a dry run holds up nobody."""
