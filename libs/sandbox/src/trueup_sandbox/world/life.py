"""The world goes on: usage arrives, customers pay, the ledger catches up, and on the first of the month bills go out."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import cast

from trueup_sandbox.world.accounts import Account
from trueup_sandbox.world.billing import Bill, issue, term_lines, usage_lines
from trueup_sandbox.world.changes import Change
from trueup_sandbox.world.desk import NothingToDo
from trueup_sandbox.world.happenings import Happenings, Kind
from trueup_sandbox.world.history import issue_ms
from trueup_sandbox.world.months import earlier, months, next_month
from trueup_sandbox.world.paying import record
from trueup_sandbox.world.records import GatewayPayment
from trueup_sandbox.world.world import World

TICK_S = 0.05
BEHIND_MAX_S = 2.0
BILLS_PER_TURN = 20
RESTOCK_SHARE = 0.05
"""How many happenings become early invoices while there are too few open ones to pay."""


class Life:
    """Everything that happens by itself."""

    def __init__(self, world: World, happenings: Happenings, *, events_per_minute: float) -> None:
        self._world = world
        self._desk = world.desk
        self._happenings = happenings
        self._draw = random.Random()
        self._unbooked: list[tuple[int, str]] = []
        self._billed: set[date] = set()
        self.base_per_s = events_per_minute / 60
        self.load_per_s = 0.0
        """Added on demand."""
        booked = {payment.reference for payment in world.desk.store.ledger_payments.all()}
        for payment in world.desk.store.payments.all():
            if payment.id not in booked:
                self._await_booking(payment)
        world.listeners.append(self._notice)

    def _notice(self, change: Change) -> None:
        for _, put in change.puts:
            if isinstance(put, GatewayPayment):
                self._await_booking(put)

    def _await_booking(self, payment: GatewayPayment) -> None:
        if payment.status == "succeeded" and payment.ledger_due_ms is not None:
            heapq.heappush(self._unbooked, (payment.ledger_due_ms, payment.id))

    async def run(self) -> None:
        """Live until cancelled."""
        loop = asyncio.get_running_loop()
        last, owed = loop.time(), 0.0
        while True:
            await asyncio.sleep(TICK_S)
            now = loop.time()
            pace = self.base_per_s + self.load_per_s
            owed = min(owed + (now - last) * pace, BEHIND_MAX_S * pace + 1)
            last = now
            while owed >= 1:
                owed -= 1
                self.something()
            self.book_due()
            await self.bill_due()

    def something(self) -> None:
        """One random happening; plain usage when the drawn kind cannot happen."""
        weights = self._world.scenario.live.mix.model_dump()
        kind = cast("Kind", self._draw.choices(list(weights), weights=list(weights.values()))[0])
        floor = self._world.scenario.live.open_invoices_share * len(self._world.accounts)
        short = self._happenings.open_count < floor
        if short and (kind in {"pay", "decline"} or self._draw.random() < RESTOCK_SHARE):
            kind = "invoice"
        try:
            self._happenings.make(kind)
        except NothingToDo:
            if kind != "usage":
                self._use_quietly()

    def _use_quietly(self) -> None:
        try:
            self._happenings.make("usage")
        except NothingToDo:
            return

    def book_due(self) -> None:
        """The ledger learns of card payments whose time has come."""
        now_ms = self._world.clock.read()
        while self._unbooked and self._unbooked[0][0] <= now_ms:
            _, payment_id = heapq.heappop(self._unbooked)
            payment = self._desk.store.payments.get(payment_id)
            self._world.commit(record(self._desk, payment, self._world.clock.stamp()))

    async def bill_due(self) -> None:
        """The monthly billing run, where a month is over and not billed yet."""
        for done, (month, account) in enumerate(list(self._due())):
            lines = usage_lines(self._desk, account, month, next_month(month), self._world.clock.read())
            lines += term_lines(account, lines, next_month(month) - timedelta(days=1))
            if lines:
                made_out = Bill(lines, account.habits.terms_days, f"{month:%Y-%m}")
                self._world.commit(issue(self._desk, account, self._world.clock.stamp(), made_out))
            if done % BILLS_PER_TURN == 0:
                await asyncio.sleep(0)

    def _due(self) -> Iterator[tuple[date, Account]]:
        today = self._world.today()
        now_ms = self._world.clock.read()
        for month in months(earlier(self._world.today_at_birth, 1), today.replace(day=1)):
            if month in self._billed or now_ms < issue_ms(month, len(self._world.accounts)):
                continue
            self._billed.add(month)
            for account in self._world.accounts:
                if issue_ms(month, account.index) < self._world.born_ms:
                    continue
                documents = self._desk.store.invoices.of_account(account.index)
                if all(document.run != f"{month:%Y-%m}" for document in documents):
                    yield month, account
