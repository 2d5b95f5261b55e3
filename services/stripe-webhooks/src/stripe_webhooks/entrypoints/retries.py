"""Retry commands from the bus, and the workers that carry them out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field

from prometheus_client import Counter, Gauge
from pydantic import ValidationError

from stripe_webhooks.domain.retries import Outcome
from stripe_webhooks.ports import NotYet
from stripe_webhooks.ports.retries import ClaimLost, Executions
from stripe_webhooks.usecases.observe import Observer
from stripe_webhooks.usecases.reading import Wanted
from stripe_webhooks.usecases.retry import CarryOut
from trueup_contracts.retries import PaymentRetryRequestedV1
from trueup_kit.consumer import Record
from trueup_kit.dlq import divert
from trueup_kit.logs import get_logger
from trueup_kit.loops import every
from trueup_kit.postgres import passes
from trueup_kit.producer import Producer

log = get_logger(__name__)
COUNT_S = 5.0
STATES = ("received", "started", "processing", "unknown", "needs_person")
OUTCOMES = Counter("trueup_payment_retries_total", "States that attempts came to.", ("state", "reason"))
ALARMS = Counter("trueup_payment_retry_alarms_total", "Trouble that people must put right.", ("alarm",))
OPEN = Gauge("trueup_payment_retries_open", "Attempts that are not final; needs_person: nothing follows.", ("state",))


@dataclass(slots=True)
class RetryWorkers:
    """Commands go into the table; whoever is free, in whichever replica, takes what is due."""

    executions: Executions
    carry_out: CarryOut
    producer: Producer
    service: str
    workers: int
    poll_s: float
    _wakes: list[asyncio.Event] = field(default_factory=list)

    async def receive(self, records: list[Record]) -> None:
        """Store a batch of commands. One we cannot read is diverted; a repeat is one we have."""
        commands = []
        for record in records:
            try:
                commands.append(PaymentRetryRequestedV1.from_bytes(record.value or b""))
            except ValidationError as error:
                log.warning("unreadable retry command", partition=record.partition, offset=record.offset)
                await divert(self.producer, record, error, self.service)
        if commands and await self.executions.take(commands):
            self._wake()

    async def noticed(self, gateway_invoice_ids: Collection[str]) -> None:
        """Something happened to these invoices: attempts that wait for it look again."""
        if gateway_invoice_ids and await self.executions.nudge(gateway_invoice_ids):
            self._wake()

    async def run(self) -> None:
        """Work until cancelled."""
        self._wakes = [asyncio.Event() for _ in range(self.workers)]
        async with asyncio.TaskGroup() as group:
            for wake in self._wakes:
                group.create_task(every(self.poll_s, self._work, name="payment retries", wake=wake))
            group.create_task(every(COUNT_S, self._count, name="count payment retries"))

    async def _work(self) -> None:
        """Everything that is due, one by one."""
        more = True
        while more:
            try:
                more = await self.carry_out()
            except ClaimLost as lost:
                log.warning("an attempt was taken over", error=str(lost))

    async def _count(self) -> None:
        counts = await self.executions.open_counts()
        for state in STATES:
            OPEN.labels(state).set(counts.get(state, 0))

    def _wake(self) -> None:
        for wake in self._wakes:
            wake.set()


def tell(outcome: Outcome | None, alarm: str | None) -> None:
    """Count what came out, and say loudly what people must put right."""
    if outcome is not None:
        OUTCOMES.labels(outcome.state, outcome.reason or "").inc()
        log.info("payment retry", state=outcome.state, reason=outcome.reason, request_id=outcome.request_id)
        if outcome.needs_person:
            log.error("a payment retry needs a person: trueup retries list", reason=outcome.reason)
    if alarm is not None:
        ALARMS.labels(alarm).inc()
        log.error("the gateway refuses a call that may take money", alarm=alarm)


def looking(observer: Observer) -> Callable[[str], Awaitable[None]]:
    """Re-read an invoice and announce it at once; where that fails, its webhook and the poll still come."""

    async def look(gateway_invoice_id: str) -> None:
        try:
            await observer.look_at([Wanted("invoice", gateway_invoice_id)], priority="person")
        except Exception as error:
            if not (isinstance(error, NotYet) or passes(error)):
                raise
            log.warning("the invoice was not re-read after its payment retry", error=str(error))

    return look
