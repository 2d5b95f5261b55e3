"""What an audit prints: counts per band and situation, then each difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from trueup_operator.verify.compare import Difference
from trueup_operator.verify.rounds import Looked

DIFFERENCES_SHOWN = 200
REQUIRED = (
    "variance_0",
    *(
        f"variance_{percent}_{side}"
        for percent in ("1_9", "2_0", "4_9", "5_0", "5_1", "7", "40")
        for side in ("over", "under")
    ),
    *("late_usage", "credit_memo", "void", "part_paid", "overdue", "declined_card", "refund", "dispute"),
    *("unlinked_amplitude", "unlinked_stripe", "missing_invoice", "partial_source", "ended_account"),
)
"""Situations that every audited world must hold: an audit that never met them proves nothing about them."""


def bands(looked: Looked) -> Counter[str]:
    """How many accounts stand in which band."""
    return Counter((row.get("variance") or {}).get("band") or "none" for row in looked.shown.values())


def situations(looked: Looked, planted: Iterable[Mapping[str, Any]]) -> dict[str, tuple[int, int]]:
    """For each situation the scenario names: (accounts planted, of these shown without a difference)."""
    counted: dict[str, tuple[int, int]] = {}
    for entry in planted:
        name, client_id = str(entry["situation"]), str(entry["client_id"])
        total, right = counted.get(name, (0, 0))
        agrees = client_id in looked.shown and not looked.differences.get(client_id)
        counted[name] = (total + 1, right + agrees)
    return counted


def lines(
    looked: Looked,
    planted: Mapping[str, tuple[int, int]],
    facts: Mapping[str, tuple[int, int]],
    audits: Iterable[str],
    differences: list[Difference],
) -> list[str]:
    """The whole report as text."""
    names = ", ".join(audits) or "none registered"
    return [
        f"accounts compared: {len(looked.shown)} in {looked.rounds} rounds",
        "bands: " + ", ".join(f"{band} {count}" for band, count in bands(looked).most_common()),
        "planted situations (shown right / planted):",
        *(f"  {name:<28} {right} / {total}" for name, (total, right) in sorted(planted.items())),
        "facts (stored / held by the source):",
        *(f"  {name:<28} {stored} / {held}" for name, (stored, held) in sorted(facts.items())),
        f"recomputation: {names}",
        *(f"  ≠ {difference}" for difference in differences[:DIFFERENCES_SHOWN]),
        *([f"  … and {len(differences) - DIFFERENCES_SHOWN} more"] if len(differences) > DIFFERENCES_SHOWN else []),
        f"differences: {len(differences)}",
    ]
