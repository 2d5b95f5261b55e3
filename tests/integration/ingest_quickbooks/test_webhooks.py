"""The ledger's webhooks have what changed read soon: twice, late, out of order or lost, the books come out the same."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import httpx
from fastapi import FastAPI
from tests.integration.ingest_quickbooks.conftest import SERVICE
from tests.integration.ingest_quickbooks.test_pull import _documents, _known_open_invoices, _told

from ingest_quickbooks.adapters.turns import Turns
from ingest_quickbooks.entrypoints.http import webhook_router
from ingest_quickbooks.entrypoints.schedule import Schedule
from ingest_quickbooks.usecases.pull import Outcome
from ingest_quickbooks.usecases.take_hints import TakeHints
from trueup_contracts.syncs import SyncReportedV1
from trueup_kit.ingest import Leases, ObservationPublisher
from trueup_sandbox.notices import Notice, Notifier, notifications, sign
from trueup_sandbox.providers.quickbooks.routes import REALM

KINDS = ("overdue", "wire", "credit", "void", "delete", "overdue", "pay")


class Front:
    """The route and the schedule behind it, as the service's `__main__` joins them."""

    def __init__(self, bench: Any) -> None:
        publisher = ObservationPublisher(bench.engine, bench.producer, service=SERVICE)
        turns = Turns(bench.engine, Leases(bench.engine, service=SERVICE), publisher, bench.producer, bench.time)
        self.pulls = 0
        self._bench = bench
        self.schedule = Schedule(
            turns.open, self._pull, interval_s=3600, clock=bench.time, dead_letters=bench.producer, service=SERVICE
        )
        app = FastAPI()
        app.include_router(webhook_router(TakeHints("qb_verifier", REALM, self.schedule.hint)))
        self.transport = httpx.ASGITransport(app)

    async def _pull(self, turn: Any) -> Outcome:
        self.pulls += 1
        return await self._bench.pull_in(turn)  # type: ignore[no-any-return]


async def _delivered(bench: Any, transport: Any, mode: str) -> Counter[str]:
    """Let things happen and the ledger tell of them; returns its counters once everything was told or lost."""
    counters: Counter[str] = Counter()
    notifier = Notifier(
        bench.world,
        url="http://trueup/webhooks/quickbooks",
        verifier="qb_verifier",
        counters=counters,
        mode=lambda: mode,  # type: ignore[arg-type,return-value]
        transport=transport,
    )
    running = asyncio.create_task(notifier.run())
    for kind in KINDS:
        bench.sandbox.controls.happenings.make(kind)
        bench.time.pass_by(seconds=1)
    async with asyncio.timeout(20):
        while counters["notices.ok"] < 2 * (len(KINDS) - counters["notices.lost"] - 1):
            await asyncio.sleep(0.05)
    running.cancel()
    return counters


async def test_hints_bring_the_books_up_to_date_and_are_never_believed(bench: Any) -> None:
    _known_open_invoices(bench, 8)
    bench.time.pass_by(minutes=5)
    await bench.pull()
    front = Front(bench)
    bench.time.pass_by(seconds=30)
    await front.schedule.tick()
    assert front.pulls == 0, "an hour's interval is not over"
    told = await _delivered(bench, front.transport, "twice")
    assert told["notices.failed"] == 0
    assert _told(await bench.facts()) != _documents(bench)
    await front.schedule.tick()
    assert (front.pulls, _told(await bench.facts())) == (1, _documents(bench)), "what was lost comes with the rest"
    before = len([one for one in await bench.sent() if not isinstance(one, SyncReportedV1)])
    bench.time.pass_by(seconds=5)
    async with httpx.AsyncClient(transport=front.transport, base_url="http://trueup") as client:
        for notices in ([], [_old(bench)]):
            body = json.dumps(notifications(notices)).encode()
            headers = {"intuit-signature": sign(body, "qb_verifier")}
            assert (await client.post("/webhooks/quickbooks", content=body, headers=headers)).is_success
    await front.schedule.tick()
    assert front.pulls == 1, "too soon after the last"
    bench.time.pass_by(seconds=10)
    await front.schedule.tick()
    assert front.pulls == 2
    assert len([one for one in await bench.sent() if not isinstance(one, SyncReportedV1)]) == before


def _old(bench: Any) -> Any:
    return Notice("Invoice", next(iter(bench.world.desk.store.invoices.all())).id, "deleted", 1)
