"""Payment retries as facts: one line of the timeline for each state, whatever is repeated or out of order."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from tests.integration.reconciler.world import NOW, System

from trueup_contracts.envelope import Event
from trueup_contracts.payments import Failure
from trueup_contracts.retries import PaymentRetryRequestedV1, PaymentRetrySettledV1

LINES = "SELECT string_agg(payload ->> 'after', ' ' ORDER BY occurred_at, entry_id) FROM read_model.timeline WHERE client_id = 'c1'"


def requested(attempt: str = "att_1") -> PaymentRetryRequestedV1:
    return PaymentRetryRequestedV1(
        version=1,
        attempt_id=attempt,
        gateway_invoice_id="in_1",
        client_id="c1",
        ref="stripe:cus_1",
        currency="USD",
        amount_minor=5200,
        requested_by="u1",
        requested_at=NOW,
    )


def settled(version: int, state: Any, attempt: str = "att_1", **fields: Any) -> PaymentRetrySettledV1:
    return PaymentRetrySettledV1(
        version=version,
        attempt_id=attempt,
        gateway_invoice_id="in_1",
        client_id="c1",
        ref="stripe:cus_1",
        state=state,
        currency="USD",
        amount_minor=5200,
        settled_at=NOW + timedelta(seconds=version),
        **fields,
    )


STORY: list[Event] = [
    requested(),
    settled(10, "unknown", reason="timeout"),
    settled(11, "processing"),
    settled(12, "failed", failure=Failure(code="card_declined", decline_code="lost_card")),
    requested("att_2"),
    settled(20, "succeeded", "att_2"),
]


async def test_a_story_in_order(system: System) -> None:
    await system.feed(STORY, batch=10)
    assert await system.value(LINES) == "requested requested unknown processing failed succeeded"
    code = "SELECT payload -> 'data' ->> 'code' FROM read_model.timeline WHERE payload ->> 'after' = 'failed'"
    assert await system.value(code) == "lost_card"
    states = "SELECT string_agg(attempt_id || ' ' || state || ' ' || requested_by, ', ' ORDER BY attempt_id) FROM reconciler.payment_retries"
    assert await system.value(states) == "att_1 failed u1, att_2 succeeded u1"


async def test_the_same_story_repeated_and_shuffled_reads_the_same(system: System) -> None:
    told = [*STORY, *STORY]
    random.Random(7).shuffle(told)
    for size in (1, 4):
        await system.feed(told, batch=size)
    assert await system.value(LINES) == "requested requested unknown processing failed succeeded"
    states = "SELECT string_agg(state, ' ' ORDER BY attempt_id) FROM reconciler.payment_retries"
    assert await system.value(states) == "failed succeeded"
    assert await system.value("SELECT count(*) FROM reconciler.payment_retries WHERE requested_by = 'u1'") == 2


async def test_an_older_state_that_comes_late_is_told_where_it_belongs(system: System) -> None:
    await system.feed([settled(12, "succeeded")])
    await system.feed([settled(11, "processing")])
    assert await system.value(LINES) == "processing succeeded"
    assert await system.value("SELECT state FROM reconciler.payment_retries") == "succeeded"
