"""The product against a second implementation of its rules, on accounts made to be nasty."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.oracle import bridge
from tests.oracle.compare import compare
from tests.oracle.portfolio import account
from tests.oracle.run import chunk, smallest

from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import PeriodResult, Reconciliation

HERE = Path(__file__).parent
ACCOUNTS, PARTS = 2_000, 20
SHARED = {"trueup_billing": {"Currency", "Money", "Ref", "Source"}}


@pytest.mark.parametrize("part", range(PARTS))
def test_product_and_oracle_agree(part: int) -> None:
    size = ACCOUNTS // PARTS
    tally = chunk(range(part * size, (part + 1) * size))
    assert tally.accounts == size
    assert not tally.differences, smallest(tally.differences[0][0])


def test_the_same_seed_gives_the_same_account() -> None:
    assert account(4711) == account(4711) != account(4712)


def test_the_oracle_knows_nothing_of_the_product_but_money_and_ids() -> None:
    for path in sorted(HERE.glob("rules/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert all("." not in name.name and not name.name.startswith("trueup") for name in node.names), path
            if isinstance(node, ast.ImportFrom) and node.module and not is_own(node.module):
                assert {name.name for name in node.names} <= SHARED.get(node.module, set()), (path, node.module)


def is_own(module: str) -> bool:
    """Of the standard library, or of the oracle itself."""
    allowed = {"__future__", "collections.abc", "datetime", "decimal", "fractions", "functools", "typing", "zoneinfo"}
    return module in allowed or module.startswith("tests.oracle.rules.")


def one_more(result: PeriodResult) -> PeriodResult:
    """A figure that is off by one minor unit."""
    return replace(result, expected_minor=None if result.expected_minor is None else result.expected_minor + 1)


@pytest.mark.parametrize("field", ["periods", "invoices", "completeness", "forecast", "row", "usage_mtd"])
def test_the_comparison_can_fail(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    seed = next(seed for seed in range(100) if any(one["expected_minor"] for one in periods_of(seed)))
    assert compare(account(seed)) == []

    def wrong(*given: Any) -> Reconciliation:
        result = reconcile(*given)
        changes: dict[str, Any] = {
            "periods": tuple(one_more(one) for one in result.periods),
            "invoices": tuple(replace(one, remaining_minor=one.remaining_minor + 1) for one in result.invoices),
            "completeness": replace(
                result.completeness, reasons=(*result.completeness.reasons, *result.completeness.reasons)
            )
            if result.completeness.reasons
            else replace(result.completeness, reasons=REASONS),
            "forecast": replace(result.forecast, status="nothing_to_project"),
            "row": None,
            "usage_mtd": {"other": (1, "units")},
        }
        return replace(result, **{field: changes[field]})

    monkeypatch.setattr(bridge, "reconcile", wrong)
    assert compare(account(seed)) != []


def periods_of(seed: int) -> list[dict[str, Any]]:
    """What the product says of an account's periods."""
    return list(bridge.product_answer(account(seed))["periods"].values())


REASONS = reconcile(
    bridge.snapshot_of({**account(1), "links": []}), bridge.policy_of(account(1)["policy"]), account(1)["now"]
).completeness.reasons


def test_nothing_changes_before_the_account_is_looked_at_again() -> None:
    for seed in range(60):
        facts = account(seed)
        known, policy = bridge.snapshot_of(facts), bridge.policy_of(facts["policy"])
        now = reconcile(known, policy, facts["now"])
        resolved = frozenset(one.period.start for one in now.periods if one.band == "auto_resolved")
        last = now.recheck_at - timedelta(microseconds=1)
        then = reconcile(replace(known, resolved=resolved), policy, last)
        assert bridge.told(then) == bridge.told(now), seed
