"""The files are made of what the reconciler writes: every payload it can make has what a row and a report need."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.unit.reconciler.builders import (
    FIRST_DAY,
    NOW,
    account,
    gateway_invoice,
    invoice,
    links,
    payment,
    rate,
    scopes,
    series,
    snapshot,
)

from dashboard_api.domain.exports import sheets
from dashboard_api.domain.exports.report import report
from reconciler.adapters import payloads
from reconciler.adapters.detail import detail
from reconciler.domain.billed import Calendar
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.snapshot import Snapshot
from trueup_billing import Source

DAYS = [FIRST_DAY + timedelta(days=each) for each in range((NOW.date() - FIRST_DAY).days)]
GROWING = {"api_calls": series({day: 1000 + place * 5 for place, day in enumerate(DAYS)})}


def served(one: Snapshot) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The account and its invoices as the API puts them together."""
    result = reconcile(one, Policy(), NOW)
    invoices = [payloads.invoice(state, Calendar()) for state in result.invoices]
    page = detail(result, invoices, [payloads.reconciliation(period) for period in result.periods])
    item: dict[str, Any] = json.loads(json.dumps({**payloads.item(result, Policy()), **page}))
    item["sources"] = [each | {"as_of": NOW.isoformat()} for each in item["sources"]]
    return item, json.loads(json.dumps(invoices))


SNAPSHOTS = {
    "plain": snapshot(),
    "growing": snapshot(usage=GROWING),
    "over-billed": snapshot(documents=(invoice(20_000, balance_minor=20_000),), payments=(gateway_invoice(),)),
    "paid": snapshot(payments=(payment(),)),
    "unlinked": snapshot(links=links(without=Source.STRIPE)),
    "nothing": snapshot(links=(), usage={}, documents=()),
    "no card": snapshot(account=account(rates=()), usage=GROWING),
    "yen": snapshot(
        account=account(rates=(rate(currency="JPY"),)), documents=(invoice(currency="JPY"),), usage=GROWING
    ),
    "two currencies": snapshot(documents=(invoice(), invoice(5, currency="EUR", identity="8", number="INV-2"))),
    "expired": snapshot(scopes=scopes(NOW - timedelta(days=3))),
    "ended": snapshot(account=account(active_to=date(2026, 9, 1)), usage=GROWING),
}


@pytest.mark.parametrize("one", SNAPSHOTS.values(), ids=SNAPSHOTS)
def test_whatever_the_reconciler_writes_can_be_exported(one: Snapshot) -> None:
    item, invoices = served(one)
    titles, rows = sheets.grid([item])
    [row] = rows
    assert len(row) == len(titles)
    assert row[0] == "c1"
    titles, rows = sheets.documents(item, invoices)
    assert [len(each) for each in rows] == [len(titles)] * len(invoices)
    made = report(item, invoices, len(invoices), export_id="e")
    assert len(made["figures"]) == 4
    assert json.loads(json.dumps(made)) == json.loads(json.dumps(report(item, invoices, len(invoices), export_id="e")))


def test_the_figures_are_those_of_the_decision() -> None:
    item, invoices = served(snapshot(documents=(invoice(10_700),), usage=GROWING))
    made = report(item, invoices, 1, export_id="e")
    total = made["receipt"]["lines"][-1]
    assert total["amount"].lstrip("+−").endswith(" USD")
    assert item["variance"]["amount_minor"] == item["variance"]["billed_minor"] - item["variance"]["expected_minor"]
    assert made["forecast"]["why_none"] == ""
    assert made["chart"]["forecast"][-1][0] == 1.0, "the line is drawn to quarter end"
    assert made["policy"] == f"Policy version {Policy().version}"


def test_a_gap_in_what_is_known_is_named() -> None:
    item, invoices = served(replace(snapshot(), links=links(without=Source.AMPLITUDE)))
    made = report(item, invoices, 1, export_id="e")
    assert made["figures"][2]["value"] == "Cannot judge"
    assert any("Amplitude" in reason for reason in made["receipt"]["reasons"])
