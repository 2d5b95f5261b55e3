"""Batches of raw webhooks: what is waited for, and how long."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from stripe_webhooks.entrypoints import inbox
from stripe_webhooks.entrypoints.inbox import InboxSubscriber
from stripe_webhooks.usecases.digest import SLICE
from trueup_kit.consumer import Record
from trueup_kit.errors import ProviderUnavailable

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies, World


async def test_a_batch_that_takes_too_long_comes_again_before_the_broker_gives_us_up(
    world: World, bodies: Bodies
) -> None:
    number = 3 * SLICE
    world.stripe.put(*(bodies.invoice(f"in_{n}") for n in range(number)))
    records = [
        Record("t", 0, n, None, json.dumps(bodies.event(f"evt_{n}", bodies.invoice(f"in_{n}"))).encode(), {}, 0)
        for n in range(number)
    ]
    ask = world.stripe._ask

    async def slowly(what: str) -> None:
        await ask(what)
        if len(world.stripe.asked) > SLICE:
            await asyncio.Event().wait()

    world.stripe._ask = slowly  # type: ignore[method-assign]
    take = InboxSubscriber(world.digest, cast("Any", None), "stripe-webhooks", patience_s=0.5)
    with pytest.raises(ProviderUnavailable, match="goes on"):
        await take(records)
    assert len(world.store.seen_ids) == SLICE
    world.stripe._ask = ask  # type: ignore[method-assign]
    await take(records)
    assert len(world.store.seen_ids) == number


async def test_stripe_that_stays_away_leaves_the_batch_to_come_again_and_is_no_mistake_of_ours(
    world: World, bodies: Bodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FIRST_DELAY_S", 0.0)
    body = json.dumps(bodies.event("evt_1", bodies.invoice("in_1"))).encode()
    record = Record("trueup.stripe-events.received.v1", 0, 0, "in_1", body, cast("Any", {}), 0)
    take = InboxSubscriber(world.digest, cast("Any", None), "stripe-webhooks")
    world.stripe.down = "no answer"
    with pytest.raises(ProviderUnavailable, match="no answer"):
        await take([record])
    world.stripe.down = None
    world.stripe.put(bodies.invoice("in_1"))
    await take([record])
    assert "stripe:invoice:in_1" in world.store.now()
