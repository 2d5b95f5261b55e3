"""What the tests of both ingest services stand on: one clock, the wire to the sandbox, and the topics as one test sees them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from trueup_contracts.envelope import Event

SMALL = Path(__file__).parents[2] / "deploy" / "sandbox" / "small.yaml"
PARTITIONS = 12
Hook = Callable[[httpx.Request], Awaitable[None]]


@dataclass
class Time:
    """One clock for the sandbox and the service."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def wall_ms(self) -> int:
        return int(self.now.timestamp() * 1000)

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


class Wire(httpx.ASGITransport):
    """The network between service and sandbox: notes requests and lets a test step in before one."""

    def __init__(self, app: Any) -> None:
        super().__init__(app=app)
        self.requests: list[httpx.Request] = []
        self.before: Hook | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.before is not None:
            await self.before(request)
        return await super().handle_async_request(request)

    def paths(self) -> list[str]:
        """What was asked for since the last look."""
        found = [request.url.path.rpartition("/")[2] for request in self.requests]
        self.requests.clear()
        return found


@dataclass(frozen=True)
class Topics:
    """The topics of some events, from where one test began: quicker than making all of them anew."""

    bootstrap: str
    events: Mapping[str, type[Event]]
    starts: Mapping[TopicPartition, int]

    @classmethod
    async def begin(cls, bootstrap: str, events: Iterable[type[Event]]) -> Topics:
        """Create those that are missing, and note where they end."""
        by_topic = {event.topic: event for event in events}
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        try:
            missing = by_topic.keys() - set(await admin.list_topics())
            if missing:
                await admin.create_topics([NewTopic(one, PARTITIONS, replication_factor=1) for one in sorted(missing)])
        finally:
            await admin.close()
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            return cls(bootstrap, by_topic, dict(await consumer.end_offsets(_places(by_topic))))
        finally:
            await consumer.stop()

    async def sent(self, *topics: str) -> list[Any]:
        """Every event of this test on these topics, or on all, oldest version first."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            places = _places(topics or self.events)
            consumer.assign(places)
            for place in places:
                consumer.seek(place, self.starts[place])
            ends = await consumer.end_offsets(places)
            found: list[Any] = []
            while any([await consumer.position(place) < ends[place] for place in places]):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += [self.events[record.topic].from_bytes(record.value) for record in records]
            return sorted(found, key=lambda event: event.version)
        finally:
            await consumer.stop()


def _places(topics: Iterable[str]) -> list[TopicPartition]:
    return [TopicPartition(topic, partition) for topic in topics for partition in range(PARTITIONS)]
