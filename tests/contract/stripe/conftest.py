"""Our adapter between two judges: Stripe's mock server sees each request, Stripe's document each of the sandbox's answers."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from tests.contract.stripe.openapi import Document
from tests.unit.stripe_webhooks.conftest import LINKS, MemoryStore

from stripe_webhooks.adapters.stripe_api import StripeGateway, connect
from stripe_webhooks.adapters.stripe_pay import StripePayments
from stripe_webhooks.ports import Priority
from stripe_webhooks.usecases.digest import Digest
from stripe_webhooks.usecases.load import Load
from stripe_webhooks.usecases.observe import Observer
from stripe_webhooks.usecases.poll import Poll
from stripe_webhooks.usecases.reading import Reader
from stripe_webhooks.usecases.resolve import Resolver
from trueup_devstack import stripe_mock
from trueup_sandbox.providers.gate import Gate
from trueup_sandbox.providers.stripe.routes import API_KEY, StripeApi
from trueup_sandbox.scenario import load
from trueup_sandbox.world.happenings import Happenings
from trueup_sandbox.world.world import World

SMALL = Path(__file__).parents[3] / "deploy" / "sandbox" / "small.yaml"
STRIPE = "https://stripe.test"
_ID = re.compile(r"[a-z]{2,5}_[0-9a-f]{14,}")


@pytest.fixture(scope="session")
def mock() -> stripe_mock.StripeMock:
    return stripe_mock.prepare(print)


@pytest.fixture(scope="session")
def mock_url(mock: stripe_mock.StripeMock) -> Iterator[str]:
    with stripe_mock.running(mock) as url:
        yield url


@pytest.fixture(scope="session")
def document(mock: stripe_mock.StripeMock) -> Document:
    return Document(mock.document)


class Judged(httpx.AsyncBaseTransport):
    """Shows each request to the mock server, has it answered by the sandbox, and judges that answer."""

    def __init__(self, mock_url: str, document: Document, sandbox: StripeApi) -> None:
        self.requests: Counter[str] = Counter()
        self.bad_requests: list[str] = []
        self.bad_answers: list[str] = []
        self._forms: set[str] = set()
        self._document = document
        self._mock = httpx.AsyncClient(base_url=mock_url, timeout=20)
        self._sandbox = httpx.AsyncClient(transport=httpx.ASGITransport(app=sandbox.app()), base_url=STRIPE)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._handle(request)
        except Exception as error:
            # The SDK would make a lost connection of it.
            self.bad_requests.append(f"{request.method} {request.url.path}: {error!r}")
            raise

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        asked = f"{request.method} {request.url.path}"
        endpoint = f"{request.method} {self._document.template(request.method, request.url.path)}"
        self.requests[endpoint] += 1
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        parts: dict[str, Any] = {"params": request.url.params, "headers": headers, "content": content}
        sent = [part for form in (request.url.query, content) for part in parse_qsl(form.decode())]
        # Which object is asked for is nothing to the mock server: requests of one form are judged once.
        form = f"{endpoint} {sorted((name, '' if _ID.fullmatch(value) else value) for name, value in sent)}"
        if form not in self._forms:
            self._forms.add(form)
            judged = await self._mock.request(request.method, request.url.path, **parts)
            if judged.status_code != 200:
                self.bad_requests.append(f"{asked}: {judged.json()['error']['message']}")
            expansions = [value for name, value in sent if name.startswith("expand")]
            for path in self._document.unexpandable(request.method, request.url.path, expansions):
                self.bad_requests.append(f"{asked}: {path} cannot be expanded")
        answer = await self._sandbox.request(request.method, request.url.path, **parts)
        found = self._document.faults(request.method, request.url.path, answer.status_code, json.loads(answer.content))
        self.bad_answers += [f"{asked} {answer.status_code} {fault}" for fault in found]
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    async def aclose(self) -> None:
        await self._mock.aclose()
        await self._sandbox.aclose()


@dataclass
class Between:
    """The service's parts that ask Stripe, wired as `__main__` wires them."""

    judged: Judged
    world: World
    sandbox: StripeApi
    gateway: StripeGateway
    payments: StripePayments
    observer: Observer
    poll: Poll
    happenings: Happenings
    clock: list[datetime] = field(default_factory=lambda: [datetime.now(UTC)])

    def later(self) -> None:
        """Far enough for the next poll to be due."""
        self.clock[0] += timedelta(minutes=5)


async def _at_once(endpoint: str, priority: Priority) -> None:
    """No limiter: the sandbox's own limits are off here."""


def unlimited() -> World:
    """The small world without rate limits and waiting times."""
    scenario = load(SMALL)
    limits = scenario.stripe.model_copy(update={"limit_per_s": 10**9, "endpoint_limit_per_s": 10**9})
    live = scenario.live.model_copy(update={"pay_latency_ms": 0})
    return World(scenario.model_copy(update={"stripe": limits, "live": live}))


@pytest.fixture
async def between(mock_url: str, document: Document) -> AsyncIterator[Between]:
    world, clock = unlimited(), [datetime.now(UTC)]
    sandbox = StripeApi(world, Gate("stripe", Counter()))
    judged = Judged(mock_url, document, sandbox)
    client, connections = connect(API_KEY, STRIPE, timeout_s=20)
    connections._client_async = httpx.AsyncClient(transport=judged)
    gateway, store = StripeGateway(client, _at_once, attempts_max=1), MemoryStore()
    observer = Observer(Reader(gateway, LINKS), Resolver(gateway, store), store, lambda: clock[0])
    load_all = Load(observer, breathe=lambda: asyncio.sleep(0))
    poll = Poll(Digest(observer, store), load_all, store, lambda: clock[0], timedelta(seconds=60))
    payments = StripePayments(client, _at_once, timeout_s=20)
    yield Between(judged, world, sandbox, gateway, payments, observer, poll, Happenings(world), clock)
    await judged.aclose()


def bodies_of(world: World, shapes: Any) -> Iterator[tuple[str, Any]]:
    """Every object that the sandbox can show of a world, by its kind."""
    store = world.desk.store
    yield from (("invoice", shapes.invoice(one, payments=True)) for one in store.gateway_invoices.all())
    yield from (("credit_note", shapes.credit_note(one)) for one in store.gateway_invoices.all() if one.credited_minor)
    yield from (("customer", shapes.customer(one)) for one in store.gateway_customers.all())
    for one in store.payments.all():
        yield "payment_intent", shapes.payment(one)
        yield "invoice_payment", shapes.invoice_payment(one)
        if one.charge:
            yield "charge", shapes.charge(one)
    yield from (("refund", shapes.refund(one)) for one in store.refunds.all())
    yield from (("dispute", shapes.dispute(one)) for one in store.disputes.all())
    yield from (("payment_method", shapes.method(account.index)) for account in world.accounts)
    yield from (("event", shapes.event(one)) for one in store.events)
