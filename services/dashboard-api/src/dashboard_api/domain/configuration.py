"""What people enter about an account, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from trueup_billing import Currency, Money, format_decimal


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """One client of ours. `refs` are its customers in the sources, sorted; `owners` are user names, sorted."""

    client_id: str
    name: str
    time_zone: str
    active_from: date | None
    active_to: date | None
    refs: tuple[str, ...]
    owners: tuple[str, ...]
    anchor_day: int = 1

    def shown(self) -> dict[str, str | None]:
        """The fields as text, for the comparison that an import shows."""
        return {
            "name": self.name,
            "time_zone": self.time_zone,
            "active_from": _day(self.active_from),
            "active_to": _day(self.active_to),
            "anchor_day": str(self.anchor_day),
            "refs": " ".join(self.refs) or None,
            "owner": ";".join(self.owners) or None,
        }


RateKind = Literal["per_unit", "graduated", "volume", "package", "flat", "minimum", "discount", "as_invoiced"]
USAGE_KINDS = frozenset({"per_unit", "graduated", "volume", "package", "as_invoiced"})
Tiers = tuple[tuple[Decimal | None, Decimal], ...]


@dataclass(frozen=True, slots=True)
class RateConfig:
    """One component of a rate card on half-open days; prices in major units of its currency, amounts in minor ones."""

    client_id: str
    component: str
    metric: str
    unit: str
    currency: str
    valid_from: date
    valid_to: date | None = None
    item_id: str | None = None
    kind: RateKind = "per_unit"
    unit_price: Decimal = Decimal(0)
    tiers: Tiers = ()
    package_size: Decimal = Decimal(1)
    included: Decimal = Decimal(0)
    amount_minor: int = 0
    percent: Decimal | None = None
    billed: Literal["arrears", "advance"] = "arrears"
    proration: Literal["day", "second", "none"] = "day"

    @property
    def key(self) -> str:
        """What names the component inside all cards."""
        return f"{self.client_id} {self.component} {self.valid_from}"

    def shown(self) -> dict[str, str | None]:
        """The fields as text, for the comparison that an import shows; what the kind does not use is left out."""
        amount = Money(self.amount_minor, Currency(self.currency)).to_major() if self.amount_minor else None
        fields: dict[str, str | None] = {
            "kind": self.kind,
            "metric": self.metric or None,
            "unit": self.unit or None,
            "unit_price": format_decimal(self.unit_price) if self.kind in {"per_unit", "package"} else None,
            "tiers": tiers_text(self.tiers) or None,
            "package_size": format_decimal(self.package_size) if self.kind == "package" else None,
            "included": format_decimal(self.included) if self.included else None,
            "amount": None if amount is None else str(amount),
            "percent": None if self.percent is None else format_decimal(self.percent),
            "billed": self.billed if self.billed != "arrears" else None,
            "proration": self.proration if self.proration != "day" else None,
            "currency": self.currency,
            "quickbooks_item": self.item_id,
            "valid_to": _day(self.valid_to),
        }
        return fields


def tiers_text(tiers: Tiers) -> str:
    """`10000:0.01;rest:0.008`: units up to and including each bound, counted from the first of the period."""
    return ";".join(
        f"{'rest' if up_to is None else format_decimal(up_to)}:{format_decimal(price)}" for up_to, price in tiers
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
