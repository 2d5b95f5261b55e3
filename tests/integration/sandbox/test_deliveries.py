"""Signed deliveries, as the receiver gets them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import stripe

SECRET = "whsec_sandbox"
PLAIN = {"repeat_share": 0.0, "delay_share": 0.0, "thin_share": 0.0, "older_share": 0.0}


class Receiver:
    """An HTTP server that keeps what it is sent and answers as it is told."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.status = 200
        self.refused = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
                body = await reader.readexactly(int(headers["content-length"]))
                event = self._read(body, headers["stripe-signature"])
                if self.status == 200:
                    self.events.append(event)
                else:
                    self.refused += 1
                writer.write(f"HTTP/1.1 {self.status} X\r\ncontent-length: 0\r\n\r\n".encode())
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    @staticmethod
    def _read(body: bytes, signature: str) -> Any:
        """By Stripe's own library: it refuses to read a thin event as another, and the reverse."""
        try:
            return stripe.Webhook.construct_event(body, signature, SECRET)
        except ValueError:
            return stripe.StripeClient("sk_test_x").parse_event_notification(body, signature, SECRET)

    @property
    def ids(self) -> list[str]:
        """What came, by first arrival; an answer that came late is asked for by sending again."""
        return list(dict.fromkeys(event.id for event in self.events))

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not met():
                await asyncio.sleep(0.01)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    yield one
    server.close()
    await server.wait_closed()


@pytest.fixture
async def sending(start: Any, receiver: Receiver) -> AsyncIterator[Any]:
    async with start(webhook_url=receiver.url, scenario={"deliveries": PLAIN}) as running:
        yield running


async def test_what_happens_is_delivered_signed(sending: Any, receiver: Receiver) -> None:
    paid = await sending.happen("pay")
    await receiver.until(lambda: len(receiver.events) >= 4)
    about = {event.type: event.data.object for event in receiver.events}
    assert about["invoice.paid"].id == paid["objects"]["gateway_invoices"]
    assert about["payment_intent.succeeded"].id == paid["objects"]["payments"]
    await receiver.until(lambda: sending.sandbox.controls.deliverer.pending == 0)
    assert {event.id for event in receiver.events} == sending.world.memory.delivered


async def test_what_is_refused_comes_again(sending: Any, receiver: Receiver) -> None:
    receiver.status = 503
    await sending.happen("decline")
    await receiver.until(lambda: receiver.refused >= 3)
    assert (await sending.http.get("/control/counters")).json()["deliveries.pending"] == 2
    receiver.status = 200
    await receiver.until(lambda: len(receiver.ids) == 2)


async def test_held_back_until_released(sending: Any, receiver: Receiver) -> None:
    await sending.http.post("/control/deliveries", json={"mode": "hold"})
    await sending.happen("pay")
    await asyncio.sleep(0.2)
    assert not receiver.events
    await sending.http.post("/control/deliveries", json={"mode": "release"})
    await receiver.until(lambda: len(receiver.ids) == 4)


async def test_twice(sending: Any, receiver: Receiver) -> None:
    await sending.http.post("/control/deliveries", json={"mode": "twice"})
    await sending.happen("pay")
    await receiver.until(lambda: len(receiver.events) >= 8)
    assert len(receiver.ids) == 4


async def test_one_event_again_on_demand(sending: Any, receiver: Receiver) -> None:
    await sending.happen("decline")
    await receiver.until(lambda: len(receiver.ids) == 2)
    await receiver.until(lambda: sending.sandbox.controls.deliverer.pending == 0)
    before = len(receiver.events)
    assert (await sending.http.post(f"/control/deliveries/{receiver.events[0].id}")).is_success
    await receiver.until(lambda: len(receiver.events) > before)
    assert receiver.events[before].id == receiver.events[0].id


async def test_out_of_order(sending: Any, receiver: Receiver) -> None:
    await sending.http.post("/control/deliveries", json={"mode": "shuffle"})
    await sending.happen("pay", count=10)
    await receiver.until(lambda: len(receiver.ids) == 40)
    place = sending.world.desk.store.event_index
    order = [place[event_id] for event_id in receiver.ids]
    assert order != sorted(order)


async def test_what_happens_while_webhooks_get_lost_is_never_delivered(sending: Any, receiver: Receiver) -> None:
    await sending.http.post("/control/deliveries", json={"mode": "lost"})
    await sending.happen("invoice")
    await sending.http.post("/control/deliveries", json={"mode": "normal"})
    await sending.happen("invoice")
    await receiver.until(lambda: len(receiver.events) >= 2)
    counters = (await sending.http.get("/control/counters")).json()
    assert counters["deliveries.lost"] > 0
    lost = {one.id for one in sending.world.live_events} - {event.id for event in receiver.events}
    assert len(lost) == counters["deliveries.lost"]
    listed = (await sending.http.get("/stripe/v1/events?limit=100", auth=("sk_test_sandbox", ""))).json()["data"]
    assert lost <= {one["id"] for one in listed}, "whoever asks gets them"


async def test_an_endpoint_of_thin_events(start: Any, receiver: Receiver) -> None:
    async with start(webhook_url=receiver.url, scenario={"deliveries": PLAIN | {"thin_share": 1.0}}) as running:
        paid = await running.happen("pay")
        await receiver.until(lambda: len(receiver.ids) == 4)
    about = {event.type: event.related_object for event in receiver.events}
    assert about["v1.invoice.paid"].id == paid["objects"]["gateway_invoices"]
    assert about["v1.payment_intent.succeeded"].url == f"/v1/payment_intents/{paid['objects']['payments']}"


async def test_an_endpoint_from_before_basil(start: Any, receiver: Receiver) -> None:
    async with start(webhook_url=receiver.url, scenario={"deliveries": PLAIN | {"older_share": 1.0}}) as running:
        paid = await running.happen("pay")
        await receiver.until(lambda: len(receiver.ids) == 4)
    about = {event.type: event.data.object.to_dict() for event in receiver.events}
    invoice, payment = about["invoice.paid"], about["payment_intent.succeeded"]
    assert (invoice["paid"], invoice["payment_intent"], payment["invoice"]) == (True, payment["id"], invoice["id"])
    assert paid["objects"]["payments"] == payment["id"]
    assert not {"payments", "parent", "total_taxes", "amount_paid_off_stripe"} & invoice.keys()
    versions = {event.type: event.api_version for event in receiver.events}
    assert versions.pop("invoice_payment.paid") > "2025", "which came with basil"
    assert set(versions.values()) == {"2024-06-20"}
