"""The receiver on a real bus: what is proven is published once, byte for byte; nothing else ever is."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from trueup_contracts.topics import STRIPE_EVENTS_RECEIVED, dlq

if TYPE_CHECKING:
    from tests.integration.stripe_webhooks.conftest import Bus, Sender, Services

EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "type": "meter.updated",
    "created": 1_790_000_000,
    "livemode": False,
    "data": {"object": {"id": "mtr_1", "object": "billing.meter"}},
}
BODY = json.dumps(EVENT, indent=2).encode()
FLIPPED = BODY.replace(b"mtr_1", b"mtr_2")


async def test_what_is_proven_is_published_once_and_nothing_else_ever(
    services: Services, sender: Sender, bus: Bus
) -> None:
    await services.start()
    refused = {
        "unsigned": await sender.post(BODY, signature=""),
        "old": await sender.post(BODY, age_s=301),
        "future": await sender.post(BODY, age_s=-120),
        "wrong secret": await sender.post(BODY, secret="whsec_wrong"),
        "not UTF-8": await sender.post(b"\xff\xfe\xfd"),
        "not JSON": await sender.post(b"nope"),
        "other mode": await sender.post(json.dumps(EVENT | {"livemode": True}).encode()),
        "1 MB": await sender.post(BODY + b" " * 1_048_576),
    }
    stamp_s = int(time.time())
    from stripe_webhooks.domain.signature import sign

    refused["one bit flipped"] = await sender.post(
        FLIPPED, signature=f"t={stamp_s},v1={sign(BODY, 'whsec_sandbox', stamp_s)}"
    )
    for name, answer in refused.items():
        assert answer.status_code == (413 if name == "1 MB" else 400), name
        assert answer.headers["content-type"] == "application/problem+json", name
        assert answer.json()["code"], name
    assert await bus.read(STRIPE_EVENTS_RECEIVED) == []

    assert (await sender.post(BODY)).status_code == 200
    assert (await sender.post(BODY, secret="whsec_old")).status_code == 200, "a secret being rolled still fits"
    records = await bus.read(STRIPE_EVENTS_RECEIVED)
    assert [(record.key, record.value) for record in records] == [(b"mtr_1", BODY)] * 2
    headers = dict(records[0].headers)
    assert (headers["ce_id"], headers["ce_type"]) == (b"evt_1", STRIPE_EVENTS_RECEIVED.encode())
    assert await bus.read(dlq(STRIPE_EVENTS_RECEIVED)) == []


@pytest.mark.parametrize("missing", ["STRIPE_API_KEY", "WEBHOOK_SECRETS"])
async def test_a_start_without_what_it_needs_says_what_to_set(services: Services, missing: str) -> None:
    process = await services.start(wait=False, **{missing: ""})
    assert process.running.wait(30) == 2
    assert f"STRIPE_WEBHOOKS_{missing}" in services.log()
