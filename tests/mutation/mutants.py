"""The guards, how each is taken out, and the tests that must notice.

A pattern must stand in its file exactly once. Whoever rewrites a guard moves its mutant along.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One guard removed: a small replacement in one file."""

    guard: str
    file: str
    pattern: str
    replacement: str
    tests: tuple[str, ...]


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        guard="signature-check",
        file="services/stripe-webhooks/src/stripe_webhooks/domain/signature.py",
        pattern="    if not any(fits):\n",
        replacement="    if not fits:\n",
        tests=(
            "tests/unit/stripe_webhooks/domain/test_signature.py::test_one_flipped_bit_is_refused",
            "tests/unit/stripe_webhooks/usecases/test_accept.py::test_what_is_not_proven_is_refused",
        ),
    ),
    Mutant(
        guard="signature-age",
        file="services/stripe-webhooks/src/stripe_webhooks/domain/signature.py",
        pattern="    if timestamp_s < now_s - TOLERANCE_S:\n",
        replacement="    if timestamp_s < 0:\n",
        tests=("tests/unit/stripe_webhooks/domain/test_signature.py::test_age_is_bounded_on_both_sides",),
    ),
)
