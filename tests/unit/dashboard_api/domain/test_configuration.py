"""What an import shows of accounts and rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dashboard_api.domain.configuration import AccountConfig, RateConfig


def test_an_account_shows_its_fields_as_text() -> None:
    account = AccountConfig("c", "Alder", "UTC", date(2026, 1, 1), None, ("quickbooks:1",), ("ana", "ben"))
    assert account.shown() == {
        "name": "Alder",
        "time_zone": "UTC",
        "active_from": "2026-01-01",
        "active_to": None,
        "anchor_day": "1",
        "refs": "quickbooks:1",
        "owner": "ana;ben",
    }


def test_equal_prices_look_equal_however_they_are_written() -> None:
    def price(text: str) -> dict[str, str | None]:
        return RateConfig("c", "m", "m", "u", "USD", date(2026, 1, 1), unit_price=Decimal(text)).shown()

    assert price("0.50") == price("0.5")
    assert price("1E+2")["unit_price"] == "100"


def test_a_component_shows_what_its_kind_uses() -> None:
    tiers = ((Decimal(10), Decimal("0.10")), (None, Decimal("0.05")))
    shown = RateConfig(
        "c",
        "m",
        "m",
        "u",
        "USD",
        date(2026, 1, 1),
        kind="graduated",
        tiers=tiers,
        included=Decimal(5),
        proration="none",
    ).shown()
    assert (shown["tiers"], shown["unit_price"], shown["included"], shown["proration"]) == (
        "10:0.1;rest:0.05",
        None,
        "5",
        "none",
    )
    fee = RateConfig("c", "fee", "", "", "USD", date(2026, 1, 1), kind="flat", amount_minor=9_950, billed="advance")
    assert (fee.shown()["amount"], fee.shown()["billed"]) == ("99.50", "advance")
    off = RateConfig("c", "off", "", "", "USD", date(2026, 1, 1), kind="discount", percent=Decimal("12.50"))
    assert off.shown()["percent"] == "12.5"
