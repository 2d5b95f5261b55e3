"""The ledger's webhooks: signed, in either shape, sometimes twice, late or out of order, and some of them never."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from trueup_sandbox.clock import to_instant
from trueup_sandbox.deliveries import SHUFFLE_S, Mode
from trueup_sandbox.providers.quickbooks.routes import REALM
from trueup_sandbox.world.changes import Change
from trueup_sandbox.world.records import LedgerCustomer, LedgerDocument, LedgerPayment, Record
from trueup_sandbox.world.world import World

PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""Between tries; the real ledger takes its time and tries for longer, nobody may count on either."""
TIMEOUT_S = 3.0
_ENTITIES = {"customers": "Customer", "invoices": "Invoice", "credits": "CreditMemo", "ledger_payments": "Payment"}
_VERBS = {"created": "Create", "updated": "Update", "voided": "Void", "deleted": "Delete"}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something happened to one object."""

    entity: str
    id: str
    verb: str
    at_ms: int


def sign(body: bytes, verifier: str) -> str:
    """The `intuit-signature` header of a body."""
    return base64.b64encode(hmac.new(verifier.encode(), body, hashlib.sha256).digest()).decode()


def cloud_events(notices: list[Notice]) -> list[dict[str, Any]]:
    """The present shape."""
    return [
        {
            "specversion": "1.0",
            "id": f"{one.entity}-{one.id}-{one.at_ms}",
            "source": "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=",
            "type": f"qbo.{one.entity.lower()}.{one.verb}.v1",
            "datacontenttype": "application/json",
            "time": to_instant(one.at_ms).isoformat(timespec="milliseconds").replace("+00:00", "000000Z"),
            "intuitentityid": one.id,
            "intuitaccountid": REALM,
            "data": {},
        }
        for one in notices
    ]


def notifications(notices: list[Notice]) -> dict[str, Any]:
    """The former shape."""
    entities = [
        {
            "name": one.entity,
            "id": one.id,
            "operation": _VERBS[one.verb],
            "lastUpdated": to_instant(one.at_ms).isoformat(timespec="seconds"),
        }
        for one in notices
    ]
    return {"eventNotifications": [{"realmId": REALM, "dataChangeEvent": {"entities": entities}}]}


def notices_of(change: Change) -> list[Notice]:
    """What the ledger tells of a change; nothing of what only the gateway knows."""
    return [
        Notice(_ENTITIES[shelf], record.id, _verb(record, change.at_ms), change.at_ms)
        for shelf, record in change.puts
        if shelf in _ENTITIES
    ]


def _verb(record: Record, at_ms: int) -> str:
    if isinstance(record, LedgerDocument) and record.state != "open":
        return "voided" if record.state == "void" else "deleted"
    ledger = isinstance(record, (LedgerCustomer, LedgerDocument, LedgerPayment))
    return "created" if ledger and record.created_ms == at_ms else "updated"


class Notifier:
    """Sends a webhook for every change of the ledger to one address."""

    def __init__(
        self,
        world: World,
        *,
        url: str | None,
        verifier: str,
        counters: Counter[str],
        mode: Callable[[], Mode],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._transport = transport
        self._verifier = verifier
        self._counters = counters
        self._mode = mode
        self._share = world.scenario.deliveries
        self._draw = random.Random(world.scenario.seed)
        self._waiting: asyncio.Queue[list[Notice]] = asyncio.Queue()
        if url is not None:
            world.listeners.append(self._take)

    def _take(self, change: Change) -> None:
        found = notices_of(change)
        if not found:
            return
        if self._mode() == "lost" or self._draw.random() < self._share.ledger_lost_share:
            self._counters["notices.lost"] += 1
            return
        self._waiting.put_nowait(found)
        if self._mode() == "twice" or self._draw.random() < self._share.repeat_share:
            self._waiting.put_nowait(found)

    async def run(self) -> None:
        """Send until cancelled."""
        if self._url is None:
            return
        made = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, transport=self._transport)
        async with made as client, asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._send(client, self._url, await self._waiting.get()))

    async def _send(self, client: httpx.AsyncClient, url: str, notices: list[Notice]) -> None:
        late_s = self._share.delay_max_s if self._draw.random() < self._share.delay_share else 0.0
        await asyncio.sleep(self._draw.random() * (late_s + (SHUFFLE_S if self._mode() == "shuffle" else 0.0)))
        shape: Any = cloud_events(notices) if self._draw.random() < 0.5 else notifications(notices)
        body = json.dumps(shape).encode()
        headers = {"content-type": "application/cloudevents+json", "intuit-signature": sign(body, self._verifier)}
        for pause_s in (*PAUSES_S, None):
            if await self._post(client, url, body, headers):
                self._counters["notices.ok"] += 1
                return
            self._counters["notices.failed"] += 1
            if pause_s is not None:
                await asyncio.sleep(pause_s)

    async def _post(self, client: httpx.AsyncClient, url: str, body: bytes, headers: dict[str, str]) -> bool:
        try:
            answer = await client.post(url, content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.is_success
