"""Accounts and what they pay, as people entered them and as they are read from the bus."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from reconciler.ports.words import Currency, Instant, Minor, RateKind, RefText, Version, Wire, check_decimal


class Tier(Wire, frozen=True):
    """`accounts.Tier`."""

    unit_price: str
    up_to: str | None = None

    def __post_init__(self) -> None:
        for text in (self.unit_price, self.up_to):
            if text is not None:
                check_decimal(text)


class Rate(Wire, frozen=True):
    """`accounts.Rate`."""

    metric: str
    unit: str
    currency: Currency
    valid_from: date
    unit_price: str = "0"
    item_id: str | None = None
    valid_to: date | None = None
    kind: RateKind = "per_unit"
    component: str = ""
    tiers: list[Tier] = []
    package_size: str = "1"
    included: str = "0"
    amount_minor: Minor = 0
    percent: str | None = None
    billed: Literal["arrears", "advance"] = "arrears"
    proration: Literal["day", "second", "none"] = "day"

    def __post_init__(self) -> None:
        for text in (self.unit_price, self.package_size, self.included, self.percent):
            if text is not None:
                check_decimal(text)


class Configured(Wire, frozen=True):
    """`AccountConfiguredV1`."""

    version: Version
    client_id: str
    name: str
    configured_at: Instant
    time_zone: str = "UTC"
    active_from: date | None = None
    active_to: date | None = None
    refs: list[RefText] = []
    rates: list[Rate] = []
    anchor_day: Annotated[int, msgspec.Meta(ge=1, le=31)] = 1
