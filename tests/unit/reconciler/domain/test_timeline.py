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
