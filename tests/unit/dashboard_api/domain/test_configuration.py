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
        "refs": "quickbooks:1",
        "owner": "ana;ben",
    }


def test_equal_prices_look_equal_however_they_are_written() -> None:
    def price(text: str) -> dict[str, str | None]:
        return RateConfig("c", "m", "u", Decimal(text), "USD", None, date(2026, 1, 1), None).shown()

    assert price("0.50") == price("0.5")
    assert price("1E+2")["unit_price"] == "100"
