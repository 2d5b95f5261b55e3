"""With Kafka away the sender is told so in time, and nothing is lost when it comes again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from trueup_contracts.topics import STRIPE_EVENTS_RECEIVED

if TYPE_CHECKING:
    from tests.integration.stripe_webhooks.conftest import Bus, Sender, Services

BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "meter.updated",
        "created": 1_790_000_000,
        "livemode": False,
        "data": {"object": {"id": "mtr_1", "object": "billing.meter"}},
    }
).encode()


def listener_on(port: int) -> int:
    """The process that listens on a port of this machine."""
    return next(
        int(found.pid)
        for found in psutil.net_connections("tcp")
        if found.pid and found.status == psutil.CONN_LISTEN and found.laddr.port == port
    )


@pytest.mark.skipif("TRUEUP_TEST_KAFKA" in os.environ, reason="the broker is shared: it must not be stopped")
async def test_the_sender_is_told_in_time_and_the_repeat_works(services: Services, sender: Sender, bus: Bus) -> None:
    await services.start()
    assert (await sender.post(BODY)).status_code == 200
    broker = listener_on(int(bus.bootstrap.rpartition(":")[2]))
    os.kill(broker, signal.SIGSTOP)
    try:
        for _ in range(3):
            started = time.monotonic()
            answer = await sender.post(BODY)
            assert time.monotonic() - started < 3.0, "the sender waits no longer"
            assert (answer.status_code, answer.json()["code"]) == (503, "bus_unavailable")
            assert int(answer.headers["retry-after"]) > 0
    finally:
        os.kill(broker, signal.SIGCONT)
    deadline = time.monotonic() + 30
    while (await sender.post(BODY)).status_code != 200:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    # The three that were refused may have arrived all the same: copies do no harm.
    assert {record.value for record in await bus.read(STRIPE_EVENTS_RECEIVED)} == {BODY}
