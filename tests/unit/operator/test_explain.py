"""`trueup explain`: the arithmetic, what it rests on, and every row, on paper."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from trueup_operator.commands import explain

FOUND: dict[str, Any] = {
    "name": "Acme",
    "client_id": "c1",
    "period": {"start": "2026-10-01", "end": "2026-11-01"},
    "band": "under_billed",
    "version": 2,
    "decided_at": "2026-11-20T10:00:00+00:00",
    "currency": "USD",
    "priced_by": "invoices",
    "rate_card": {"version": 3, "imported_at": "2026-11-01T00:00:00+00:00", "imported_by": "adam"},
    "reasons": [
        {"code": "no_price", "source": None, "cure": "Bill once."},
        {"code": "partial", "source": "amplitude", "cure": "Repair it."},
    ],
    "boundary": ["In Asia/Tokyo the period begins at another hour."],
    "steps": [
        {"kind": "line", "text": "api_calls: 30 calls × 0.5 USD", "amount_minor": 1_500},
        {"kind": "sum", "text": "Expected", "amount_minor": 1_500},
        {"kind": "figure", "text": "Difference", "amount_minor": -50},
        {"kind": "part", "text": "x" * 90, "amount_minor": None},
    ],
    "explained": [
        {"cause": "late_usage", "evidence": [{"text": "3 calls more", "ref": "amplitude:a|api|x", "amount_minor": -50}]},
        {"cause": "rounding", "evidence": []},
    ],
    "billed": [
        {"document": {"id": "quickbooks:invoice:7", "version": 4, "source_version": None, "state": "open", "created_at": "2026-11-01T06:00:00Z"}},
        {"document": None},
    ],
    "expected": [
        {
            "rows": [
                {
                    "id": "amplitude:a|api|2026-10-01",
                    "version": 9,
                    "day": "2026-10-01",
                    "quantity": "1030",
                    "unit": "calls",
                    "earlier": [{"quantity": "30", "observed_at": "2026-11-01T00:00:00Z"}],
                }
            ],
            "rows_agree": False,
            "quantity": "30",
            "rows_quantity": "1030",
            "unit": "calls",
        },
        {"rows": []},
    ],
}  # fmt: skip


def test_everything_is_written_out() -> None:
    text = "\n".join(explain.lines(FOUND))
    for words in (
        "Acme (c1) · October 2026",
        "Under billed.",
        "rate card version 3 of 2026-11-01",
        "Neither the rate card nor an invoice tells the price. Bill once.",
        "Amplitude is only partly read. Repair it.",
        "the invoices' own price is taken",
        "15.00 USD",
        "-0.50 USD",
        'What "late usage" rests on',
        "3 calls more [amplitude:a|api|x]",
        "In Asia/Tokyo the period begins at another hour.",
        "quickbooks:invoice:7 version 4 (source version -), open, made 2026-11-01 06:00 UTC",
        "version 9                  1,030 calls; 30 on 2026-11-01 00:00 UTC",
        "1 rows, amplitude:a|api|2026-10-01 to 2026-10-01: 1,030 calls, but 30 when it was worked out: rows came since",
    ):
        assert words in text, words


def test_a_right_figure_has_no_excuses() -> None:
    plain = {**FOUND, "priced_by": "rate_card", "rate_card": None, "reasons": [], "explained": []}
    text = "\n".join(explain.lines(plain))
    assert "no rate card" in text
    assert "rests on" not in text


def test_brief_sums_the_rows_of_usage_up() -> None:
    whole, brief = list(explain.lines(FOUND)), list(explain.lines(FOUND, brief=True))
    assert [one for one in whole if one not in brief] == [one for one in whole if "version 9" in one]


def test_the_blocks_follow_each_other_and_a_long_text_ends_with_its_amount() -> None:
    steps = [
        {"kind": "line", "text": "fee", "amount_minor": 100},
        {"kind": "sum", "text": "Expected", "amount_minor": 100},
        {"kind": "line", "text": "Invoice INV-1", "amount_minor": 150},
        {"kind": "sum", "text": "Billed", "amount_minor": None},
        {"kind": "figure", "text": "Difference", "amount_minor": 50},
        {"kind": "part", "text": "of it discount: " + "word " * 20, "amount_minor": 50},
    ]
    found = list(explain.lines({**FOUND, "steps": steps, "explained": []}))
    heads = [one for one in "\n".join(found).splitlines() if one.isupper() or one.startswith(("WHAT", "WHY"))]
    assert [one.split(":")[0] for one in heads[:3]] == ["WHAT SHOULD HAVE BEEN BILLED", "WHAT WAS BILLED", "WHY"]
    assert any(one.startswith("Billed") and one.endswith("not known") for one in found)
    [told] = [one for one in found if one.startswith("  discount:")]
    assert [len(one) <= 96 for one in told.splitlines()] == [True, True]
    assert told.endswith("0.50 USD")


def test_a_period_that_is_no_month_is_told_by_its_days() -> None:
    odd = {**FOUND, "period": {"start": "2026-10-15", "end": "2026-11-15"}}
    assert next(explain.lines(odd)).endswith("2026-10-15 to 2026-11-14")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Response]:
    queue: list[httpx.Response] = []
    monkeypatch.setenv("TRUEUP_URL", "http://127.0.0.1:8080")
    monkeypatch.setenv("TRUEUP_SANDBOX_URL", "http://127.0.0.1:8081")
    monkeypatch.setattr(explain, "token_for", lambda _url, user: f"token of {user}")
    monkeypatch.setattr(httpx, "get", lambda *_args, **_more: queue.pop(0))
    return queue


def test_the_command_prints_or_says_why_not(answers: list[httpx.Response]) -> None:
    answers.append(httpx.Response(200, json=FOUND))
    assert "Acme (c1)" in CliRunner().invoke(explain.app, ["c1", "2026-10"]).output
    answers.append(httpx.Response(200, json=FOUND))
    assert '"client_id": "c1"' in CliRunner().invoke(explain.app, ["c1", "2026-10", "--json"]).output
    answers.append(httpx.Response(404, json={"title": "Not found", "detail": "No.", "code": "period_not_found"}))
    assert CliRunner().invoke(explain.app, ["c1", "2026-10"]).exit_code == 1
