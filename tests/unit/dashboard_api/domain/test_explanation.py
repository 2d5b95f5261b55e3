"""A figure with its rows and steps: the steps lead to it, and rows that moved since are not passed over."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from dashboard_api.domain.explanation import CardVersion, Decided, DocumentRow, UsageRow, explanation

AT = datetime(2026, 11, 2, tzinfo=UTC)


def usage(day: int, quantity: str, **more: Any) -> UsageRow:
    given: dict[str, Any] = {
        "ref": "amplitude:a",
        "metric": "api_calls",
        "unit": "calls",
        "version": 3,
        "earlier": [],
    } | more
    return UsageRow(day=date(2026, 10, day), quantity=quantity, observed_at=AT, **given)


def part(**more: Any) -> dict[str, Any]:
    return {
        "metric": "api_calls",
        "unit": "calls",
        "quantity": "30",
        "unit_price": "0.5",
        "component": "api_calls",
        "kind": "per_unit",
        "formula": "30 calls × 0.5 USD",
        "amount_minor": 1_500,
        "item_name": None,
        "from_day": "2026-10-01",
        "to_day": "2026-10-31",
    } | more


def decided(**more: Any) -> Decided:
    line = {
        "document_id": "quickbooks:invoice:7",
        "number": "INV-7",
        "description": None,
        "quantity": None,
        "unit_price": None,
        "amount_minor": 1_600,
        "assumed": True,
    }
    fee = part(metric="", component="fee", kind="flat", quantity="1", amount_minor=100, formula="1.00 USD")
    payload: dict[str, Any] = {
        "period": {"start": "2026-10-01", "end": "2026-11-01"},
        "currency": "USD",
        "expected_minor": 1_600,
        "billed_minor": 1_550,
        "amount_minor": -50,
        "percent": "-3.13",
        "band": "within_tolerance",
        "due": True,
        "priced_by": "rate_card",
        "reasons": [],
        "unexplained_minor": 0,
        "receipt": {
            "expected": [part(), fee],
            "billed": [line],
            "credits": [{"document_id": "quickbooks:invoice:7", "number": None, "amount_minor": 50}],
        },
        "explained": [{"cause": "credit", "amount_minor": -50, "rule": "Too much credit.", "evidence": []}],
    } | more.pop("payload", {})
    given: dict[str, Any] = {
        "usage": [usage(1, "10"), usage(31, "20"), usage(5, "9", metric="other")],
        "documents": [DocumentRow("quickbooks:invoice:7", "quickbooks:1", "open", 4, "2", None, None)],
        "card": CardVersion(2, AT, "adam"),
    } | more
    return Decided("c1", "Acme", 9, 1, AT, payload, **given)


def test_the_steps_lead_to_the_figure() -> None:
    steps = explanation(decided())["steps"]
    assert [(step["kind"], step["amount_minor"]) for step in steps] == [
        ("line", 1_500),
        ("line", 100),
        ("sum", 1_600),
        ("line", 1_600),
        ("line", -50),
        ("sum", 1_550),
        ("figure", -50),
        ("part", -50),
    ]
    assert steps[0]["text"] == "api_calls, 2026-10-01 to 2026-10-31: 30 calls × 0.5 USD"
    assert steps[3]["text"] == "Invoice INV-7: line without description (period assumed)"
    assert steps[6]["text"] == "Difference: billed − expected, -3.13 % of expected"


def test_each_line_has_its_rows_with_id_and_version() -> None:
    found = explanation(decided())
    [line, fee] = found["expected"]
    assert [(row["id"], row["version"], row["quantity"]) for row in line["rows"]] == [
        ("amplitude:a|api_calls|2026-10-01", 3, "10"),
        ("amplitude:a|api_calls|2026-10-31", 3, "20"),
    ]
    assert (line["rows_quantity"], line["rows_agree"], fee["rows"], fee["rows_quantity"]) == ("30", True, [], None)
    assert found["rows_agree"]
    assert found["billed"][0]["document"]["source_version"] == "2"
    assert found["rate_card"] == {"version": 2, "imported_at": AT.isoformat(), "imported_by": "adam"}


def test_rows_that_moved_since_the_decision_are_said_to() -> None:
    late = usage(31, "25", earlier=[["2026-11-01T00:00:00Z", "20"]])
    found = explanation(decided(usage=[usage(1, "10"), late], documents=[], card=None))
    assert (found["rows_agree"], found["expected"][0]["rows_quantity"]) == (False, "35")
    assert found["expected"][0]["rows"][1]["earlier"] == [{"observed_at": "2026-11-01T00:00:00Z", "quantity": "20"}]
    assert (found["billed"][0]["document"], found["rate_card"]) == (None, None)


def test_without_figures_the_steps_end_before_the_difference() -> None:
    none = dict.fromkeys(("expected_minor", "billed_minor", "amount_minor", "percent"))
    steps = explanation(decided(payload=none | {"explained": []}))["steps"]
    assert [step["kind"] for step in steps][-1] == "sum"
    assert steps[-1]["amount_minor"] is None


def test_nothing_expected_has_no_percent() -> None:
    steps = explanation(decided(payload={"percent": None}))["steps"]
    assert steps[6]["text"] == "Difference: billed − expected"
