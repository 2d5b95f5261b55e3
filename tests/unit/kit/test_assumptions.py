"""What is taken for granted is judged one by one; what is kept of it names nobody."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from trueup_kit.assumptions import Assumption, Redactor, Unmet, Unseen, judge


def saying(outcome: object) -> Callable[[], Awaitable[object]]:
    async def check() -> object:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return check


@pytest.mark.parametrize(
    ("outcomes", "unseen_ok", "code"),
    [
        ([{}], False, 0),
        ([{}, Unmet("it is not")], False, 1),
        ([{}, Unmet("it is not")], True, 1),
        ([{}, ZeroDivisionError()], True, 1),
        ([{}, Unseen("nothing there")], False, 3),
        ([{}, Unseen("nothing there")], True, 0),
        ([Unseen("nothing there"), Unmet("it is not")], True, 1),
    ],
)
async def test_only_what_was_seen_to_hold_passes(outcomes: list[object], unseen_ok: bool, code: int) -> None:
    assumptions = [Assumption(f"a-{number}", "it is so", saying(one)) for number, one in enumerate(outcomes)]
    assert await judge(assumptions, fixtures=None, unseen_ok=unseen_ok) == code


async def test_each_is_told_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [{}, Unmet("it is not"), Unseen("nothing there"), ZeroDivisionError()]
    assumptions = [Assumption(f"a-{number}", "it is so", saying(one)) for number, one in enumerate(outcomes)]
    await judge(assumptions, fixtures=None, unseen_ok=False)
    assert capsys.readouterr().out.splitlines() == [
        "pass   a-0: it is so",
        "FAIL   a-1: it is so: it is not",
        "unseen a-2: it is so: nothing there",
        "FAIL   a-3: it is so: ZeroDivisionError",
        "1 pass, 2 FAIL, 1 unseen",
    ]


async def test_answers_are_kept_redacted(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    answers = [Assumption("kept", "so", saying({"name": "Northwind"})), Assumption("none", "so", saying(None))]
    await judge(answers, fixtures=folder, unseen_ok=False)
    assert [file.name for file in folder.iterdir()] == ["kept.redacted.json"]
    assert json.loads((folder / "kept.redacted.json").read_text()) == {"name": "text 1"}


@pytest.mark.parametrize(
    "when", ["2026-10-01", "2026-10-01T10:00:00Z", "2026-10-01 10:00:00.123", "2026-10-01T10:00:00-07:00"]
)
def test_an_instant_stays_and_words_behind_a_date_do_not(when: str) -> None:
    assert Redactor()({"created": when, "description": f"{when} usage of Northwind"}) == {
        "created": when,
        "description": "text 1",
    }


def test_shape_and_the_providers_words_stay_everything_else_goes() -> None:
    body = {
        "id": "in_Secret1",
        "object": "invoice",
        "status": "open",
        "customer": {"id": "cus_Secret2", "email": "a@b.example", "deleted": False},
        "payments": [{"invoice": "in_Secret1", "amount": 5200, "fee": 0}],
        "TotalAmt": Decimal("12.50"),
        "Qty": Decimal("3.0"),
        "created": "2026-10-01T10:00:00Z",
        "memo": "",
        "note": None,
        "seriesLabels": [[0, "acct-1"]],
    }
    assert Redactor()(body) == {
        "id": "in_1",
        "object": "invoice",
        "status": "open",
        "customer": {"id": "cus_2", "email": "text 3", "deleted": False},
        "payments": [{"invoice": "in_1", "amount": 1, "fee": 0}],
        "TotalAmt": 1.5,
        "Qty": 1,
        "created": "2026-10-01T10:00:00Z",
        "memo": "",
        "note": None,
        "seriesLabels": [[0, "text 4"]],
    }
