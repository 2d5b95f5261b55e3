"""Ten thousand webhooks, each delivered one to five times and out of order, leave the same state as one by one in order."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies, World

SEED = 20261126
EVENTS, INVOICES, BATCH = 10_000, 60, 100
DELIVERIES_MAX = 5
HELD_MAX = 3_000
"""So many later events may overtake a delivery."""
AMOUNTS = range(100, 100_000)


def change(bodies: Bodies, chance: random.Random, number: int) -> dict[str, Any]:
    """The new body of some invoice: another amount, another status, paid and reopened as no real one would be."""
    paid = chance.random() < 0.5
    total = chance.choice(AMOUNTS)
    left = 0 if paid else total
    return bodies.invoice(
        f"in_{chance.randrange(INVOICES)}",
        status="paid" if paid else "open", total=total, amount_paid=total - left, amount_remaining=left,
        number=f"INV-{number}",
    )  # fmt: skip


def state(world: World) -> dict[str, dict[str, Any]]:
    """What a consumer of the compacted topic knows: the highest version of each key."""
    found: dict[str, Any] = {}
    for fact in world.store.sent:
        if fact.key() not in found or fact.version > found[fact.key()].version:
            found[fact.key()] = fact
    return {key: fact.model_dump(exclude={"version", "observed_at"}) for key, fact in found.items()}


async def test_any_order_and_any_number_of_deliveries_end_in_the_same_state(
    fresh: Callable[[], World], bodies: Bodies
) -> None:
    calm, wild = fresh(), fresh()
    chance = random.Random(SEED)
    due: dict[int, list[bytes]] = {}
    deliveries = 0
    for number in range(EVENTS):
        body = change(bodies, chance, number)
        event = json.dumps(bodies.event(f"evt_{number}", body)).encode()
        calm.stripe.put(body)
        wild.stripe.put(body)
        await calm.digest([event])
        for _ in range(chance.randint(1, DELIVERIES_MAX)):
            deliveries += 1
            due.setdefault(number + chance.randrange(HELD_MAX), []).append(event)
        if number % BATCH == BATCH - 1:
            arrived = [one for at in range(number - BATCH + 1, number + 1) for one in due.pop(at, ())]
            chance.shuffle(arrived)
            await wild.digest(arrived)
    late = [one for at in sorted(due) for one in due[at]]
    chance.shuffle(late)
    for start in range(0, len(late), BATCH):
        await wild.digest(late[start : start + BATCH])
    assert deliveries > 2 * EVENTS
    assert len(state(calm)) == INVOICES
    assert state(wild) == state(calm)


async def test_domain_rule_15_a_replayed_old_body_never_wins_over_what_was_read_since(
    world: World, bodies: Bodies
) -> None:
    old = json.dumps(bodies.event("evt_old", bodies.invoice(total=1, amount_remaining=1))).encode()
    other = json.dumps(bodies.event("evt_other_id", bodies.invoice(total=2, amount_remaining=2))).encode()
    now = bodies.invoice(status="paid", total=5200, amount_paid=5200, amount_remaining=0)
    world.stripe.put(now)
    await world.digest([json.dumps(bodies.event("evt_new", now)).encode()])
    before = state(world)
    await world.digest([old, other, old])
    assert state(world) == before
    assert before["stripe:invoice:in_1"]["status"] == "paid"
