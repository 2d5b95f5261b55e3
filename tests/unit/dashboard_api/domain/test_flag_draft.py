"""The draft names rule, trigger, what is missing and what to do, and never makes a figure out of what is not known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard_api.domain.flag_draft import draft
from dashboard_api.domain.flag_words import JUDGED, UNJUDGED

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
OCTOBER = {"start": "2026-10-01", "end": "2026-11-01"}
SOURCES = [
    {"source": name, "state": "complete", "as_of": "2026-11-26T08:48:00+00:00"}
    for name in ("amplitude", "quickbooks", "stripe")
]


def figures(**changes: Any) -> dict[str, Any]:
    return {
        "period": OCTOBER,
        "currency": "USD",
        "expected_minor": 50_000,
        "billed_minor": 53_500,
        "amount_minor": 3_500,
        "percent": "7.00",
        "band": "over_billed",
        "reasons": [],
    } | changes


def account(band: str = "over_billed", **changes: Any) -> dict[str, Any]:
    period = figures(band=band)
    receipt = {
        "expected": [{"component": "api_calls", "formula": "1,000 calls × 0.5 USD", "amount_minor": 50_000}],
        "billed": [{"document_id": "quickbooks:invoice:9", "number": "INV-9", "amount_minor": 53_500}],
        "credits": [],
    }
    return {
        "client_id": "cl_1",
        "name": "Alder GmbH",
        "summary": "October 2026: billed 35.00 USD (7.00 %) more than used",
        "variance": period,
        "sources": SOURCES,
        "discrepancies": [
            {key: period[key] for key in ("period", "band", "amount_minor", "currency", "percent")}
            | {"code": band, "text": "October 2026: something is off"}
        ],
        "reconciliations": [period | {"due": True, "period_assumed": False, "receipt": receipt}],
        "invoices": [
            {
                "document_id": "quickbooks:invoice:9",
                "number": "INV-9",
                "gateway_invoice_id": "in_9",
                "total_minor": 53_500,
                "remaining_minor": 53_500,
                "currency": "USD",
                "status": "overdue",
                "due_on": "2026-11-15",
            }
        ],
        "reconciled_at": "2026-11-26T08:50:00+00:00",
        "revision": 7,
    } | changes


def facts(found: Any) -> dict[str, str]:
    return {one.label: one.value for one in found.evidence}


@pytest.mark.parametrize("band", sorted(JUDGED | UNJUDGED | {"paid_in_one_system", "of_a_later_version"}))
def test_every_discrepancy_has_its_four_parts(band: str) -> None:
    found = draft(account(band), discrepancy=band, period_start="2026-10-01", now=NOW)
    assert found is not None
    parts = found.text.split("\n\n")
    assert [part.split(":")[0] for part in parts] == ["Rule", "What triggered it", "What is missing", "Next"]
    assert all(len(part.split(": ", 1)[1]) > 10 for part in parts)
    assert "None" not in found.text + str(facts(found))


def test_amounts_invoices_and_ids_are_the_evidence() -> None:
    found = draft(account(), discrepancy="over_billed", period_start=None, now=NOW)
    assert found is not None
    assert "at most 5 %" in found.text
    assert "Expected 500.00 USD, billed 535.00 USD, difference +35.00 USD (+7.00 %)." in found.text
    assert "rest on all three sources" in found.text
    assert facts(found) == {
        "Account": "Alder GmbH (cl_1)",
        "Period": "2026-10-01 up to, not including, 2026-11-01",
        "Judgement": "over billed",
        "Expected": "500.00 USD",
        "Billed": "535.00 USD",
        "Difference": "+35.00 USD (+7.00 %)",
        "Expected for api_calls": "1,000 calls × 0.5 USD = 500.00 USD",
        "Invoice INV-9": "535.00 USD, overdue, due 2026-11-15, 535.00 USD remaining (quickbooks:invoice:9, in_9)",
        "Amplitude": "complete, as of 2026-11-26 08:48 UTC (12 min old then)",
        "QuickBooks": "complete, as of 2026-11-26 08:48 UTC (12 min old then)",
        "Stripe": "complete, as of 2026-11-26 08:48 UTC (12 min old then)",
        "Decided": "2026-11-26 08:50 UTC, revision 7",
    }
    assert found.subject == "Alder GmbH: October 2026: something is off"


def test_what_cannot_be_judged_has_no_figures() -> None:
    nothing = {"expected_minor": None, "billed_minor": None, "amount_minor": None, "percent": None, "currency": None}
    cure = {"code": "partial", "source": "stripe", "cure": "Repair it."}
    period = figures(**nothing, band="cannot_judge", reasons=[cure])
    given = account(
        "cannot_judge",
        variance=period,
        reconciliations=[period | {"due": True, "period_assumed": False, "receipt": None}],
        discrepancies=[],
        sources=[{"source": "stripe", "state": "partial", "as_of": None}],
    )
    found = draft(given, discrepancy=None, period_start=None, now=NOW)
    assert found is not None
    assert "Expected not known, billed not known, difference not known." in found.text
    assert "Stripe is only partly read; partial: Repair it. No figure is given" in found.text
    assert facts(found)["Billed"] == "not known"
    assert facts(found)["Stripe"] == "only partly read, age not known"
    assert "0.00" not in found.text


def test_an_invoice_that_two_systems_tell_differently_is_named() -> None:
    entry = {
        "code": "paid_in_one_system",
        "text": "Invoice INV-9 is paid in Stripe and open in QuickBooks",
        "period": None,
        "band": None,
        "amount_minor": 53_500,
        "currency": "USD",
        "percent": None,
    }
    found = draft(account(discrepancies=[entry]), discrepancy="paid_in_one_system", period_start=None, now=NOW)
    assert found is not None
    assert "It is about 535.00 USD." in found.text
    assert "in_9" in facts(found)["Invoice INV-9"]


def test_an_account_without_a_complete_period_can_be_flagged() -> None:
    bare = account(variance=None, reconciliations=[], discrepancies=[], invoices=[], summary="No complete month yet")
    found = draft(bare, discrepancy=None, period_start=None, now=NOW)
    assert found is not None
    assert "No complete month yet." in found.text
    assert "Expected" not in facts(found)


def test_what_has_gone_has_no_draft() -> None:
    assert draft(account(), discrepancy="missing_invoice", period_start=None, now=NOW) is None
    assert draft(account(), discrepancy="over_billed", period_start="2026-09-01", now=NOW) is None
    assert draft(account(), discrepancy=None, period_start="2026-09-01", now=NOW) is None


def test_a_subject_is_one_short_line() -> None:
    found = draft(account(name="A\r\nBcc: x" + "y" * 300), discrepancy=None, period_start=None, now=NOW)
    assert found is not None
    assert len(found.subject) <= 180
    assert len(found.subject.splitlines()) == 1
