"""What people entered about an account, and what reconciliation made of it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from trueup_contracts.envelope import CurrencyCode, DecimalText, Event, Instant, Part, RefText


class Rate(Part):
    """One price of a rate card: per unit of one metric, valid on half-open days, billed as one ledger item."""

    metric: str
    unit: str
    unit_price: DecimalText
    """In major units of `currency`."""
    currency: CurrencyCode
    item_id: str | None = None
    """The ledger's item that bills this metric."""
    valid_from: date
    valid_to: date | None = None


class AccountConfiguredV1(Event):
    """A client of ours as people configured it; the whole of it, every time."""

    topic: ClassVar[str] = "trueup.accounts.configured.v1"
    type: ClassVar[str] = "trueup.accounts.configured.v1"

    client_id: str
    name: str
    time_zone: str = "UTC"
    active_from: date | None = None
    active_to: date | None = None
    """The first day on which the client is no longer active."""
    refs: list[RefText] = []
    """Links that came with the import."""
    rates: list[Rate] = []
    configured_at: Instant

    def key(self) -> str:
        return self.client_id


class AccountReconciledV1(Event):
    """What changed in one account. `version` is the row's revision."""

    topic: ClassVar[str] = "trueup.accounts.reconciled.v1"
    type: ClassVar[str] = "trueup.accounts.reconciled.v1"

    client_id: str
    reconciled_at: Instant
    changed: list[Literal["usage", "invoices", "payments", "variance", "forecast", "sources", "account"]] = []

    def key(self) -> str:
        return self.client_id
