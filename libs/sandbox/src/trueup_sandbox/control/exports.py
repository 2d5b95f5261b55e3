"""The import files of the world: accounts with their links and owners, and their rate cards."""

from __future__ import annotations

import csv
import io

from trueup_billing import format_decimal
from trueup_sandbox.world.accounts import Account

ACCOUNT_COLUMNS = (
    "client_id", "name", "time_zone", "active_from", "active_to", "owner", "quickbooks_customer_id",
    "amplitude_account_id", "stripe_customer_id",
)  # fmt: skip
RATE_COLUMNS = ("client_id", "metric", "unit", "unit_price", "currency", "quickbooks_item", "valid_from", "valid_to")


def accounts_csv(accounts: list[Account]) -> str:
    """A line for each account; Stripe's column stays empty, its metadata says who is who."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(ACCOUNT_COLUMNS)
    for one in accounts:
        days = (one.active_from.isoformat(), one.active_to.isoformat() if one.active_to else "")
        links = (one.ledger_id, one.imported_amplitude_id or "", "")
        rows.writerow((one.client_id, one.name, one.time_zone, *days, one.owner, *links))
    return file.getvalue()


def rates_csv(accounts: list[Account]) -> str:
    """A line for each price."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(RATE_COLUMNS)
    for one in accounts:
        for price in one.prices:
            what = (one.client_id, price.metric, price.unit, format_decimal(price.unit_price), one.currency.code)
            days = (price.valid_from.isoformat(), price.valid_to.isoformat() if price.valid_to else "")
            rows.writerow((*what, price.item_id, *days))
    return file.getvalue()
