"""The mutants still fit the code they change, and no row of the gateway's answers is without one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from tests.mutation.mutants import MUTANTS, Mutant
from tests.mutation.retries import MUTANTS as ANSWERS
from tests.mutation.row_mutants import ROWS

ROOT = Path(__file__).parents[2]
EVERY = [*MUTANTS, *ANSWERS, *ROWS]


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
