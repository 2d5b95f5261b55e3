"""What the oracle notices of a mutant: its own test with fewer accounts, and without looking for the smallest that shows it."""

from __future__ import annotations

from tests.oracle.compare import compare
from tests.oracle.portfolio import account

ACCOUNTS = 150


def test_product_and_oracle_agree() -> None:
    for seed in range(ACCOUNTS):
        assert compare(account(seed)) == [], seed
