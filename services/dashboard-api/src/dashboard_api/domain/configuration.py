"""What people enter about an account, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trueup_billing import format_decimal


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

    def shown(self) -> dict[str, str | None]:
        """The fields as text, for the comparison that an import shows."""
        return {
            "name": self.name,
            "time_zone": self.time_zone,
            "active_from": _day(self.active_from),
            "active_to": _day(self.active_to),
            "refs": " ".join(self.refs) or None,
            "owner": ";".join(self.owners) or None,
        }


@dataclass(frozen=True, slots=True)
class RateConfig:
    """One price: per unit of one metric, on half-open days, in major units of its currency."""

    client_id: str
    metric: str
    unit: str
    unit_price: Decimal
    currency: str
    item_id: str | None
    valid_from: date
    valid_to: date | None

    @property
    def key(self) -> str:
        """What names the rate inside all cards."""
        return f"{self.client_id} {self.metric} {self.valid_from}"

    def shown(self) -> dict[str, str | None]:
        """The fields as text, for the comparison that an import shows."""
        return {
            "unit": self.unit,
            "unit_price": format_decimal(self.unit_price),
            "currency": self.currency,
            "quickbooks_item": self.item_id,
            "valid_to": _day(self.valid_to),
        }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
