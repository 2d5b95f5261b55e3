"""The comparison finds a difference in every figure, and none where both sides agree."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from trueup_operator.verify.compare import TOO_EARLY, compare

PERIOD = {"start": "2026-10-01", "end": "2026-11-01"}
FIGURES = {"expected_minor": 10000, "billed_minor": 10700, "percent": "7.00", "band": "over_billed", "currency": "USD"}
QUANTITIES = {"projected_quantity": "99", "low_quantity": "90", "high_quantity": "108", "backtest_error_percent": "1.5"}
PARTS = [{"cause": "discount", "amount_minor": 500}, {"cause": "unexplained", "amount_minor": 200}]


def shown() -> dict[str, Any]:
    return {
        "client_id": "acct_1",
        "variance": {"period": PERIOD, "amount_minor": 700, "reasons": [], **FIGURES},
        "invoice_total": {"amount_minor": 10700, "currency": "USD"},
        "due_date": "2026-11-15",
        "status": "overdue",
        "usage_mtd": [{"metric": "api_calls", "quantity": "12", "unit": "calls"}],
        "forecast": {
            "status": "ok",
            "amount": {"amount_minor": 5, "currency": "USD"},
            "low": {"amount_minor": 4, "currency": "USD"},
            "high": {"amount_minor": 6, "currency": "USD"},
            "metrics": [{"metric": "api_calls", **QUANTITIES}],
        },
        "reconciliations": [
            {"period": PERIOD, "amount_minor": 700, "explained": PARTS, "unexplained_minor": 200, **FIGURES}
        ],
        "invoices": [
            {
                "document_id": "quickbooks:invoice:1",
                "number": "INV-1",
                "kind": "invoice",
                "status": "overdue",
                "remaining_minor": 1,
                "paid_minor": 10600,
                "credited_minor": 99,
            }
        ],
    }


def key() -> dict[str, Any]:
    figures = {**FIGURES, "variance_minor": 700}
    return {
        "client_id": "acct_1",
        "cannot_judge": [],
        "row_variance": figures,
        "invoice": {"total_minor": 10700, "currency": "USD", "due_on": "2026-11-15", "status": "overdue"},
        "periods": [{"start": "2026-10-01", "end": "2026-11-01", "explained": PARTS, **figures}],
        "usage_mtd": [{"metric": "api_calls", "quantity": "12"}],
        "forecast": {
            "status": "ok",
            "amount_minor": 5,
            "low_minor": 4,
            "high_minor": 6,
            "currency": "USD",
            "metrics": [{"metric": "api_calls", **QUANTITIES}],
        },
        "invoices": [
            {
                "document_id": "quickbooks:invoice:1",
                "status": "overdue",
                "remaining_minor": 1,
                "paid_minor": 10600,
                "credited_minor": 99,
            }
        ],
    }


def test_agreement_is_no_difference() -> None:
    assert compare(shown(), key()) == []


def test_a_quantity_of_zero_and_an_absent_one_agree() -> None:
    row = shown()
    row["usage_mtd"].append({"metric": "messages_sent", "quantity": "0", "unit": "messages"})
    assert compare(row, key()) == []


def change(*path: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def apply(row: dict[str, Any]) -> None:
        target: Any = row
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = to

    return apply


@pytest.mark.parametrize(
    "damage",
    [
        change("variance", "percent", to="7.01"),
        change("variance", "band", to="matched"),
        change("variance", to=None),
        change("invoice_total", to=None),
        change("status", to="paid"),
        change("due_date", to=None),
        change("usage_mtd", 0, "quantity", to="13"),
        change("forecast", "amount", to=None),
        change("forecast", "status", to="not_enough_history"),
        change("forecast", "metrics", 0, "projected_quantity", to="98"),
        change("forecast", "low", "amount_minor", to=3),
        change("forecast", "high", to=None),
        change("forecast", "amount", "currency", to="EUR"),
        change("forecast", "metrics", 0, "low_quantity", to="90.1"),
        change("forecast", "metrics", 0, "high_quantity", to="107.9999"),
        change("forecast", "metrics", 0, "backtest_error_percent", to=None),
        change("reconciliations", to=[]),
        change("reconciliations", 0, "explained", to=[{"cause": "unexplained", "amount_minor": 700}]),
        change("reconciliations", 0, "explained", to=PARTS[::-1]),
        change("reconciliations", 0, "unexplained_minor", to=201),
        change("invoices", 0, "status", to="paid"),
        change("invoices", 0, "paid_minor", to=10601),
        change("invoices", 0, "credited_minor", to=0),
        change("reconciliations", 0, "billed_minor", to=10701),
        change("invoices", 0, "remaining_minor", to=0),
        change("invoices", 0, "document_id", to="quickbooks:invoice:2"),
    ],
)
def test_each_damaged_figure_is_found(damage: Callable[[dict[str, Any]], None]) -> None:
    row = copy.deepcopy(shown())
    damage(row)
    assert compare(row, key())


def test_the_last_digit_of_a_root_may_differ() -> None:
    row = shown()
    row["forecast"]["metrics"][0]["low_quantity"] = "90.000009"
    assert compare(row, key()) == []


def test_refusing_what_the_key_can_judge_is_a_difference() -> None:
    row = shown()
    row["variance"] = {"band": "cannot_judge", "reasons": [{"code": "partial", "source": "quickbooks", "cure": "…"}]}
    assert any(found.path == "variance.band" for found in compare(row, key()))


def test_refusing_for_the_same_reasons_agrees() -> None:
    row, answer = shown(), key()
    row["variance"] = {"band": "cannot_judge", "reasons": [{"code": "partial", "source": "quickbooks", "cure": "…"}]}
    answer["cannot_judge"] = ["partial"]
    assert compare(row, answer) == []
    answer["cannot_judge"] = ["unlinked"]
    assert [found.path for found in compare(row, answer)] == ["variance.reasons"]


def test_refusing_for_facts_that_have_not_arrived_is_a_difference() -> None:
    row, answer = shown(), key()
    row["variance"] = {"band": "cannot_judge", "reasons": [{"code": "never_complete", "source": "stripe", "cure": "…"}]}
    answer |= {"cannot_judge": ["never_complete"], "cannot_judge_in_truth": []}
    assert [found.path for found in compare(row, answer)] == ["variance"]


def test_of_what_was_not_active_nothing_is_judged_whatever_has_arrived() -> None:
    row, answer = shown(), key()
    answer |= {"cannot_judge": ["never_complete"], "cannot_judge_in_truth": [], "row_variance": None}
    assert {(found.path, found.expected) for found in compare(row, answer)} == {
        ("variance", None),
        ("variance", "judged"),
    }
    row["variance"] = None
    assert [found.shown for found in compare(row, answer)] == [TOO_EARLY]
