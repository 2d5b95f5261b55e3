"""Batches of raw webhooks: what is waited for, and how long."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from stripe_webhooks.entrypoints import inbox
from stripe_webhooks.entrypoints.inbox import InboxSubscriber
from trueup_kit.consumer import Record
from trueup_kit.errors import ProviderUnavailable

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies, World


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
