"""Histories with every fault we can think of end as the oracle says, and would not if a guard were missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.oracle.simulation.history import facts_for
from tests.oracle.simulation.run import chunk, outcome, smallest
from tests.oracle.simulation.store import Claim, Store
from tests.oracle.simulation.world import ALL, Faults

from reconciler.domain import reconcile
from reconciler.ports.scopes import Dirt
from reconciler.usecases import count

HISTORIES, PARTS = 300, 6
GUARDED = range(100)
NONE = Faults(duplicates=False, reorders=False, delays=False, skew=False, kills=False, two_owners=False)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_history_ends_as_the_oracle_says(part: int) -> None:
    size = HISTORIES // PARTS
    wrong, met = chunk(range(part * size, (part + 1) * size))
    assert not wrong, smallest(wrong[0][0])
    assert met["active"] == size
    assert all(met[name] > 0 for name in ("kills", "records_below_the_fence", "records_older_or_repeated", "decisions"))


def test_a_history_repeats_itself() -> None:
    assert outcome(7, facts_for(7)) == outcome(7, facts_for(7))


def last_heard(store: Store, topic: str, one: Any) -> bool:
    """Whatever comes last is kept, older or not."""
    store.facts.pop((topic, one.key), None)
    return APPLY(store, topic, one)


def forget_dirt(claim: Claim) -> None:
    """What came in while the decision was made is taken for decided."""
    COMMIT(claim)
    for one in claim.decided:
        claim.db.dirty.pop(one.result.snapshot.account.client_id, None)


APPLY, COMMIT = Store.apply, Claim.commit
WITHOUT: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "versions": (Store, "apply", last_heard),
    "dirt that grew": (Claim, "commit", forget_dirt),
    "waiting for the facts": (count, "has_arrived", lambda *_: True),
    "dirt of reports": (count, "touched", lambda *_: Dirt()),
    "looking again": (reconcile, "_recheck_at", lambda *_: datetime.max.replace(tzinfo=UTC)),
}


@pytest.mark.parametrize("guard", WITHOUT)
def test_a_missing_guard_is_seen(monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    monkeypatch.setattr(*WITHOUT[guard])
    assert any(outcome(seed, facts_for(seed), ALL)[0] for seed in GUARDED)


def test_a_failing_history_is_cut_down_to_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "apply", last_heard)
    seed = next(seed for seed in GUARDED if outcome(seed, facts_for(seed))[0])
    found = smallest(seed)
    assert found["said"] is not None
    assert len(repr(found["account"])) < len(repr(facts_for(seed)))
    assert "skew" not in found["faults"]


def test_without_faults_a_history_is_quiet() -> None:
    said, met = outcome(1, facts_for(1), NONE)
    assert said is None
    assert met["kills"] == met["partitions_moved"] == met["records_below_the_fence"] == 0
