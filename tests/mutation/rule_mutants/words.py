"""What the tables of mutants share: where the rules live, where their tests are, and how one is written down."""

from __future__ import annotations

from tests.mutation.mutants import Mutant

DOMAIN = "services/reconciler/src/reconciler/domain"
DASHBOARD = "services/dashboard-api/src/dashboard_api"
STRIPE = "services/stripe-webhooks/src/stripe_webhooks"
DOMAIN_TESTS = "tests/unit/reconciler/domain"
AMOUNTS = f"{DOMAIN_TESTS}/test_rules_of_amounts.py"
TIME = f"{DOMAIN_TESTS}/test_rules_of_time.py"
MONEY = f"{DOMAIN_TESTS}/test_rules_of_money.py"
ACTIONS = "tests/unit/dashboard_api/domain/test_rules_of_actions.py"
FACTS = "tests/integration/reconciler/test_facts.py"


def rule(number: int, name: str, file: str, pattern: str, replacement: str, *tests: str) -> Mutant:
    """One broken rule. A pattern must stand in its file exactly once."""
    return Mutant(f"{number:02d}-{name}", file, pattern, replacement, (*tests, "-k", f"domain_rule_{number:02d}"))
