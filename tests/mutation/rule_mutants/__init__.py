"""The 33 rules of reconciliation, and for each at least one small change of the product that breaks it.

A mutant counts as noticed only when a test of its very rule fails: `test_domain_rule_NN_…` in the files that it names.
Whoever rewrites the code moves its mutant along.
"""

from __future__ import annotations

from tests.mutation.mutants import Mutant
from tests.mutation.rule_mutants import actions, amounts, money, times

OPEN: dict[int, str] = {}
"""Rules without a test or without a mutant, each with the reason."""
RULES: tuple[Mutant, ...] = (*amounts.BROKEN, *times.BROKEN, *money.BROKEN, *actions.BROKEN)
