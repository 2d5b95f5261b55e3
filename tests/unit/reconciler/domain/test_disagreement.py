"""An invoice that is paid in one system and open in the other, and what people decide about it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.unit.reconciler.builders import NOW, decision, gateway_invoice, invoice, scopes, snapshot

from reconciler.adapters.payloads import discrepancies
from reconciler.domain.decision import Balances, Decision, Kind
from reconciler.domain.decision_lines import decided
from reconciler.domain.memo import memo_of
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import Reconciliation
from reconciler.domain.timeline import entries

DOCUMENT = "quickbooks:invoice:7"
SEEN = Balances("INV-1", 0, 10_000)


def about(kind: Kind = "resolve", version: int = 1, **more: Any) -> Decision:
    """What Ana decided about the invoice, open in Stripe."""
    given: dict[str, Any] = {"period_start": None, "seen": None, "document_id": DOCUMENT, "balances": SEEN} | more
    return decision(kind, version, **given)


def told(*decisions: Decision, left: int = 10_000, days: int = 0, **more: Any) -> Reconciliation:
    later = NOW + timedelta(days=days)
    given: dict[str, Any] = {"payments": (gateway_invoice(remaining_minor=left),), "scopes": scopes(later)} | more
    return reconcile(snapshot(decisions=decisions, **given), Policy(), later)


def mark(result: Reconciliation) -> str | None:
    [one] = result.disagreements
    return one.mark


@pytest.mark.parametrize(("kind", "word"), [("resolve", "resolved"), ("snooze", "snoozed"), ("review", "reviewed")])
def test_a_decision_about_it_holds_for_the_balances_that_were_seen(kind: Kind, word: str) -> None:
    assert mark(told(about(kind))) == word
    [one] = told(about(kind), left=9_999).disagreements
    assert one.mark is None
    assert one.handling is not None
    assert one.handling.ended == "figures_moved"
    assert mark(told(about(kind), about("undo", 2, undoes="dc_1"))) is None
    assert mark(told(about(kind, document_id="quickbooks:invoice:8"))) is None


def test_the_latest_decision_counts() -> None:
    assert mark(told(about("resolve", 2), about("review", 1))) == "resolved"


def test_a_snooze_ends_on_its_day() -> None:
    until = date(2026, 11, 26)
    days = (until - NOW.date()).days
    assert mark(told(about("snooze", until=until), days=days - 1)) == "snoozed"
    [one] = told(about("snooze", until=until), days=days).disagreements
    assert one.handling is not None
    assert (one.mark, one.handling.ended) == (None, "snooze_over")


def test_a_decision_about_a_month_is_not_one_about_the_invoice() -> None:
    assert mark(told(decision())) is None
    assert all(period.mark is None for period in told(about()).periods)


def test_systems_that_agree_again_leave_nothing_to_decide() -> None:
    assert told(about(), payments=(gateway_invoice(remaining_minor=0, status="paid"),)).disagreements == ()


@pytest.mark.parametrize(
    ("ledger", "gateway", "text", "amount"),
    [
        (0, 10_000, "Invoice INV-1 is paid in QuickBooks and open in Stripe", 10_000),
        (700, 0, "Invoice INV-1 is paid in Stripe and open in QuickBooks", 700),
    ],
)
def test_the_account_page_says_what_is_left_where(ledger: int, gateway: int, text: str, amount: int) -> None:
    result = told(about(), left=gateway, documents=(invoice(balance_minor=ledger),))
    [one] = [each for each in discrepancies(result) if each["code"] == "paid_in_one_system"]
    assert (one["text"], one["amount_minor"], one["band"]) == (text, amount, None)
    of = one["invoice"]
    assert of is not None
    assert (of["document_id"], of["ledger_minor"], of["gateway_minor"]) == (DOCUMENT, ledger, gateway)
    assert of["handling"] is not None
    assert of["handling"]["ended"] == (None if gateway == 10_000 else "figures_moved")


def test_its_lines_are_about_payments_so_that_they_are_kept_from_who_sees_none() -> None:
    line = decided(about(reason="wire of 3 November"))
    assert (line.kind, line.title) == ("payment_decision", "Invoice INV-1, paid in one system: resolved by Ana Lima")
    assert (line.data["document_id"], line.data["reason"]) == (DOCUMENT, "wire of 3 November")
    assert decided(about(balances=None)).title.startswith(f"Invoice {DOCUMENT}, paid in one system: ")


def test_that_it_no_longer_holds_is_said_once() -> None:
    before, now = memo_of(told(about())), told(about(), left=4_000)
    [line] = [one for one in entries(before, now, Policy(), 7) if one.kind == "payment_decision_lapsed"]
    assert line.title == "Invoice INV-1: open again, its figures are others than those that Ana Lima saw"
    assert (line.before, line.after) == ("resolve", "figures_moved")
    assert (line.data["gateway_minor"], line.data["former_gateway_minor"]) == (4_000, 10_000)
    again = entries(memo_of(now), told(about(), left=3_000), Policy(), 8)
    assert [one for one in again if one.kind == "payment_decision_lapsed"] == []


@pytest.mark.parametrize("more", [{"status": "uncollectible"}, {"remaining_minor": None}])
def test_what_was_given_up_or_is_not_known_is_told_nothing_of(more: dict[str, Any]) -> None:
    assert told(payments=(gateway_invoice(**more),)).disagreements == ()
