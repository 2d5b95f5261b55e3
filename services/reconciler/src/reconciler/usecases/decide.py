"""Decide dirty accounts: claim, read, decide purely, write; one decision per account at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.ports.decisions import Claim, Claimed, Decided, DecisionStore, Failed

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    decided: int = 0
    changed: int = 0
    failed: tuple[Failed, ...] = ()


async def decide_some(store: DecisionStore, policy: Policy, clock: Clock, *, limit: int) -> Round:
    """Decide up to `limit` dirty accounts; an empty round means that nothing is waiting."""
    now = clock()
    await store.spread(now)
    async with store.claim(limit, now=now) as claim:
        return await _decide(claim, policy, clock, quiet=False)


async def decide_these(
    store: DecisionStore, policy: Policy, clock: Clock, client_ids: Sequence[str], *, quiet: bool
) -> Round:
    """Decide these accounts anew. `quiet` leaves out the dirty ones: what happened to them must still be told."""
    async with store.claim_these(client_ids) as claim:
        return await _decide(claim, replace(policy, resolves_anew=not quiet), clock, quiet=quiet)


async def _decide(claim: Claim, policy: Policy, clock: Clock, *, quiet: bool) -> Round:
    if not claim.client_ids:
        return Round()
    decided: list[Decided] = []
    failed: list[Failed] = []
    for claimed in await claim.load():
        if quiet and claimed.dirt_seq is not None:
            continue
        outcome = _one(claimed, policy, clock())
        if isinstance(outcome, Decided):
            decided.append(outcome)
        else:
            failed.append(outcome)
        # Decisions are pure computing: let the other tasks of the process have their turn.
        await asyncio.sleep(0)
    changed = await claim.write(decided, failed, policy, quiet=quiet)
    return Round(len(decided), changed, tuple(failed))


def _one(claimed: Claimed, policy: Policy, now: datetime) -> Decided | Failed:
    """One account that cannot be decided must not keep the others waiting."""
    try:
        return Decided(claimed, reconcile(claimed.known(), policy, now))
    except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this account alone
        return Failed(claimed, f"{type(error).__name__}: {error}"[:500])
