"""The live stream on a real bus and a real server: own changes only, quickly, and no longer than access lasts."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from fastapi import FastAPI

from dashboard_api.domain.access import Principal, Role
from dashboard_api.entrypoints import announcements
from dashboard_api.entrypoints.http.services import Services
from dashboard_api.usecases.watch_sources import WatchSources
from trueup_contracts.accounts import AccountReconciledV1
from trueup_kit.consumer import Consumer
from trueup_kit.producer import Producer

TOPIC = AccountReconciledV1.topic
CSRF = {"X-Trueup-Csrf": "1"}


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    """The application on a real port: a stream that ends and starts cannot be shown without one."""
    config = uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(60):
        while not server.started:
            await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def live(services: Services) -> AsyncIterator[Services]:
    running = asyncio.create_task(services.live.run())
    yield services
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


@dataclass
class Reader:
    """A browser that listens."""

    response: httpx.Response
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def until(self, kind: str, timeout_s: float = 60) -> dict[str, Any]:
        """The next event of this kind."""
        async with asyncio.timeout(timeout_s):
            async for line in self._lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.events.append((name, json.loads(line.removeprefix("data: "))))
                    if name == kind:
                        return self.events[-1][1]
        raise AssertionError(f"the stream ended without {kind}: {self.events}")

    def __post_init__(self) -> None:
        self._lines = self.response.aiter_lines()

    async def opened(self) -> None:
        async with asyncio.timeout(60):
            async for line in self._lines:
                if line == ": open":
                    return


@pytest.fixture
async def listen(address: str) -> AsyncIterator[Any]:
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=30))

        async def go(headers: dict[str, str]) -> Reader:
            response = await stack.enter_async_context(client.stream("GET", "/api/v1/stream", headers=headers))
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            reader = Reader(response)
            await reader.opened()
            return reader

        yield go


@pytest.fixture
async def bus(kafka: str, live: Services) -> AsyncIterator[Producer]:
    """A producer, with the service reading what it announces."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    if TOPIC not in await admin.list_topics():
        await admin.create_topics([NewTopic(name=TOPIC, num_partitions=12, replication_factor=1)])
    await admin.close()
    producer, consumer = (
        Producer(kafka, service="test", publish_timeout_s=60),
        Consumer(kafka, service="test", group=None),
    )
    heard = asyncio.Event()
    offer = announcements.into(live.live)

    async def take(records: Any) -> None:
        heard.set()
        await offer(records)

    consumer.subscribe(TOPIC, take, from_end=True)
    await producer.start()
    await consumer.start()
    async with asyncio.timeout(30):
        # A topic that was just made is read from its end only once every partition is known: knock until heard.
        while not heard.is_set():
            await producer.publish(changed("warm-up", 1))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(heard.wait(), 0.2)
    yield producer
    await consumer.stop()
    await producer.stop()


def changed(client_id: str, revision: int) -> AccountReconciledV1:
    return AccountReconciledV1(version=revision, client_id=client_id, reconciled_at=datetime.now(UTC))


async def test_each_listener_hears_of_their_own_accounts(
    portfolio: Any, bus: Producer, listen: Any, bearer: Any
) -> None:
    ana, ben = await listen(bearer("ana", "account_manager")), await listen(bearer("ben", "account_manager"))
    fay = await listen(bearer("fay", "finance"))
    started = asyncio.get_running_loop().time()
    await bus.publish_all([changed("b1", 7), changed("a1", 8), changed("a1", 9)])
    changes: dict[str, int] = {}
    while changes.get("a1") != 9:
        changes |= {each["client_id"]: each["revision"] for each in (await ana.until("accounts"))["changes"]}
    assert asyncio.get_running_loop().time() - started < 5, "without waiting for the next check of who may see it"
    assert changes == {"a1": 9}
    assert (await ben.until("accounts"))["changes"] == [{"client_id": "b1", "revision": 7}]
    everything: set[str] = set()
    while not {"a1", "b1"} <= everything:
        everything |= {each["client_id"] for each in (await fay.until("accounts"))["changes"]}


async def test_ownership_is_looked_up_afresh(portfolio: Any, live: Services, listen: Any, bearer: Any) -> None:
    ana = await listen(bearer("ana", "account_manager"))
    await portfolio.admin.execute("UPDATE dashboard.account_owners SET user_name = 'ana' WHERE client_id = 'b1'")
    await portfolio.admin.execute("DELETE FROM dashboard.account_owners WHERE client_id = 'a1'")
    live.live.offer({"a1": 5, "b1": 6})
    assert (await ana.until("accounts"))["changes"] == [{"client_id": "b1", "revision": 6}]


async def test_a_revoked_session_closes_its_streams(
    portfolio: Any, live: Services, listen: Any, services: Services
) -> None:
    sessions = services.login._sessions
    token = await sessions.open(Principal(user="ana", role=Role.ACCOUNT_MANAGER))
    reader = await listen({"Cookie": f"trueup_session={token}"})
    # Revoked elsewhere, as another replica or an administrator would.
    await portfolio.admin.execute("UPDATE dashboard.sessions SET revoked_at = now()")
    live.live.offer({"a1": 5})
    assert (await reader.until("closed"))["reason"] == "session_ended"
    assert [name for name, _ in reader.events] == ["closed"], "nothing is handed out after the end"


async def test_signing_out_closes_streams_at_once(
    portfolio: Any, address: str, listen: Any, services: Services
) -> None:
    token = await services.login._sessions.open(Principal(user="ana", role=Role.ACCOUNT_MANAGER))
    cookie = {"Cookie": f"trueup_session={token}"}
    reader = await listen(cookie)
    async with httpx.AsyncClient(base_url=address) as client:
        assert (await client.post("/api/v1/auth/logout", headers=cookie | CSRF)).status_code == 204
    # Sooner than the next check, which comes every five seconds.
    assert (await reader.until("closed", timeout_s=4.5))["reason"] == "session_ended"


async def test_the_sixth_stream_of_a_user_closes_the_first(
    portfolio: Any, live: Services, listen: Any, bearer: Any
) -> None:
    readers = [await listen(bearer("ana", "account_manager")) for _ in range(6)]
    assert (await readers[0].until("closed"))["reason"] == "too_many_streams"
    live.live.offer({"a1": 5})
    for reader in readers[1:]:
        await reader.until("accounts")


async def test_streams_are_sent_away_when_the_process_stops(
    portfolio: Any, live: Services, listen: Any, bearer: Any
) -> None:
    reader = await listen(bearer("ana", "account_manager"))
    await live.live.stop()
    assert (await reader.until("reconnect"))["reason"] == "stopping"


async def test_a_source_that_changes_its_state_is_announced(
    portfolio: Any, live: Services, listen: Any, bearer: Any
) -> None:
    reader = await listen(bearer("ana", "account_manager"))
    watch = WatchSources(live.sources, live.live)
    await watch.look()
    await portfolio.admin.execute("UPDATE read_model.sources SET state = 'failing', reason = 'provider_error'")
    await watch.look()
    assert await reader.until("sources") == {"type": "sources"}


async def test_the_stream_is_not_for_everybody(address: str, bearer: Any) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        assert (await client.get("/api/v1/stream")).status_code == 401
        assert (await client.get("/api/v1/stream", headers=bearer("olga", "product_owner"))).status_code == 403
