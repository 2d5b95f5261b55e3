"""What is planted: how the planted month of an account differs from a plain one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from trueup_sandbox.clock import DAY_MS, HOUR_MS, day_start_ms
from trueup_sandbox.scenario import Situation
from trueup_sandbox.world.accounts import Account
from trueup_sandbox.world.billing import Bill, credit, issue, priced, segments, term_lines, usage_lines, withdraw
from trueup_sandbox.world.changes import Change
from trueup_sandbox.world.desk import Desk, NothingToDo
from trueup_sandbox.world.months import earlier, next_month
from trueup_sandbox.world.paying import attempt, dispute, give_up, refund
from trueup_sandbox.world.records import LedgerDocument, LedgerLine
from trueup_sandbox.world.usage import Extra

EARLY, TRUE_UP, AGAIN = "-early", "-true-up", "-again"
"""What is added to the name of a month's billing run by its further ones."""
ROUND_QUANTITY = 20_000
LONG_TERMS_DAYS = 60
Step = Callable[[int], Change | None]
"""Draws up a change at an instant; nothing if it does not apply."""
UNPAID: frozenset[Situation] = frozenset({"overdue", "uncollectible", "part_paid", "declined_card"})
LATE: frozenset[Situation] = frozenset({"late_usage", "true_up"})
FORGOTTEN: frozenset[Situation] = frozenset({"minimum", "discount"})
"""Terms of the contract that the planted invoice leaves out."""
IDLE: frozenset[Situation] = frozenset({"billed_without_usage", "no_activity"})


@dataclass(frozen=True, slots=True)
class Plot:
    """One account and one month of its history."""

    desk: Desk
    account: Account
    month: date
    planted_month: date

    @property
    def end(self) -> date:
        """The first day after the month."""
        return next_month(self.month)

    @property
    def run(self) -> str:
        """The billing run's name for the month."""
        return f"{self.month:%Y-%m}"

    @property
    def situation(self) -> Situation | None:
        """What is planted in this very month, if anything."""
        planted = self.account.planted
        return planted.situation if planted and self.month == self.planted_month else None

    @property
    def percent(self) -> Decimal:
        """The planted percentage."""
        return self.account.planted.percent if self.account.planted else Decimal(0)

    def invoice(self, further: str = "") -> LedgerDocument | None:
        """The standing invoice of the month's billing run, or of a further one."""
        for document in self.desk.store.invoices.of_account(self.account.index):
            if document.run == self.run + further and document.state == "open":
                return document
        return None


def shape_usage(desk: Desk, account: Account, planted_month: date) -> None:
    """Make the planted month's usage a round number, so that planted percentages come out exact."""
    if account.planted is None:
        return
    end = next_month(planted_month)
    days = [planted_month + timedelta(days=day) for day in range((end - planted_month).days)]
    active = [day for day in days if account.active_on(day)]
    for series in account.series:
        if account.planted.situation in IDLE:
            for day in days:
                desk.usage.plan(series, day, 0)
            continue
        planned = desk.usage.planned(series, planted_month, end)
        missing = -planned % ROUND_QUANTITY
        share, rest = divmod(missing, len(active))
        for place, day in enumerate(active):
            one = desk.usage.planned(series, day, day + timedelta(days=1))
            desk.usage.plan(series, day, one + share + (rest if place == 0 else 0))
        if account.planted.situation in LATE:
            late = (planned + missing) * account.planted.percent / 100
            at_ms = day_start_ms(end) + 2 * DAY_MS + 10 * HOUR_MS + 421
            desk.usage.add(Extra(at_ms, series, desk.usage.index(active[-1]), int(late)))


def bill(plot: Plot, at_ms: int) -> Change | None:
    """The month's invoice, with what is planted in it."""
    situation, account = plot.situation, plot.account
    if situation in {"missing_invoice", "no_activity"}:
        return None
    off = plot.percent if situation in {"billed_off", "credit_memo", "void_reissued"} else Decimal(0)
    lines = usage_lines(plot.desk, account, plot.month, plot.end, at_ms, percent=off)
    if situation == "plan_change":
        lines = [_at_the_old_price(plot, lines)]
    if situation not in FORGOTTEN:
        lines += term_lines(account, lines, plot.end - timedelta(days=1))
    if situation == "no_service_date":
        lines = [replace(line, service_date=None) for line in lines]
    if situation == "billed_without_usage":
        lines = _lines_from_nowhere(plot)
    long = situation in {"part_paid", "declined_card"}
    made_out = Bill(
        lines,
        due_days=LONG_TERMS_DAYS if long else account.habits.terms_days,
        run=plot.run,
        readable=situation != "partial_source",
    )
    try:
        return issue(plot.desk, account, at_ms, made_out)
    except NothingToDo:
        return None


def _lines_from_nowhere(plot: Plot) -> list[LedgerLine]:
    price, _, last = next(segments(plot.account, plot.month, plot.end))
    amount = int(Decimal(ROUND_QUANTITY) * price.unit_price * 10**plot.account.currency.exponent)
    service_date = last - timedelta(days=1)
    text = f"{price.item_name} {service_date:%B %Y}"
    return [
        LedgerLine(
            price.item_id, price.item_name, text, Decimal(ROUND_QUANTITY), price.unit_price, amount, service_date
        )
    ]


def aftermath(plot: Plot, issued_ms: int) -> list[tuple[int, Step]]:
    """What happens to the planted invoice after it was issued, with the instants."""
    planted = plot.account.planted
    if planted and planted.situation == "uncollectible" and plot.month == earlier(plot.planted_month, 1):
        return [(issued_ms + 28 * DAY_MS, partial(_try, plot)), (issued_ms + 30 * DAY_MS, partial(_give_up, plot))]
    steps: dict[Situation | None, list[tuple[int, Step]]] = {
        "credit_memo": [(1 * DAY_MS, partial(_credit, plot))],
        "void_reissued": [(12 * HOUR_MS, partial(_void, plot)), (13 * HOUR_MS, partial(_reissue, plot))],
        "progressive": [
            (-(plot.end - plot.month).days * DAY_MS + 15 * DAY_MS, partial(_bill_further, plot, EARLY, 15)),
            (-(plot.end - plot.month).days * DAY_MS + 18 * DAY_MS, partial(_pay_further, plot, EARLY)),
        ],
        "true_up": [
            (4 * DAY_MS, partial(_bill_further, plot, TRUE_UP, None)),
            (4 * DAY_MS + 12 * HOUR_MS, partial(_pay_further, plot, TRUE_UP)),
        ],
        "duplicate_invoice": [(2 * HOUR_MS, partial(_bill_again, plot))],
        "part_paid": [(3 * DAY_MS, partial(_pay_part, plot))],
        "declined_card": [(3 * DAY_MS, partial(_try, plot))],
        "refund": [(4 * DAY_MS, partial(_refund, plot))],
        "dispute": [(4 * DAY_MS, partial(_dispute, plot))],
    }
    return [(issued_ms + delay, step) for delay, step in steps.get(plot.situation, [])]


def _at_the_old_price(plot: Plot, lines: list[LedgerLine]) -> LedgerLine:
    """One line for the whole month, as if the price had not changed."""
    old = plot.account.prices[0]
    quantity = sum((line.quantity or Decimal(0) for line in lines), Decimal(0))
    return replace(
        lines[-1], quantity=quantity, unit_price=old.unit_price, amount_minor=priced(plot.account, quantity, old)
    )


def _bill_further(plot: Plot, further: str, days: int | None, at_ms: int) -> Change | None:
    """What was used (in the first `days` of the month) and is not billed yet."""
    end = plot.end if days is None else plot.month + timedelta(days=days)
    lines = usage_lines(plot.desk, plot.account, plot.month, end, at_ms)
    return issue(plot.desk, plot.account, at_ms, Bill(lines, plot.account.habits.terms_days, plot.run + further))


def _bill_again(plot: Plot, at_ms: int) -> Change | None:
    first = plot.invoice()
    if first is None:
        return None
    again = Bill(list(first.lines), plot.account.habits.terms_days, plot.run + AGAIN)
    return issue(plot.desk, plot.account, at_ms, again)


def _pay_further(plot: Plot, further: str, at_ms: int) -> Change | None:
    invoice = plot.invoice(further)
    twin = plot.desk.store.gateway_invoice_of(invoice) if invoice else None
    return attempt(plot.desk, twin, at_ms) if twin else None


def _credit(plot: Plot, at_ms: int) -> Change | None:
    invoice = plot.invoice()
    if invoice is None:
        return None
    right = Decimal(invoice.net_minor) * 100 / (100 + plot.percent)
    return credit(plot.desk, invoice, at_ms, invoice.net_minor - int(right))


def _void(plot: Plot, at_ms: int) -> Change | None:
    invoice = plot.invoice()
    return withdraw(plot.desk, invoice, at_ms) if invoice else None


def _reissue(plot: Plot, at_ms: int) -> Change | None:
    lines = usage_lines(plot.desk, plot.account, plot.month, plot.end, at_ms)
    return issue(plot.desk, plot.account, at_ms, Bill(lines, plot.account.habits.terms_days, plot.run))


def _try(plot: Plot, at_ms: int) -> Change | None:
    invoice = plot.invoice()
    twin = plot.desk.store.gateway_invoice_of(invoice) if invoice else None
    return attempt(plot.desk, twin, at_ms) if twin else None


def _pay_part(plot: Plot, at_ms: int) -> Change | None:
    invoice = plot.invoice()
    twin = plot.desk.store.gateway_invoice_of(invoice) if invoice else None
    if twin is None:
        return None
    return attempt(plot.desk, twin, at_ms, amount_minor=int(twin.total_minor * plot.percent / 100))


def _give_up(plot: Plot, at_ms: int) -> Change | None:
    invoice = plot.invoice()
    twin = plot.desk.store.gateway_invoice_of(invoice) if invoice else None
    return give_up(plot.desk, twin, at_ms) if twin else None


def _refund(plot: Plot, at_ms: int) -> Change | None:
    payments = plot.desk.store.payments.of_account(plot.account.index)
    return refund(plot.desk, payments[-1], at_ms) if payments else None


def _dispute(plot: Plot, at_ms: int) -> Change | None:
    payments = plot.desk.store.payments.of_account(plot.account.index)
    return dispute(plot.desk, payments[-1], at_ms) if payments else None
