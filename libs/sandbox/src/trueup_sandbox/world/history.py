"""The history: what happened from the first month until the world's birth, made again from the seed at every start."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import count

from trueup_sandbox.clock import DAY_MS, HOUR_MS, day_start_ms, utc_day
from trueup_sandbox.world.accounts import Account, Card
from trueup_sandbox.world.chance import dice
from trueup_sandbox.world.changes import Change
from trueup_sandbox.world.desk import Desk
from trueup_sandbox.world.months import earlier, months, next_month, planted_month
from trueup_sandbox.world.names import mail
from trueup_sandbox.world.paying import attempt, record, wire
from trueup_sandbox.world.planting import UNPAID, Plot, Step, aftermath, bill, shape_usage
from trueup_sandbox.world.records import GatewayCustomer, GatewayInvoice, GatewayPayment, LedgerCustomer

ISSUE_AT_MS = 6 * HOUR_MS
"""Invoices go out on the first of the month at 06:00 UTC,"""
ISSUE_GAP_MS = 20
"""one after the other."""
EVENTS_REACH_MS = 30 * DAY_MS


def issue_ms(month: date, account: int) -> int:
    """When the invoice for a month goes out."""
    return day_start_ms(next_month(month)) + ISSUE_AT_MS + 5 + account * ISSUE_GAP_MS


@dataclass(slots=True)
class _Agenda:
    """Steps in the order of their instants; steps may add later ones."""

    desk: Desk
    born_ms: int
    _heap: list[tuple[int, int, Step]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    def add(self, at_ms: int, step: Step) -> None:
        if at_ms < self.born_ms:
            heapq.heappush(self._heap, (at_ms, next(self._order), step))

    def run(self) -> None:
        while self._heap:
            at_ms, _, step = heapq.heappop(self._heap)
            change = step(at_ms)
            if change is not None:
                self.desk.apply(change)
                self._book_later(change)

    def _book_later(self, change: Change) -> None:
        for _, put in change.puts:
            if isinstance(put, GatewayPayment) and put.ledger_due_ms and put.succeeded_ms == change.at_ms:
                self.add(put.ledger_due_ms, partial(record, self.desk, put))


def make_history(desk: Desk, born_ms: int) -> None:
    """Play the history into the desk's store."""
    today = utc_day(born_ms)
    planted = planted_month(today)
    desk.told_from_ms = born_ms - EVENTS_REACH_MS
    agenda = _Agenda(desk, born_ms)
    for account in desk.cast.accounts:
        _introduce(desk, account)
        shape_usage(desk, account, planted)
        for month in months(desk.usage.first_day, today.replace(day=1)):
            _schedule(agenda, Plot(desk, account, month, planted), born_ms)
    agenda.run()


def _introduce(desk: Desk, account: Account) -> None:
    """The customer is entered in the ledger and in the gateway when the contract begins."""
    at_ms = day_start_ms(account.active_from) + 8 * HOUR_MS + account.index * 10
    ended = account.planted is not None and account.planted.situation == "ended"
    customer = LedgerCustomer(account.ledger_id, account.index, account.name, not ended, at_ms)
    desk.store.customers.put(at_ms, customer)
    payer = GatewayCustomer(
        account.gateway_id, account.index, account.name, mail(account.name), account.gateway_metadata, at_ms
    )
    desk.store.gateway_customers.put(at_ms, payer)


def _schedule(agenda: _Agenda, plot: Plot, born_ms: int) -> None:
    account = plot.account
    issued_ms = issue_ms(plot.month, account.index)
    agenda.add(issued_ms, partial(bill, plot))
    for at_ms, step in aftermath(plot, issued_ms):
        agenda.add(at_ms, step)
    if not _left_unpaid(plot, born_ms):
        agenda.add(_payment_ms(plot, issued_ms), partial(_settle, plot, "fine"))
    elif account.habits.late and account.habits.card != "fine":
        agenda.add(issued_ms + account.habits.terms_days * DAY_MS, partial(_settle, plot, account.habits.card))


def _left_unpaid(plot: Plot, born_ms: int) -> bool:
    habits, planted = plot.account.habits, plot.account.planted
    if planted and planted.situation in UNPAID:
        return plot.month >= earlier(plot.planted_month, 1) if planted.situation in {"overdue", "uncollectible"} else (
            plot.month >= plot.planted_month
        )  # fmt: skip
    return habits.late and plot.month >= earlier(utc_day(born_ms), 2)


def _payment_ms(plot: Plot, issued_ms: int) -> int:
    draw = dice(plot.desk.scenario.seed, "paid", plot.account.index, plot.run)
    if plot.account.planted:
        return issued_ms + 3 * DAY_MS + draw.randrange(4 * HOUR_MS)
    low, high = plot.desk.scenario.payment_days
    return issued_ms + draw.randrange(low * DAY_MS, high * DAY_MS)


def _settle(plot: Plot, card: Card, at_ms: int) -> Change | None:
    invoice = plot.invoice()
    twin: GatewayInvoice | None = plot.desk.store.gateway_invoice_of(invoice) if invoice else None
    if twin is None or twin.status != "open":
        return None
    return wire(plot.desk, twin, at_ms) if plot.account.habits.by_wire else attempt(plot.desk, twin, at_ms, card=card)
