"""Rows say the same twice for the same facts, and keep the versions of months that had ended."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.unit.reconciler.builders import NOW, gateway_invoice, invoice, links, payment, scopes, series, snapshot

from reconciler.adapters.rows import Rows, rows_of
from reconciler.adapters.snapshots import scaled, series_of
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.snapshot import Snapshot
from trueup_billing import Source


def rows(one: Snapshot, former: Rows | None = None, *, later: timedelta = timedelta(0)) -> Rows:
    return rows_of(reconcile(one, Policy(), NOW + later), Policy(), former.marks if former else {})


def test_time_alone_says_nothing_new() -> None:
    first = rows(snapshot())
    second = rows(snapshot(scopes=scopes(NOW + timedelta(minutes=9))), first, later=timedelta(minutes=10))
    assert first.sections == second.sections


def test_only_the_section_that_changed_differs() -> None:
    first, second = rows(snapshot()), rows(snapshot(payments=(payment(status="processing"),)))
    assert {name for name in first.sections if first.sections[name] != second.sections[name]} == {"payments"}


def test_other_rules_are_news_even_where_they_change_no_figure() -> None:
    policy = replace(Policy(), version=2)
    first, second = rows(snapshot()), rows_of(reconcile(snapshot(), policy, NOW), policy, {})
    assert {name for name in first.sections if first.sections[name] != second.sections[name]} == {"variance"}


def test_domain_rule_12_an_ended_month_that_changes_gets_a_new_version() -> None:
    first = rows(snapshot())
    second = rows(snapshot(documents=(invoice(20_000),)), first)
    october = next(row for row in second.periods if row.result.period.start == date(2026, 10, 1))
    assert (october.version, second.marks["2026-10-01"].version) == (2, 2)
    september = next(row for row in second.periods if row.result.period.start == date(2026, 9, 1))
    assert september.version == 1


def test_a_running_month_is_written_over() -> None:
    first = rows(snapshot())
    second = rows(snapshot(usage={"api_calls": series({date(2026, 11, 3): 5})}), first)
    assert second.marks["2026-11-01"].version == 1
    assert second.marks["2026-11-01"].hash != first.marks["2026-11-01"].hash


def test_the_row_holds_what_the_grid_sorts_and_finds_by() -> None:
    one = rows(snapshot(documents=(invoice(10_700),), payments=(gateway_invoice(remaining_minor=0),))).account
    assert one[0:2] == ("c1", "Acme")
    assert Decimal("0.07") in one
    assert "acme\nc1\ninv-1" in one
    assert one[-1] == ["amplitude|usage|api_calls|0", "quickbooks|documents", "stripe|billing"]
    assert "ok" in one
    assert "cannot_judge" in rows(snapshot(links=links(without=Source.STRIPE))).account


def test_payloads_are_plain_json() -> None:
    item, page = (json.loads(text) for text in rows(snapshot()).account[-3:-1])
    assert item["variance"]["band"] == "matched"
    assert page["reconciliations"][0]["period"] == {"start": "2026-11-01", "end": "2026-12-01"}
    assert page["reconciliations"][1]["receipt"]["expected"][0]["amount_minor"] == 10_000
    assert page["invoices"][0]["status"] == "paid"


def test_an_invoice_carries_what_a_retry_depends_on() -> None:
    declined = {"code": "card_declined", "decline_code": "lost_card", "advice_code": None, "message": "No."}
    old_card, card = ({"kind": "card", "brand": "visa", "last4": last4} for last4 in ("1111", "4242"))
    in_november = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (3, 9)]
    open_one = gateway_invoice(
        ref="stripe:cus_1",
        attempted=True,
        attempt_count=2,
        next_attempt_at=in_november[1],
        method=card,
        failure=declined,
        remaining_minor=10_000,
    )
    tried = [
        payment(
            f"stripe:payment:pi_{n}",
            gateway_invoice_id="in_1",
            status="failed",
            failure=declined,
            method=method,
            occurred_at=at,
        )
        for n, (method, at) in enumerate(zip((old_card, card), in_november, strict=True))
    ]
    facts = {"documents": (invoice(balance_minor=4_000),), "payments": (open_one, *tried)}
    page = json.loads(rows(snapshot(**facts)).account[-2])
    assert page["invoices"][0]["gateway"] == {
        "ref": "stripe:cus_1",
        "status": "open",
        "currency": "USD",
        "remaining_minor": 10_000,
        "ledger_remaining_minor": 4_000,
        "attempt_count": 2,
        "next_attempt_at": "2026-11-09T12:00:00+00:00",
        "method": card,
        "failure": {**declined, "failed_at": None, "method": card},
    }
    assert json.loads(rows(snapshot()).account[-2])["invoices"][0]["gateway"] is None


def test_quantities_are_read_exactly() -> None:
    assert [scaled(text, 2) for text in ("12.5", "-1.5", "7", "0.05", "-0.05")] == [1250, -150, 700, 5, -5]
    found = series_of(
        "m",
        [
            {"unit": "u", "scale": 1, "days": [0, 1], "quantities": ["1.5", "2"]},
            {"unit": "u", "scale": 0, "days": [1], "quantities": ["3"]},
        ],
    )
    assert (found.scale, found.days) == (1, {date(1970, 1, 1).toordinal(): 15, date(1970, 1, 2).toordinal(): 50})
