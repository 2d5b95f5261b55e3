"""Decide accounts anew from the stored facts, in place, while the old rows are served."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

from reconciler.domain.policy import Policy
from reconciler.ports.decisions import DecisionStore
from reconciler.usecases.decide import Round, decide_these


async def replay(
    store: DecisionStore, policy: Policy, clock: Callable[[], datetime], client_ids: Sequence[str], *, batch: int
) -> AsyncIterator[Round]:
    """Decide these accounts, `batch` to a transaction; what each transaction did.

    Nothing goes to the timeline and nothing is resolved by rule; where nothing differs, nothing is written but the instant.
    An account whose facts moved since its last decision is left to the loop, which tells what happened to it.
    """
    for start in range(0, len(client_ids), batch):
        yield await decide_these(store, policy, clock, client_ids[start : start + batch], quiet=True)
