"""The report says what the account says: exact, in its currency, dated by its sources, and no more than is known."""

from __future__ import annotations

import pytest
from tests.unit.dashboard_api.report_samples import account, invoice, reconciliation, unjudged

from dashboard_api.domain.disclaimer import DISCLAIMER
from dashboard_api.domain.exports.figures import breakable, day, money, percent, plain, price, quantity, signed, span
from dashboard_api.domain.exports.receipt import LINES_MAX, receipt
from dashboard_api.domain.exports.report import report


def test_the_report_is_dated_by_its_oldest_source_and_not_by_the_clock() -> None:
    first, again = (report(account(), [invoice(1)], 1, export_id="e") for _ in range(2))
    assert first == again
    assert (first["as_of"], first["date"]) == ("26 Nov 2026, 09:10 UTC", [2026, 11, 26, 9, 10, 0])
    assert (first["disclaimer"], first["export_id"], first["policy"]) == (DISCLAIMER, "e", "Policy version 1")
    assert [each["state"] for each in first["sources"]] == ["Complete", "Stale", "Complete"]


def test_four_figures() -> None:
    figures = report(account(), [], 0, export_id="e")["figures"]
    assert [(each["label"], each["value"], each["note"], each["tone"]) for each in figures] == [
        ("Usage this month", "1,234,567 calls", "API calls", "plain"),
        ("Invoice", "11,234.56 USD", "Overdue, due 15 Nov 2026", "bad"),
        ("Variance", "+734.56 USD", "+7.00 %, over-billed", "bad"),
        ("Quarter forecast", "33,124.56 USD", "usage value to 31 Dec 2026", "plain"),
    ]


def test_who_cannot_be_judged_gets_reasons_and_no_figures() -> None:
    made = report(unjudged(), [], 0, export_id="e")
    assert [each["value"] for each in made["figures"]] == ["1,234,567 calls", "–", "Cannot judge", "–"]
    assert made["figures"][2]["note"] == "2 reasons, see below"
    assert made["receipt"]["lines"] == []
    assert made["receipt"]["reasons"] == [
        "Stripe is not linked to this account. Link the customer.",
        "Amplitude is only partly read. Wait for the next sync.",
    ]
    assert (made["as_of"], made["date"]) == ("not known", None)
    assert made["forecast"] == {
        "why_none": "Usage is not complete, and partial data stays out of projections until it is."
    }
    assert made["chart"]["forecast"] == []


def test_an_account_just_made_has_nothing_and_says_so() -> None:
    new = account(variance=None, forecast=None, usage_mtd=[], trend_detail=[], reconciliations=[], policy_version=None)
    made = report(new, [], 0, export_id="e")
    assert (made["receipt"], made["chart"], made["invoices_note"], made["policy"]) == (
        None,
        None,
        "No invoice yet.",
        "",
    )
    assert [each["value"] for each in made["figures"]] == ["–", "11,234.56 USD", "–", "–"]
    assert made["forecast"]["why_none"]


def test_the_receipt_adds_up_to_the_variance() -> None:
    made = receipt(account())
    assert made is not None
    assert [(each["kind"], each["name"], each["detail"], each["amount"]) for each in made["lines"]] == [
        ("line", "API calls", "900,000 calls × 0.0105 USD", "9,450.00 USD"),
        ("line", "Seats", "35 seats × 30 USD", "1,000.00 USD"),
        ("line", "Not itemised", "", "50.00 USD"),
        ("subtotal", "Expected by the rate card", "", "10,500.00 USD"),
        ("line", "Calls of October", "Invoice INV-1 · 965,000 × 0.0105 · period assumed", "11,334.56 USD"),
        ("line", "Credit applied", "Invoice d", "−100.00 USD"),
        ("subtotal", "Billed, less credits", "", "11,234.56 USD"),
        ("total", "Variance: billed − expected", "+7.00 % · Over-billed", "+734.56 USD"),
    ]


def test_a_long_receipt_is_summed_up_and_loses_nothing() -> None:
    line = {
        "document_id": "d",
        "number": "1",
        "description": "x",
        "quantity": None,
        "unit_price": None,
        "assumed": False,
    }
    many = [line | {"amount_minor": 100} for _ in range(40)]
    period = reconciliation(
        billed_minor=4000, receipt={"expected": [], "billed": many, "credits": []}, expected_minor=0
    )
    made = receipt(account(reconciliations=[period]))
    assert made is not None
    texts = [(each["name"], each["amount"]) for each in made["lines"]]
    assert texts.count(("x", "1.00 USD")) == LINES_MAX - 1
    assert (f"{40 - LINES_MAX + 1} more lines", f"{40 - LINES_MAX + 1}.00 USD") in texts


def test_the_receipt_is_of_the_rows_period_else_of_the_latest_due() -> None:
    september = {"start": "2026-09-01", "end": "2026-10-01"}
    november = reconciliation(period={"start": "2026-11-01", "end": "2026-12-01"}, due=False)
    periods = [reconciliation(period=september), november, reconciliation()]
    assert receipt(account(reconciliations=periods))["period"] == "October 2026"  # type: ignore[index]
    assert receipt(account(reconciliations=periods[:2]))["period"] == "September 2026"  # type: ignore[index]
    assert receipt(account(reconciliations=[november], variance=None))["due"] is False  # type: ignore[index]


def test_invoices_are_in_their_own_currency() -> None:
    made = report(account(), [invoice(1, currency="JPY"), invoice(2, status=None, period=None)], 1000, export_id="e")
    first, second = made["invoices"]
    assert (first["total"], first["service"], first["status"]) == ("520,001 JPY", "October 2026 (assumed)", "Overdue")
    assert (second["service"], second["status"]) == ("–", "–")
    assert made["invoices_note"] == "2 of 1,000 invoices, the latest first."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Alder\r\nWerke\x00", "Alder Werke"),
        ("  a \u202egnp.exe\u2066 b ", "a gnp.exe b"),
        ("x" * 200, "x" * 159 + "…"),
        ('#read("x") *b*', '#read("x") *b*'),
    ],
)
def test_text_of_others_is_one_harmless_line(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert breakable("x" * 30) == "x" * 28 + "\u200b" + "xx"
    assert breakable("short words") == "short words"


def test_figures_are_exact_and_name_their_currency() -> None:
    assert (money(-5, "USD"), money(1500, "JPY"), money(1500, "KWD")) == ("−0.05 USD", "1,500 JPY", "1.500 KWD")
    assert (money(None, "USD"), signed(0, "USD"), signed(5, "USD")) == ("–", "0.00 USD", "+0.05 USD")
    assert (percent("7.00"), percent("-5.10"), percent("0.00"), percent(None)) == ("+7.00 %", "−5.10 %", "0.00 %", "–")
    assert (quantity("1834.5"), quantity("0.0000001"), quantity("-3"), quantity("odd")) == ("1,834.5", "0", "−3", "odd")
    assert (quantity("99999999999999999999.5"), quantity(None)) == ("99,999,999,999,999,999,999.5", "–")
    assert (price("0.0125", "USD"), price("3", "USD"), price("3", "JPY")) == ("0.0125", "3.00", "3")
    assert (day("2026-11-05"), day(None)) == ("5 Nov 2026", "–")
    assert span("2026-02-01", "2026-03-01") == "February 2026"
    assert span("2026-12-01", "2027-01-01") == "December 2026"
    assert span("2026-10-05", "2026-11-05") == "5 Oct 2026 – 4 Nov 2026"
