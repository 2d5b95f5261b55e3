"""What people entered about an account, and what reconciliation made of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from trueup_contracts.envelope import CurrencyCode, DecimalText, Event, Instant, Part, RefText

RateKind = Literal["per_unit", "graduated", "volume", "package", "flat", "minimum", "discount", "as_invoiced"]


class Tier(Part):
    """A run of units at one price; the last one has no end."""

    up_to: DecimalText | None = None
    """The last unit at this price, counted from the first of the period."""
    unit_price: DecimalText


class Rate(Part):
    """One component of a rate card, valid on half-open days. The card of a day is all components valid on it.

    `per_unit`: quantity × `unit_price`. `graduated`: each unit at the price of the tier that it falls into. `volume`:
    all units at the price of the tier that the last one falls into. `package`: begun packages of `package_size` ×
    `unit_price`. `flat`: `amount_minor` a period. `minimum`: what usage of the metric (without one: all usage) is
    topped up to. `discount`: `percent` or `amount_minor` off the lines of the metric (without one: of all lines).
    `as_invoiced`: no price is known; the invoices' own price of the item is applied to the metered quantity.
    """

    metric: str
    """Empty for what is not about one metric."""
    unit: str
    unit_price: DecimalText = "0"
    """In major units of `currency`."""
    currency: CurrencyCode
    item_id: str | None = None
    """The ledger's item that bills this component."""
    valid_from: date
    valid_to: date | None = None
    kind: RateKind = "per_unit"
    component: str = ""
    """What the component is called inside its card; empty: its metric."""
    tiers: list[Tier] = []
    package_size: DecimalText = "1"
    included: DecimalText = "0"
    """Units of a period that cost nothing."""
    amount_minor: int = 0
    percent: DecimalText | None = None
    billed: Literal["arrears", "advance"] = "arrears"
    """Which period an undated invoice line is for: the one before the invoice, or the one that holds it."""
    proration: Literal["day", "second", "none"] = "day"
    """How amounts, allowances and tier bounds shrink where the component holds for a part of the period only."""


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
    """The components of the rate card."""
    anchor_day: Annotated[int, Field(ge=1, le=31)] = 1
    """The day of the month on which the contract's periods begin; a month without that day begins one on its last."""
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
