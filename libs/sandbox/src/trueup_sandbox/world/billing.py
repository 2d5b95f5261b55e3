"""The ledger's side: drawing invoices from usage, credit memos, voids and deletions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from trueup_billing import Money
from trueup_sandbox.clock import DAY_MS, day_start_ms, utc_day
from trueup_sandbox.world.accounts import Account, Price
from trueup_sandbox.world.chance import token
from trueup_sandbox.world.changes import Change
from trueup_sandbox.world.desk import Desk, NothingToDo
from trueup_sandbox.world.records import Applied, GatewayInvoice, LedgerDocument, LedgerLine, LedgerPayment, Record

OPEN_GATEWAY = {"open", "uncollectible"}


@dataclass(frozen=True, slots=True)
class Bill:
    """How an invoice is made out."""

    lines: list[LedgerLine]
    due_days: int
    run: str | None = None
    readable: bool = True


def segments(account: Account, start: date, end: date) -> Iterator[tuple[Price, date, date]]:
    """The prices that hold on the half-open days while the contract runs, each with its own days."""
    for price in account.prices:
        first = max(start, price.valid_from, account.active_from)
        last = min(end, price.valid_to or date.max, account.active_to or date.max)
        if first < last:
            yield price, first, last


def priced(account: Account, quantity: Decimal | int, price: Price) -> int:
    """What a quantity costs, rounded once, in minor units."""
    major, begun = Fraction(0), Fraction(0)
    for bound, unit_price in price.tiers or ((None, price.unit_price),):
        end = Fraction(quantity) if bound is None else min(Fraction(quantity), Fraction(bound))
        major += max(Fraction(0), end - begun) * Fraction(unit_price)
        begun = max(begun, end)
    return Money.from_major(major, account.currency).amount_minor


def term_lines(account: Account, lines: list[LedgerLine], service_date: date) -> list[LedgerLine]:
    """What the contract adds to a month's usage lines: a top-up to the minimum, then the discount."""
    found: list[LedgerLine] = []
    for term in account.terms:
        net = sum(line.amount_minor for line in (*lines, *found))
        amount = max(0, term.amount_minor - net)
        if term.kind == "discount":
            exact = -Fraction(net) * Fraction(term.percent) / 100
            amount = Money.from_major(exact / 10**account.currency.exponent, account.currency).amount_minor
        if amount:
            text = f"{term.item_name} {service_date:%B %Y}"
            found.append(LedgerLine(term.item_id, term.item_name, text, None, None, amount, service_date))
    return found


def usage_lines(
    desk: Desk, account: Account, start: date, end: date, as_of_ms: int, *, percent: Decimal = Decimal(0)
) -> list[LedgerLine]:
    """A line for each metric and price: the usage of the half-open days, less what was billed of it already.

    `percent` makes the bill wrong on purpose: that much more (or less) is billed than was used.
    """
    series = {desk.cast.series[one].metric.metric: one for one in account.series}
    lines = []
    for price, first, last in segments(account, start, end):
        used = Decimal(desk.usage.total(series[price.metric], first, last, as_of_ms))
        quantity = (used * (100 + percent) / 100).normalize()
        before_quantity, before_minor = _billed_before(desk, account, price, first, last)
        amount = priced(account, quantity, price) - before_minor
        if quantity > before_quantity:
            lines.append(_line(price, quantity - before_quantity, amount, last - timedelta(days=1)))
    return lines


def _line(price: Price, quantity: Decimal, amount_minor: int, service_date: date | None) -> LedgerLine:
    month = f" {service_date:%B %Y}" if service_date else ""
    text = f"{price.item_name}{month}"
    plain = Decimal(f"{quantity:f}")
    unit_price = None if price.tiers else price.unit_price
    return LedgerLine(price.item_id, price.item_name, text, plain, unit_price, amount_minor, service_date)


def _billed_before(desk: Desk, account: Account, price: Price, first: date, last: date) -> tuple[Decimal, int]:
    quantity, amount = Decimal(0), 0
    for invoice in desk.store.invoices.of_account(account.index):
        if invoice.state != "open":
            continue
        for line in invoice.lines:
            if line.item_id == price.item_id and line.service_date and first <= line.service_date < last:
                quantity += line.quantity or 0
                amount += line.amount_minor
    return quantity, amount


def issue(desk: Desk, account: Account, at_ms: int, bill: Bill) -> Change:
    """An invoice in the ledger and its twin, finalized and sent, in the gateway.

    Raises:
        NothingToDo: there is no line to bill.
    """
    if not bill.lines:
        raise NothingToDo(f"{account.client_id} has used nothing that is not billed yet")
    ledger_id = desk.next_ledger_id()
    issued_on = utc_day(at_ms)
    due_on = issued_on + timedelta(days=bill.due_days)
    net = sum(line.amount_minor for line in bill.lines)
    tax = Money.from_major(Fraction(net * account.tax_percent, 100 * 10**account.currency.exponent), account.currency)
    document = LedgerDocument(
        id=ledger_id,
        account=account.index,
        number=f"INV-{ledger_id}",
        issued_on=issued_on,
        due_on=due_on,
        lines=tuple(bill.lines),
        tax_minor=tax.amount_minor,
        balance_minor=net + tax.amount_minor,
        created_ms=at_ms,
        run=bill.run,
        readable=bill.readable,
    )
    twin = GatewayInvoice(
        id=f"in_{token(desk.scenario.seed, 'in', ledger_id, length=24)}",
        account=account.index,
        number=document.number,
        ledger_id=ledger_id,
        total_minor=document.total_minor,
        net_minor=net,
        paid_minor=0,
        due_ms=day_start_ms(due_on) + DAY_MS - 1000,
        created_ms=at_ms,
    )
    tells = [(name, "gateway_invoices", twin.id) for name in ("invoice.finalized", "invoice.sent")]
    puts: list[tuple[str, Record]] = [("invoices", document), ("gateway_invoices", twin)]
    return desk.change(at_ms, "invoice", account.index, puts, *tells)


def credit(desk: Desk, invoice: LedgerDocument, at_ms: int, amount_minor: int) -> Change:
    """A credit memo about the invoice's first item; set against the invoice as far as that is still open."""
    account = invoice.account
    applied = min(amount_minor, invoice.balance_minor)
    memo_id, application_id = desk.next_ledger_id(), desk.next_ledger_id()
    line = replace(invoice.lines[0], quantity=None, unit_price=None, amount_minor=amount_minor)
    line = replace(line, description=f"Credit on {invoice.number}")
    today = utc_day(at_ms)
    links = (("Payment", application_id),) if applied else ()
    memo = LedgerDocument(
        memo_id, account, f"CM-{memo_id}", today, None, (line,), 0, amount_minor - applied, at_ms, links=links
    )  # fmt: skip
    puts: list[tuple[str, Record]] = [("credits", memo)]
    tells: list[tuple[str, str, str]] = []
    if applied:
        both = (Applied("Invoice", invoice.id, applied), Applied("CreditMemo", memo_id, applied))
        puts.append(("ledger_payments", LedgerPayment(application_id, account, today, 0, both, None, at_ms)))
        puts.append(("invoices", settle(invoice, applied, application_id)))
        twin = desk.store.gateway_invoice_of(invoice)
        if twin is not None and twin.status in OPEN_GATEWAY:
            puts.append(("gateway_invoices", _less(twin, min(applied, twin.remaining_minor), at_ms)))
            tells.append(("invoice.updated", "gateway_invoices", twin.id))
    return desk.change(at_ms, "credit", account, puts, *tells)


def credit_note(desk: Desk, twin: GatewayInvoice, at_ms: int, amount_minor: int) -> Change:
    """The gateway alone takes something off an open invoice; the ledger never hears of it."""
    less = _less(twin, min(amount_minor, twin.remaining_minor), at_ms)
    tells = [(name, "gateway_invoices", twin.id) for name in ("credit_note.created", "invoice.updated")]
    return desk.change(at_ms, "credit_note", twin.account, [("gateway_invoices", less)], *tells)


def _less(twin: GatewayInvoice, amount_minor: int, at_ms: int) -> GatewayInvoice:
    twin = replace(twin, credited_minor=twin.credited_minor + amount_minor)
    return twin if twin.remaining_minor else replace(twin, status="paid", ended_ms=at_ms)


def settle(invoice: LedgerDocument, amount_minor: int, payment_id: str) -> LedgerDocument:
    """The invoice with so much less to pay."""
    return replace(
        invoice,
        balance_minor=invoice.balance_minor - amount_minor,
        links=(*invoice.links, ("Payment", payment_id)),
        sync=invoice.sync + 1,
    )


def withdraw(desk: Desk, invoice: LedgerDocument, at_ms: int, *, delete: bool = False) -> Change:
    """Void the invoice (it stays, with nothing on it) or delete it (only change capture tells), and void its twin.

    Raises:
        NothingToDo: it is already withdrawn, or something has been paid on it.
    """
    if invoice.state != "open" or invoice.links:
        raise NothingToDo(f"{invoice.number} is withdrawn already or has payments on it")
    lines = tuple(
        replace(line, amount_minor=0, quantity=Decimal(0) if line.quantity is not None else None)
        for line in invoice.lines
    )
    gone = replace(
        invoice,
        state="deleted" if delete else "void",
        lines=lines,
        tax_minor=0,
        balance_minor=0,
        sync=invoice.sync + 1,
    )
    puts: list[tuple[str, Record]] = [("invoices", gone)]
    tells: list[tuple[str, str, str]] = []
    twin = desk.store.gateway_invoice_of(invoice)
    if twin is not None and twin.status in OPEN_GATEWAY:
        puts.append(("gateway_invoices", replace(twin, status="void", ended_ms=at_ms)))
        tells.append(("invoice.voided", "gateway_invoices", twin.id))
    return desk.change(at_ms, "delete" if delete else "void", invoice.account, puts, *tells)
