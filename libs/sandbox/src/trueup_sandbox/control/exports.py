"""The import files of the world: accounts with their links and owners, and their rate cards."""

from __future__ import annotations

import csv
import io

from trueup_billing import Money, format_decimal
from trueup_sandbox.world.accounts import Account

ACCOUNT_COLUMNS = (
    "client_id", "name", "time_zone", "active_from", "active_to", "owner", "quickbooks_customer_id",
    "amplitude_account_id", "stripe_customer_id",
)  # fmt: skip
RATE_COLUMNS = (
    "client_id", "component", "kind", "metric", "unit", "unit_price", "tiers", "amount", "percent", "currency",
    "quickbooks_item", "valid_from", "valid_to",
)  # fmt: skip


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
    """A line for each price and each further term of a contract."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(RATE_COLUMNS)
    for one in accounts:
        for price in one.prices:
            days = (price.valid_from.isoformat(), price.valid_to.isoformat() if price.valid_to else "")
            unit_price = "" if price.tiers else format_decimal(price.unit_price)
            tiers = ";".join(
                f"{'rest' if bound is None else bound}:{format_decimal(each)}" for bound, each in price.tiers
            )
            kind = "graduated" if price.tiers else "per_unit"
            what = (one.client_id, "", kind, price.metric, price.unit, unit_price, tiers, "", "")
            rows.writerow((*what, one.currency.code, price.item_id, *days))
        for term in one.terms:
            amount = str(Money(term.amount_minor, one.currency).to_major()) if term.kind == "minimum" else ""
            percent = format_decimal(term.percent) if term.kind == "discount" else ""
            what = (one.client_id, term.item_name, term.kind, "", "", "", "", amount, percent)
            rows.writerow((*what, one.currency.code, term.item_id, one.active_from.isoformat(), ""))
    return file.getvalue()
