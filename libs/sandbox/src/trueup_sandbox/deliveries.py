"""Signed webhook deliveries: repeated until acknowledged, sometimes twice, sometimes out of order, as the real ones are."""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import hmac
import itertools
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

import httpx

from trueup_sandbox.providers.stripe.endpoints import Endpoints
from trueup_sandbox.world.changes import Change
from trueup_sandbox.world.records import GatewayEvent
from trueup_sandbox.world.world import World

Mode = Literal["normal", "twice", "shuffle", "hold", "release", "lost"]
"""Lost: events that happen meanwhile are never delivered; whoever wants them must ask."""
CONCURRENT_MAX = 16
TIMEOUT_S = 5.0
RETRY_FIRST_S, RETRY_MAX_S = 0.5, 8.0
SHUFFLE_S = 3.0


def sign(body: bytes, secret: str, at_s: int) -> str:
    """The `Stripe-Signature` header of a body."""
    digest = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={digest}"


@dataclass(order=True, slots=True)
class _Parcel:
    due: float
    order: int
    event: GatewayEvent = field(compare=False)
    attempt: int = field(default=0, compare=False)
    repeat: bool = field(default=False, compare=False)


class Deliverer:
    """Sends every gateway event since the world's birth to one address."""

    def __init__(self, world: World, *, url: str | None, secret: str, counters: Counter[str]) -> None:
        self._world = world
        self._url = url
        self._secret = secret
        self._counters = counters
        self._endpoints = Endpoints(world)
        self._share = world.scenario.deliveries
        self._draw = random.Random(world.scenario.seed)
        self._heap: list[_Parcel] = []
        self._order = itertools.count()
        self._wake = asyncio.Event()
        self._flying: set[asyncio.Task[None]] = set()
        self.mode: Mode = "normal"
        world.listeners.append(self._take)
        for event in world.live_events if url else ():
            if event.id not in world.memory.delivered:
                self._put(event, 0.0)

    @property
    def pending(self) -> int:
        """Deliveries not acknowledged yet."""
        return len(self._heap) + len(self._flying)

    def switch(self, mode: Mode) -> None:
        """Deliver differently from now on; `release` is `normal` again."""
        self.mode = "normal" if mode == "release" else mode
        self._wake.set()

    def send_again(self, event: GatewayEvent) -> None:
        """Deliver an event once more."""
        self._put(event, 0.0, repeat=True)

    def _take(self, change: Change) -> None:
        if self._url is None:
            return
        if self.mode == "lost":
            self._counters["deliveries.lost"] += len(change.events)
            return
        for event in change.events:
            delay = self._draw.random() * SHUFFLE_S if self.mode == "shuffle" else 0.0
            if self._draw.random() < self._share.delay_share:
                delay += self._draw.random() * self._share.delay_max_s
            self._put(event, delay)
            if self.mode == "twice" or self._draw.random() < self._share.repeat_share:
                self._put(event, delay + self._draw.random(), repeat=True)

    def _put(self, event: GatewayEvent, delay_s: float, *, attempt: int = 0, repeat: bool = False) -> None:
        heapq.heappush(self._heap, _Parcel(time.monotonic() + delay_s, next(self._order), event, attempt, repeat))
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        if self._url is None:
            return
        limits = httpx.Limits(max_connections=CONCURRENT_MAX, max_keepalive_connections=CONCURRENT_MAX)
        async with httpx.AsyncClient(timeout=TIMEOUT_S, limits=limits, trust_env=False) as client:
            while True:
                self._wake.clear()
                self._send_due(client)
                wait_s = None
                if self._heap and self.mode != "hold" and len(self._flying) < CONCURRENT_MAX:
                    wait_s = max(0.0, self._heap[0].due - time.monotonic())
                try:
                    await asyncio.wait_for(self._wake.wait(), wait_s)
                except TimeoutError:
                    continue

    def _send_due(self, client: httpx.AsyncClient) -> None:
        now = time.monotonic()
        while self._heap and self.mode != "hold" and self._heap[0].due <= now and len(self._flying) < CONCURRENT_MAX:
            task = asyncio.create_task(self._send(client, heapq.heappop(self._heap)))
            self._flying.add(task)
            task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._wake.set()

    async def _send(self, client: httpx.AsyncClient, parcel: _Parcel) -> None:
        body = json.dumps(self._endpoints.body(parcel.event)).encode()
        signature = sign(body, self._secret, self._world.clock.read() // 1000)
        headers = {
            "content-type": "application/json",
            "stripe-signature": signature,
            "user-agent": "Stripe/1.0 (sandbox)",
        }
        try:
            answer = await client.post(self._url or "", content=body, headers=headers)
            acknowledged = answer.is_success
        except httpx.HTTPError:
            acknowledged = False
        if acknowledged:
            self._counters["deliveries.ok"] += 1
            if parcel.event.id not in self._world.memory.delivered:
                self._world.remember_delivery(parcel.event.id)
            return
        self._counters["deliveries.failed"] += 1
        wait_s = min(RETRY_MAX_S, RETRY_FIRST_S * 2 ** min(parcel.attempt, 10)) * (0.5 + self._draw.random())
        self._put(parcel.event, wait_s, attempt=parcel.attempt + 1, repeat=parcel.repeat)
