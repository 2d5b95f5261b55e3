"""The grid row picks one invoice and one variance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.unit.reconciler.builders import NOW, invoice, links, scope, scopes, series, snapshot

from reconciler.domain.cash import Cash
from reconciler.domain.completeness import assess
from reconciler.domain.payment_status import state_of
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import InvoiceRow
from reconciler.domain.row import invoice_row, variance_row
from reconciler.domain.snapshot import Document
from trueup_billing import Source


def row(*documents: Document, **more: Any) -> InvoiceRow:
    states = [state_of(document, Cash(), 0, date(2026, 11, 23)) for document in documents]
    return invoice_row(states, assess(snapshot(**more), Policy(), NOW))


def chosen(*documents: Document) -> str | None:
    state = row(*documents).state
    return state.document.external_id if state else None


def test_the_longest_overdue_open_invoice_comes_first() -> None:
    first = invoice(identity="1", balance_minor=1, due_on=date(2026, 10, 2))
    second = invoice(identity="2", balance_minor=1, due_on=date(2026, 10, 1))
    assert chosen(first, second, invoice(identity="3", issued_on=date(2026, 11, 22))) == "2"


def test_ties_are_broken_by_the_id_as_text() -> None:
    pair = [invoice(identity=name, balance_minor=1) for name in ("9", "10")]
    assert chosen(*pair) == "10"
    assert chosen(*[replace(one, balance_minor=0) for one in pair]) == "9"


def test_else_the_latest_that_stands_else_the_latest_void() -> None:
    old, new = invoice(identity="1", issued_on=date(2026, 9, 1)), invoice(identity="2", issued_on=date(2026, 11, 1))
    assert chosen(old, new) == "2"
    assert chosen(old, replace(new, state="void")) == "1"
    assert chosen(replace(old, state="void"), replace(new, state="void")) == "2"
    assert chosen() is None


def test_the_status_is_not_told_while_a_paying_source_is_incomplete() -> None:
    assert row(invoice()).status == "paid"
    assert row(invoice(), links=links(without=Source.STRIPE)).status is None
    holed = scopes(quickbooks=scope(Source.QUICKBOOKS, incomplete_reason="truncated"))
    assert row(invoice(), scopes=holed).status is None
    assert row(invoice(), links=links(without=Source.AMPLITUDE)).status == "paid"


def bands(usage: dict[date, int], *documents: Document) -> tuple[str, date] | None:
    found = reconcile(snapshot(usage={"api_calls": series(usage)}, documents=documents), Policy(), NOW)
    chosen = variance_row(found.periods)
    return None if chosen is None else (chosen.band, chosen.period.start)


def test_the_worst_flag_wins_by_exact_share() -> None:
    usage = {date(2026, 8, 1): 10_000, date(2026, 9, 1): 1_000, date(2026, 10, 1): 10_000}
    documents = (
        invoice(10_600, identity="8", service=date(2026, 8, 31)),
        invoice(1_070, identity="9", service=date(2026, 9, 30)),
        invoice(10_000, identity="10"),
    )
    assert bands(usage, *documents) == ("over_billed", date(2026, 9, 1))


def test_nothing_expected_counts_as_infinite() -> None:
    usage = {date(2026, 10, 1): 10_000}
    documents = (invoice(50_000), invoice(5, identity="9", service=date(2026, 9, 30)))
    assert bands(usage, *documents) == ("billed_without_usage", date(2026, 9, 1))


def test_equal_shares_fall_to_the_later_month() -> None:
    usage = {date(2026, 9, 1): 10_000, date(2026, 10, 1): 10_000}
    documents = (invoice(), invoice(identity="9", service=date(2026, 9, 30)))
    assert bands(usage, *documents) == ("matched", date(2026, 10, 1))


def test_quiet_months_stand_back() -> None:
    assert bands({date(2026, 8, 1): 10_000}, invoice(service=date(2026, 8, 31))) == ("matched", date(2026, 8, 1))
    assert bands({}) == ("no_activity", date(2026, 10, 1))


def test_a_month_that_cannot_be_judged_is_not_hidden_behind_green_ones() -> None:
    usage = {date(2026, 9, 1): 10_000, date(2026, 10, 1): 10_000}
    foreign = invoice(identity="9", service=date(2026, 9, 30), currency="EUR")
    assert bands(usage, invoice(), foreign) == ("cannot_judge", date(2026, 9, 1))
