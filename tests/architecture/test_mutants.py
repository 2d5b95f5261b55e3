"""The mutants still fit the code they change, and no row of the gateway's answers is without one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from tests.mutation.mutants import MUTANTS, Mutant
from tests.mutation.retries import MUTANTS as ANSWERS
from tests.mutation.row_mutants import ROWS
from tests.mutation.rule_mutants import OPEN, RULES

ROOT = Path(__file__).parents[2]
EVERY = [*MUTANTS, *ANSWERS, *ROWS, *RULES]


@pytest.mark.parametrize("mutant", EVERY, ids=lambda one: f"{one.guard}")
def test_it_applies_once_and_is_still_a_program(mutant: Mutant) -> None:
    source = (ROOT / mutant.file).read_text()
    assert source.count(mutant.pattern) == 1
    changed = source.replace(mutant.pattern, mutant.replacement)
    assert changed != source
    ast.parse(changed)


def test_every_row_in_the_browser_has_a_wrong_reading() -> None:
    spec = (ROOT / "tests" / "e2e" / "retry.spec.ts").read_text()
    table = spec[spec.index("const ROWS") : spec.index("for (const [place, row]")]
    rows = re.findall(r'\bname: "([^"]+)"', table)
    assert len(rows) >= 20
    assert [mutant.guard for mutant in ROWS] == rows


RULE_NUMBERS = range(1, 34)


def rules_with_a_test() -> set[int]:
    found = (ROOT / "tests").rglob("test_*.py")
    return {int(number) for path in found for number in re.findall(r"def test_domain_rule_(\d\d)_", path.read_text())}


def test_each_rule_of_reconciliation_has_a_test_and_a_mutant_or_stands_open() -> None:
    broken = {int(mutant.guard[:2]) for mutant in RULES}
    assert rules_with_a_test() | OPEN.keys() == set(RULE_NUMBERS)
    assert broken | OPEN.keys() == set(RULE_NUMBERS)
    assert not broken & OPEN.keys()


def test_each_rule_stands_in_the_table_that_people_read() -> None:
    text = (ROOT / "docs" / "reconciliation.md").read_text()
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)] == list(RULE_NUMBERS)
