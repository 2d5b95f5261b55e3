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
    said = []
    for account in still_world.accounts:
        items = [price.item_id for price in account.prices] + [term.item_id for term in account.terms]
        said += [(account.client_id, account.currency.code, item) for item in items]
    assert [(row["client_id"], row["currency"], row["quickbooks_item"]) for row in rows] == said
    kinds = {row["kind"]: row for row in rows}
    assert set(kinds) == {"per_unit", "graduated", "minimum", "discount"}
    assert (kinds["graduated"]["tiers"], kinds["graduated"]["unit_price"]) == ("10000:0.005;rest:0.004", "")
    assert (kinds["minimum"]["amount"], kinds["discount"]["percent"]) == ("1000.00", "10")
    prices = [price for account in still_world.accounts for price in account.prices]
    for row, price in zip((row for row in rows if row["metric"]), prices, strict=True):
        assert row["tiers"] or Decimal(row["unit_price"]) == price.unit_price
        assert (row["metric"], row["valid_from"]) == (price.metric, price.valid_from.isoformat())


def test_managers_own_what_the_scenario_gives_them(still_world: World) -> None:
    owned = [row["owner"] for row in csv.DictReader(io.StringIO(accounts_csv(still_world.accounts)))]
    assert {owner: owned.count(owner) for owner in still_world.scenario.managers} == still_world.scenario.managers
