"""Attempts in memory, and a gateway that takes money once per key: crashes between any two steps can be played."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from stripe_webhooks.domain.pay_answers import PayAnswer
from stripe_webhooks.domain.retries import Execution, Outcome, Patience
from stripe_webhooks.ports import Listing, Page, Priority, ProviderDown
from stripe_webhooks.ports.retries import ClaimLost
from stripe_webhooks.usecases.retry import CarryOut
from trueup_contracts.retries import PaymentRetryRequestedV1, PaymentRetrySettledV1

START = datetime(2026, 9, 21, 12, 0, tzinfo=UTC)


class Crash(BaseException):
    """The process is killed here."""


def command(attempt_id: str = "att_1", invoice_id: str = "in_1", **fields: Any) -> PaymentRetryRequestedV1:
    body = {
        "version": 1,
        "attempt_id": attempt_id,
        "gateway_invoice_id": invoice_id,
        "client_id": "cl_1",
        "ref": "stripe:cus_1",
        "currency": "USD",
        "amount_minor": 5200,
        "requested_by": "user_1",
        "requested_at": START,
    }
    return PaymentRetryRequestedV1.model_validate(body | fields)


@dataclass
class Row:
    execution: Execution
    due: datetime | None
    claimed_until: datetime | None = None


@dataclass
class MemoryExecutions:
    """The port `Executions`; a claim lasts a minute."""

    clock: Callable[[], datetime]
    step: Callable[[str], None]
    rows: dict[str, Row] = field(default_factory=dict)
    sent: list[PaymentRetrySettledV1] = field(default_factory=list)
    claims: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def take(self, commands: Collection[PaymentRetryRequestedV1]) -> int:
        fresh = [one for one in commands if one.attempt_id not in self.rows]
        for one in fresh:
            said = one.model_dump(exclude={"version"})
            self.rows[one.attempt_id] = Row(Execution(**said, claim=0), self.clock())
        return len(fresh)

    async def claim(self) -> Execution | None:
        now = self.clock()
        for row in sorted(self.rows.values(), key=lambda one: one.due or now):
            if row.due is not None and row.due <= now and (row.claimed_until is None or row.claimed_until <= now):
                row.claimed_until = now + timedelta(minutes=1)
                row.execution = replace(row.execution, claim=next(self.claims))
                return row.execution
        return None

    def _held(self, execution: Execution) -> Row:
        row = self.rows[execution.attempt_id]
        if row.execution.claim != execution.claim:
            raise ClaimLost
        return row

    async def start(self, execution: Execution, at: datetime) -> bool:
        self.step("before start")
        row = self._held(execution)
        open_states = {"started", "processing", "unknown"}
        others = [one.execution for one in self.rows.values() if one is not row]
        if any(o.gateway_invoice_id == execution.gateway_invoice_id and o.state in open_states for o in others):
            return False
        row.execution = replace(row.execution, state="started", started_at=at)
        self.step("after start")
        return True

    async def ask(self, execution: Execution, at: datetime) -> None:
        self.step("before ask")
        row = self._held(execution)
        now = row.execution
        row.execution = replace(now, asked_at=now.asked_at or at, last_asked_at=at, tries=now.tries + 1, unclear=True)
        self.step("after ask")

    async def rest(
        self,
        execution: Execution,
        outcome: Outcome | None,
        *,
        unclear: bool,
        again_in_s: float | None,
        announce: PaymentRetrySettledV1 | None,
    ) -> None:
        self.step("before rest")
        row = self._held(execution)
        row.claimed_until = None
        row.due = None if again_in_s is None else self.clock() + timedelta(seconds=again_in_s)
        row.execution = replace(row.execution, unclear=unclear, looks=row.execution.looks + 1)
        if outcome is not None and announce is not None:
            assert row.execution.state not in {"succeeded", "failed", "needs_customer", "already_paid", "refused"}
            row.execution = replace(
                row.execution, state=outcome.state, reason=outcome.reason, needs_person=outcome.needs_person
            )
            self.sent.append(announce)
        self.step("after rest")

    async def release(self, execution: Execution, *, again_in_s: float) -> None:
        row = self.rows[execution.attempt_id]
        if row.execution.claim == execution.claim and row.claimed_until is not None:
            row.claimed_until = None
            row.due = self.clock() + timedelta(seconds=again_in_s)
            row.execution = replace(row.execution, looks=row.execution.looks + 1)

    async def nudge(self, gateway_invoice_ids: Collection[str]) -> int:
        found = [r for r in self.rows.values() if r.execution.gateway_invoice_id in gateway_invoice_ids]
        found = [row for row in found if row.execution.state in {"processing", "unknown"}]
        for row in found:
            row.due = self.clock()
        return len(found)

    async def open_counts(self) -> dict[str, int]:
        return {}


@dataclass
class Till:
    """Stripe with one invoice: open until it is paid; pays once per key and remembers what it answered."""

    clock: Callable[[], datetime]
    step: Callable[[str], None]
    invoice: dict[str, Any] | None = field(default_factory=dict)
    answers: list[PayAnswer | str] = field(default_factory=list)
    """What comes back for the next calls; `lost`: paid, and the answer is lost; `held`: nothing is done."""
    kept: dict[str, PayAnswer] = field(default_factory=dict)
    charges: Counter[str] = field(default_factory=Counter)
    taken: list[int] = field(default_factory=list)
    """The sum of each charge: what remains when the call is carried out, whatever its caller thinks."""
    keys: list[str] = field(default_factory=list)
    down: bool = False
    events: list[dict[str, Any]] = field(default_factory=list)
    silent: bool = False
    """No event is told yet."""
    intent: str | None = None

    def __post_init__(self) -> None:
        self.invoice = {
            "id": "in_1",
            "status": "open",
            "customer": "cus_1",
            "currency": "usd",
            "amount_remaining": 5200,
            "hosted_invoice_url": "https://invoice.example/in_1",
            "payments": {"data": []},
        }

    async def one(
        self, resource: str, object_id: str, *, expand: tuple[str, ...] = (), priority: Priority
    ) -> dict[str, Any] | None:
        self.step("before read")
        assert (resource, object_id, priority) == ("invoices", "in_1", "person")
        if self.down:
            raise ProviderDown("provider_error", "away")
        self.step("after read")
        return self.invoice

    async def page(self, listing: Listing, *, after: str | None, priority: Priority) -> Page:
        """The events asked for, newest first, one a page."""
        self.step("before list")
        assert (listing.resource, priority) == ("events", "person")
        if self.down:
            raise ProviderDown("provider_error", "away")
        asked = dict(listing.filters)
        since, until = int(asked["created[gte]"]), int(asked["created[lte]"])
        types = {value for name, value in listing.filters if name.startswith("types[")}
        told = [] if self.silent else [e for e in self.events if e["type"] in types and since <= e["created"] <= until]
        place = next((at for at, event in enumerate(told) if event["id"] == after), -1) + 1
        self.step("after list")
        return Page([*told[place : place + 1]], more=place + 1 < len(told))

    async def no_page(self, listing: Listing, *, after: str | None, priority: Priority) -> Page:
        """Lists are away, and nothing else is."""
        raise ProviderDown("provider_error", f"no {listing.resource} after {after} for a {priority}")

    def tell(self, kind: str, *, key: str | None, about: str = "in_1") -> None:
        """An event, caused by a request with that key, or by none."""
        event = {"id": f"evt_{len(self.events)}", "type": kind, "created": int(self.clock().timestamp())}
        event |= {"data": {"object": {"id": about}}, "request": {"id": None, "idempotency_key": key}}
        self.events.insert(0, event)

    async def pay(self, gateway_invoice_id: str, *, key: str) -> PayAnswer:
        self.step("before pay")
        self.keys.append(key)
        if key not in self.kept:
            played = self.answers.pop(0) if self.answers else None
            if played == "held":
                return PayAnswer(None, trouble="timeout")
            if isinstance(played, PayAnswer):
                return played
            self.kept[key] = self._take(key)
            if played == "lost":
                self.step("lost")
                return PayAnswer(None, trouble="timeout")
        self.step("after pay")
        return self.kept[key]

    def _take(self, key: str) -> PayAnswer:
        assert self.invoice is not None
        if self.invoice["status"] == "paid":
            return PayAnswer(400, kind="invalid_request_error", message="Invoice is already paid")
        self.charges[key] += 1
        self.taken.append(self.invoice["amount_remaining"])
        self.show("succeeded")
        self.tell("invoice.paid", key=key)
        return PayAnswer(200, invoice=dict(self.invoice), request_id="req_1")

    def show(self, intent: str, **error: Any) -> None:
        """The invoice's one payment, as it is from now on."""
        assert self.invoice is not None
        paid = intent == "succeeded"
        payment = {"id": "pi_1", "status": intent, "last_payment_error": error or None}
        transitions = {"paid_at": int(self.clock().timestamp()) if paid else None}
        link = {
            "is_default": True,
            "status": "paid" if paid else "open",
            "payment": {"type": "payment_intent", "payment_intent": payment},
            "status_transitions": transitions,
        }
        self.invoice = self.invoice | {"status": "paid" if paid else "open", "payments": {"data": [link]}}

    def charge_failed(self) -> None:
        """The charge behind the invoice's payment, made and declined just now."""
        assert self.invoice is not None
        intent = self.invoice["payments"]["data"][0]["payment"]["payment_intent"]
        intent["latest_charge"] = {"created": int(self.clock().timestamp()), "status": "failed"}

    def change(self, **fields: Any) -> None:
        """Somebody edits the invoice."""
        assert self.invoice is not None
        self.invoice = self.invoice | fields

    def paid_by_customer(self) -> None:
        """With his card, on the gateway's own page."""
        self.show("succeeded")
        self.tell("invoice.paid", key=None)

    def paid_elsewhere(self) -> None:
        assert self.invoice is not None
        self.invoice = self.invoice | {"status": "paid", "amount_remaining": 0}


@dataclass
class RetryWorld:
    """Everything of one test. `crash_at`: the step, counted from 0, at which the process is killed, once."""

    now: datetime = START
    crash_at: int | None = None
    steps: list[str] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    told: list[tuple[str | None, str | None]] = field(default_factory=list)
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        self.executions = MemoryExecutions(lambda: self.now, self._step)
        self.till = Till(lambda: self.now, self._step)

    def _step(self, name: str) -> None:
        self.steps.append(name)
        if self.crash_at is not None and len(self.steps) - 1 == self.crash_at:
            raise Crash(name)

    @property
    def carry_out(self) -> CarryOut:
        async def look(invoice_id: str) -> None:
            self.looked.append(invoice_id)

        def tell(outcome: Outcome | None, alarm: str | None) -> None:
            self.told.append((outcome.state if outcome else None, alarm))

        return CarryOut(self.executions, self.till, self.till, look, tell, self.patience, lambda: self.now)

    async def ask(self, *commands: PaymentRetryRequestedV1) -> list[tuple[str, str | None]]:
        """Hand in commands and work until nothing is due; what was announced, in order."""
        await self.executions.take(commands or [command()])
        return await self.work()

    async def work(self) -> list[tuple[str, str | None]]:
        while await self.carry_out():
            pass
        return self.said

    async def pass_time(self, **by: float) -> list[tuple[str, str | None]]:
        self.now += timedelta(**by)
        return await self.work()

    async def until_final(self, *, hours: float = 30) -> None:
        """Let time pass from one due instant to the next."""
        end = self.now + timedelta(hours=hours)
        while self.now < end:
            dues = [row.claimed_until or row.due for row in self.executions.rows.values() if row.due is not None]
            if not dues:
                return
            self.now = max(self.now, min(one for one in dues if one is not None))
            await self.work()

    def lose_the_process(self) -> None:
        """A killed process gives nothing back: its claim runs out by itself."""
        for row in self.executions.rows.values():
            row.claimed_until = self.now + timedelta(minutes=1)

    @property
    def said(self) -> list[tuple[str, str | None]]:
        return [(event.state, event.reason) for event in self.executions.sent]

    def row(self, attempt_id: str = "att_1") -> Execution:
        return self.executions.rows[attempt_id].execution
