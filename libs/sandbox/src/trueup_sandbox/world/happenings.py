"""Making something happen now: one kind at a time, to a named client or to one that nothing is planted at."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from trueup_sandbox.world.accounts import Account
from trueup_sandbox.world.billing import OPEN_GATEWAY, Bill, credit, credit_note, issue, usage_lines, withdraw
from trueup_sandbox.world.changes import Change
from trueup_sandbox.world.desk import NothingToDo
from trueup_sandbox.world.paying import attempt, dispute, give_up, refund, wire
from trueup_sandbox.world.records import Dispute, GatewayInvoice, GatewayPayment, LedgerDocument, Refund
from trueup_sandbox.world.world import World

Kind = Literal[
    "usage", "late_usage", "pay", "decline", "wire", "invoice", "refund", "dispute", "uncollectible", "credit", "void",
    "delete", "overdue", "credit_note",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
TRIES = 30
KNOWN_AFTER_MS = 180_000
OVERDUE_DAYS = -3
CREDIT_SHARE = 10
"""A credit on demand takes off a tenth."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened to whom, and the ids of what it touched."""

    kind: str
    client_id: str
    at_ms: int
    objects: dict[str, str]
    ledger_id: str | None = None
    """The ledger invoice that it is about, if any."""


class Happenings:
    """Makes things happen in one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._desk = world.desk
        self._store = world.desk.store
        self._draw = random.Random()
        self._free = [account for account in world.accounts if account.planted is None]
        self._pool: list[str] = []
        self._fill(self._store.gateway_invoices.all())
        world.listeners.append(self._notice)

    def _fill(self, invoices: Iterable[GatewayInvoice]) -> None:
        for invoice in invoices:
            if invoice.status == "open" and self._world.accounts[invoice.account].planted is None:
                self._pool.append(invoice.id)

    def _notice(self, change: Change) -> None:
        self._fill(put for _, put in change.puts if isinstance(put, GatewayInvoice) and put.created_ms == change.at_ms)

    @property
    def open_count(self) -> int:
        """Open invoices that random happenings may touch; a little over the truth after payments."""
        return len(self._pool)

    def make(self, kind: Kind, client_id: str | None = None) -> Happened:
        """Let one thing happen now.

        Raises:
            UnknownObject: no such client.
            NothingToDo: it cannot happen to that client, or to anybody, just now.
        """
        account = self._desk.account(client_id) if client_id else None
        if kind in {"usage", "late_usage"}:
            return self._use(account, late=kind == "late_usage")
        makers: dict[str, Callable[[Account | None], Change]] = {
            "pay": lambda one: attempt(self._desk, self._open_invoice(one), self._now(), card="fine"),
            "decline": lambda one: attempt(self._desk, self._open_invoice(one), self._now(), card="insufficient_funds"),
            "wire": lambda one: wire(self._desk, self._open_invoice(one), self._now()),
            "uncollectible": lambda one: give_up(self._desk, self._open_invoice(one), self._now()),
            "invoice": self._bill,
            "overdue": self._bill_late,
            "refund": lambda one: refund(self._desk, self._payment(one), self._now()),
            "dispute": lambda one: dispute(self._desk, self._payment(one), self._now()),
            "credit": self._credit,
            "credit_note": self._credit_note,
            "void": lambda one: withdraw(self._desk, self._document(one), self._now()),
            "delete": lambda one: withdraw(self._desk, self._document(one), self._now(), delete=True),
        }
        change = self._world.commit(makers[kind](account))
        objects = {shelf: record.id for shelf, record in change.puts}
        ledger_id = self._ledger_id(change)
        return Happened(kind, self._world.accounts[change.account].client_id, change.at_ms, objects, ledger_id)

    def edit_all(self) -> int:
        """Somebody edits every customer of the ledger at once, as imports do; returns how many. Nothing else changes."""
        customers = tuple(("customers", one) for one in self._store.customers.all())
        self._world.commit(Change(self._now(), "edit_all", 0, customers))
        return len(customers)

    def _ledger_id(self, change: Change) -> str | None:
        """The ledger invoice that a change is about: its own, or that of the gateway invoice or payment in it."""
        for _, put in change.puts:
            if isinstance(put, GatewayInvoice):
                return put.ledger_id
            if isinstance(put, (Refund, Dispute)):
                invoice = self._store.payments.get(put.payment).invoice
                return self._store.gateway_invoices.get(invoice).ledger_id
        return next((put.id for shelf, put in change.puts if shelf == "invoices"), None)

    def _now(self) -> int:
        return self._world.clock.stamp()

    def _use(self, account: Account | None, *, late: bool) -> Happened:
        today = self._world.today()
        day = today
        if late:
            day = max(today.replace(day=1), today - timedelta(days=self._draw.randint(1, 2)))
        account = account or self._someone(lambda one: one.active_on(day))
        if not account.active_on(day):
            raise NothingToDo(f"{account.client_id} has no contract on {day}")
        series = self._desk.cast.series[self._draw.choice(account.series)]
        quantity = 1 + int(series.daily * self._draw.random() / 1000)
        extra = self._world.add_usage(series.index, day, quantity, kind="late_usage" if late else "usage")
        objects = {"metric": series.metric.metric, "day": day.isoformat(), "quantity": str(quantity)}
        return Happened("late_usage" if late else "usage", account.client_id, extra.at_ms, objects)

    def _someone(self, fits: Callable[[Account], bool]) -> Account:
        for _ in range(TRIES):
            account = self._draw.choice(self._free)
            if fits(account):
                return account
        raise NothingToDo("no account fits just now")

    def _open_invoice(self, account: Account | None) -> GatewayInvoice:
        """The client's open invoice that is due first, or any; if there is none, a new one is issued."""
        if account is not None:
            mine = [one for one in self._store.gateway_invoices.of_account(account.index) if one.status in OPEN_GATEWAY]
            if mine:
                return min(mine, key=lambda one: one.due_ms)
        found = self._draw_open() if account is None else None
        if found is not None:
            return found
        change = self._world.commit(self._bill(account))
        return next(put for _, put in change.puts if isinstance(put, GatewayInvoice))

    def _draw_open(self) -> GatewayInvoice | None:
        """Any open invoice, rather one that everybody has had time to hear of."""
        fresh: GatewayInvoice | None = None
        for _ in range(len(self._pool)):
            if not self._pool:
                break
            place = self._draw.randrange(len(self._pool))
            invoice = self._store.gateway_invoices.get(self._pool[place])
            if invoice.id in self._world.kept:
                continue
            if invoice.status != "open":
                self._pool[place] = self._pool[-1]
                self._pool.pop()
            elif invoice.created_ms < self._world.clock.read() - KNOWN_AFTER_MS:
                return invoice
            else:
                fresh = invoice
        return fresh if fresh is not None and fresh.status == "open" else None

    def _bill_late(self, account: Account | None) -> Change:
        """The same, and its due day has passed; half a day's usage comes first, so that there is something to bill."""
        today = self._world.today()
        one = account or self._someone(lambda other: other.active_on(today) and other.habits.card == "fine")
        series = self._desk.cast.series[self._draw.choice(one.series)]
        self._world.add_usage(series.index, today, 1 + int(series.daily) // 2)
        return self._bill(one, due_days=OVERDUE_DAYS)

    def _bill(self, account: Account | None, *, due_days: int | None = None) -> Change:
        """An early invoice for this month's usage so far."""
        today = self._world.today()
        for _ in range(1 if account else TRIES):
            one = account or self._someone(lambda other: other.active_on(today))
            lines = usage_lines(
                self._desk, one, today.replace(day=1), today + timedelta(days=1), self._world.clock.read()
            )
            if lines:
                days = one.habits.terms_days if due_days is None else due_days
                return issue(self._desk, one, self._now(), Bill(lines, days))
        raise NothingToDo("nothing was used this month that is not billed yet")

    def _payment(self, account: Account | None) -> GatewayPayment:
        """The client's latest payment that was neither given back nor disputed."""
        for _ in range(1 if account else TRIES):
            index = (account or self._someone(lambda _: True)).index
            spoken_for = {one.payment for one in self._store.refunds.of_account(index)}
            spoken_for |= {one.payment for one in self._store.disputes.of_account(index)}
            for payment in reversed(self._store.payments.of_account(index)):
                if payment.status == "succeeded" and payment.id not in spoken_for:
                    return payment
        raise NothingToDo("no payment to take back")

    def _document(self, account: Account | None) -> LedgerDocument:
        """A ledger invoice that nothing was paid on: the client's, or anybody's, or else a new one."""
        for _ in range(1 if account else TRIES):
            twin = self._open_invoice(account)
            document = self._store.invoices.get(twin.ledger_id)
            if document.state == "open" and not document.links and not twin.paid_minor:
                return document
        change = self._world.commit(self._bill(account))
        return next(put for _, put in change.puts if isinstance(put, LedgerDocument))

    def _credit_note(self, account: Account | None) -> Change:
        twin = self._open_invoice(account)
        return credit_note(self._desk, twin, self._now(), max(1, twin.net_minor // CREDIT_SHARE))

    def _credit(self, account: Account | None) -> Change:
        document = self._store.invoices.get(self._open_invoice(account).ledger_id)
        return credit(self._desk, document, self._now(), max(1, document.net_minor // CREDIT_SHARE))
