from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

from trueup_sandbox.control.exports import ACCOUNT_COLUMNS, RATE_COLUMNS, accounts_csv, rates_csv
from trueup_sandbox.world.world import World


def test_accounts_read_back_as_they_are(still_world: World) -> None:
    rows = list(csv.DictReader(io.StringIO(accounts_csv(still_world.accounts))))
    assert tuple(rows[0]) == ACCOUNT_COLUMNS
    for row, account in zip(rows, still_world.accounts, strict=True):
        assert (row["client_id"], row["name"], row["owner"]) == (account.client_id, account.name, account.owner)
        assert date.fromisoformat(row["active_from"]) == account.active_from
        assert (date.fromisoformat(row["active_to"]) if row["active_to"] else None) == account.active_to
        assert row["quickbooks_customer_id"] == account.ledger_id
        assert row["amplitude_account_id"] in {"", account.amplitude_id}
        assert row["stripe_customer_id"] == ""
    unlinked = [row["client_id"] for row in rows if not row["amplitude_account_id"]]
    assert unlinked == [
        one.client_id for one in still_world.accounts if one.planted and one.planted.name == "unlinked_amplitude"
    ]


def test_rates_read_back_as_they_are(still_world: World) -> None:
    rows = list(csv.DictReader(io.StringIO(rates_csv(still_world.accounts))))
    assert tuple(rows[0]) == RATE_COLUMNS
    prices = [(account, price) for account in still_world.accounts for price in account.prices]
    for row, (account, price) in zip(rows, prices, strict=True):
        assert (row["client_id"], row["currency"]) == (account.client_id, account.currency.code)
        assert Decimal(row["unit_price"]) == price.unit_price
        assert (row["metric"], row["quickbooks_item"]) == (price.metric, price.item_id)
        assert row["valid_from"] == price.valid_from.isoformat()


def test_managers_own_what_the_scenario_gives_them(still_world: World) -> None:
    owned = [row["owner"] for row in csv.DictReader(io.StringIO(accounts_csv(still_world.accounts)))]
    assert {owner: owned.count(owner) for owner in still_world.scenario.managers} == still_world.scenario.managers
