"""The timeline tells what changed, once, at the time it happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from tests.unit.reconciler.builders import NOW, gap, gateway_invoice, invoice, links, payment, scope, scopes, snapshot

from reconciler.domain.entry import Entry
from reconciler.domain.findings import findings, summary
from reconciler.domain.memo import Memo, memo_of
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.snapshot import Application
from reconciler.domain.timeline import entries
from trueup_billing import Source


def told(former: Memo | None, **more: Any) -> list[Entry]:
    return entries(former, reconcile(snapshot(**more), Policy(), NOW), Policy(), 7)


def memo(**more: Any) -> Memo:
    return memo_of(reconcile(snapshot(**more), Policy(), NOW))


def kinds(found: list[Entry]) -> list[str]:
    return [entry.kind for entry in found]


def test_the_first_decision_tells_the_history_at_its_own_times() -> None:
    made = datetime(2026, 11, 1, 6, tzinfo=UTC)
    found = told(None, documents=(invoice(created_at=made),), payments=(payment(gateway_invoice_id="in_1"),))
    assert kinds(found) == ["invoice_issued", "payment", "invoice_status"]
    assert [entry.occurred_at for entry in found] == [made, payment().occurred_at, NOW]


def test_an_unchanged_account_tells_nothing() -> None:
    assert told(memo()) == []


def test_a_flag_and_its_end_are_told() -> None:
    [flagged] = [entry for entry in told(memo(), documents=(invoice(11_000),)) if entry.kind == "judged"]
    assert (flagged.before, flagged.after, flagged.data["percent"]) == ("matched", "over_billed", "10.00")
    [healed] = [entry for entry in told(memo(documents=(invoice(11_000),))) if entry.kind == "judged"]
    assert (healed.before, healed.after) == ("over_billed", "matched")


def test_auto_resolving_names_rule_and_numbers() -> None:
    [entry] = [entry for entry in told(None, documents=(invoice(10_100),)) if entry.kind == "auto_resolved"]
    assert entry.data["policy_version"] == 1
    assert (entry.data["amount_minor"], entry.data["percent"]) == (100, "1.00")


def test_a_source_that_breaks_and_heals_is_told() -> None:
    broken = scopes(quickbooks=scope(Source.QUICKBOOKS, gaps=gap("quickbooks:41")))
    [entry] = [entry for entry in told(memo(), scopes=broken) if entry.kind == "source_state"]
    assert (entry.source, entry.after) == ("quickbooks", "partial")
    [entry] = [entry for entry in told(memo(scopes=broken)) if entry.kind == "source_state"]
    assert entry.after == "complete"
    assert "source_state" not in kinds(told(None, scopes=broken))


def test_the_first_complete_reading_of_a_source_is_no_news_and_one_that_comes_in_part_is() -> None:
    unread = {"sources": {"quickbooks": "never"}}
    assert "source_state" not in kinds(told(replace(memo(), **unread)))
    broken = scopes(quickbooks=scope(Source.QUICKBOOKS, gaps=gap("quickbooks:41")))
    [entry] = [entry for entry in told(replace(memo(), **unread), scopes=broken) if entry.kind == "source_state"]
    assert (entry.source, entry.before, entry.after) == ("quickbooks", "never", "partial")


def test_a_status_that_comes_back_is_told_again() -> None:
    paid = (payment(status="succeeded"),)
    first = told(None, payments=paid)
    again = told(memo(payments=(payment(status="processing"),)), payments=paid)
    assert {e.dedupe_key for e in first if e.kind == "payment"}.isdisjoint(e.dedupe_key for e in again)


def test_keys_are_unique_within_a_decision() -> None:
    documents = tuple(invoice(identity=str(n), number=f"I{n}") for n in range(5))
    found = told(None, documents=documents, payments=(payment(), payment("stripe:payment:pi_2")))
    assert len({entry.dedupe_key for entry in found}) == len(found)


def test_the_summary_says_it_in_one_sentence() -> None:
    def said(**more: Any) -> str:
        return summary(reconcile(snapshot(**more), Policy(), NOW))

    assert said(documents=(invoice(10_700),)) == "October 2026: billed 7.00 USD (7.00 %) more than used"
    assert said(documents=()) == "October 2026: 100.00 USD used and no invoice"
    assert said(links=links(without=Source.STRIPE)) == "Cannot be judged: Stripe is not linked"


def test_paid_in_one_system_only_is_a_finding() -> None:
    open_there = snapshot(payments=(gateway_invoice(),))
    found = [one for one in findings(reconcile(open_there, Policy(), NOW)) if one.code == "paid_in_one_system"]
    assert [one.amount_minor for one in found] == [10_000]
    paid = replace(open_there, payments=(gateway_invoice(remaining_minor=0, status="paid"),))
    assert findings(reconcile(paid, Policy(), NOW)) == []


def test_findings_name_the_month_and_its_numbers() -> None:
    [one] = findings(reconcile(snapshot(documents=(invoice(9_000),)), Policy(), NOW))
    assert (one.code, one.amount_minor, one.percent) == ("under_billed", -1_000, "-10.00")
    assert one.period is not None
    assert one.period.start == date(2026, 10, 1)


def status_at(former: Memo, **more: Any) -> datetime:
    [one] = [entry for entry in told(former, **more) if entry.kind == "invoice_status"]
    return one.occurred_at


def test_a_status_is_told_at_the_instant_at_which_it_came_about() -> None:
    waiting = invoice(balance_minor=10_000, due_on=date(2026, 11, 30))
    before = memo(documents=(waiting,))
    wire = payment(
        "quickbooks:payment:9",
        occurred_at=datetime(2026, 11, 9, tzinfo=UTC),
        applied=(Application("quickbooks:invoice:7", 10_000),),
    )
    assert status_at(before, documents=(invoice(),), payments=(wire,)) == datetime(2026, 11, 9, tzinfo=UTC)
    assert status_at(before, documents=(replace(waiting, due_on=date(2026, 11, 20)),)).date() == date(2026, 11, 20)
    gone = replace(waiting, state="void", updated_at=datetime(2026, 11, 12, tzinfo=UTC))
    assert status_at(before, documents=(gone,)) == datetime(2026, 11, 12, tzinfo=UTC)
    assert status_at(before, documents=(replace(gone, updated_at=None),)) == NOW
    assert status_at(before, documents=(replace(waiting, state="written_off"),)) == NOW


def test_a_payment_that_changes_its_status_is_told_when_it_was_learned() -> None:
    held = payment(status="processing", occurred_at=datetime(2026, 11, 9, tzinfo=UTC))
    before = memo(payments=(held,))
    assert [one for one in told(before, payments=(held,)) if one.kind == "payment"] == []
    [one] = [one for one in told(before, payments=(replace(held, status="failed"),)) if one.kind == "payment"]
    assert (one.occurred_at, one.before, one.after, one.title) == (
        NOW,
        "processing",
        "failed",
        "Payment failed: 100.00 USD",
    )
