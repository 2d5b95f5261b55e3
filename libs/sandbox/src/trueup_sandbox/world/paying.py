"""The gateway's side: attempts, payments, refunds, disputes; and the ledger learning of them."""

from __future__ import annotations

from dataclasses import replace

from trueup_sandbox.clock import utc_day
from trueup_sandbox.world.accounts import Card
from trueup_sandbox.world.billing import OPEN_GATEWAY, settle
from trueup_sandbox.world.chance import mix, token
from trueup_sandbox.world.changes import Change, StoredAnswer
from trueup_sandbox.world.desk import Desk, NothingToDo
from trueup_sandbox.world.records import (
    Applied,
    Decline,
    Dispute,
    GatewayInvoice,
    GatewayPayment,
    LedgerPayment,
    Record,
    Refund,
)

DECLINES: dict[Card, Decline] = {
    "insufficient_funds": Decline(
        "card_declined", "insufficient_funds", "try_again_later", "Your card has insufficient funds."
    ),
    "expired_card": Decline("expired_card", "expired_card", "confirm_card_data", "Your card has expired."),
    "authentication_required": Decline(
        "invoice_payment_intent_requires_action",
        "authentication_required",
        "confirm_card_data",
        "This payment requires additional user action before it can be completed successfully.",
    ),
}


def attempt(
    desk: Desk, invoice: GatewayInvoice, at_ms: int, *, card: Card | None = None, amount_minor: int | None = None
) -> Change:
    """Try the customer's card on the invoice, for the rest or for a part agreed on; it may decline.

    Raises:
        NothingToDo: nothing is to be paid on the invoice.
    """
    if invoice.status not in OPEN_GATEWAY or invoice.remaining_minor <= 0:
        raise NothingToDo(f"nothing is to be paid on {invoice.number}")
    kind = card or desk.cast.accounts[invoice.account].habits.card
    if kind == "fine":
        return _succeed(desk, invoice, at_ms, amount_minor)
    return refuse(desk, invoice, at_ms, DECLINES[kind])


def with_answer(change: Change, answer: StoredAnswer) -> Change:
    """The same change, remembering what was answered to whom asked for it; its events name the asker's key."""
    return replace(change, answer=answer, events=tuple(replace(event, key=answer.key) for event in change.events))


def open_payment(desk: Desk, invoice: GatewayInvoice) -> GatewayPayment | None:
    """The invoice's own payment that has not succeeded yet."""
    for payment in desk.store.invoice_payments(invoice.id):
        if payment.status != "succeeded" and not payment.share_of_invoice:
            return payment
    return None


def _draw(desk: Desk, invoice: GatewayInvoice, at_ms: int, amount_minor: int) -> GatewayPayment:
    """The payment to be tried: the open one with a new charge, else a new one."""
    habits = desk.cast.accounts[invoice.account].habits
    number = len(desk.store.invoice_payments(invoice.id))
    charge = f"ch_{token(desk.scenario.seed, 'ch', invoice.id, invoice.attempts, at_ms, length=24)}"
    before = open_payment(desk, invoice)
    if before is not None:
        return replace(before, charge=charge, amount_minor=amount_minor, decline=None)
    return GatewayPayment(
        id=f"pi_{token(desk.scenario.seed, 'pi', invoice.id, number, length=24)}",
        account=invoice.account,
        invoice=invoice.id,
        amount_minor=amount_minor,
        status="requires_payment_method",
        brand=habits.brand,
        last4=habits.last4,
        created_ms=at_ms,
        charge=charge,
        share_of_invoice=amount_minor < invoice.remaining_minor,
    )


def _succeed(desk: Desk, invoice: GatewayInvoice, at_ms: int, amount_minor: int | None) -> Change:
    amount = min(amount_minor or invoice.remaining_minor, invoice.remaining_minor)
    low, high = desk.scenario.live.ledger_delay_s
    payment = replace(
        _draw(desk, invoice, at_ms, amount),
        status="succeeded",
        succeeded_ms=at_ms,
        ledger_due_ms=at_ms + 1000 * (low + mix(desk.scenario.seed, at_ms) % (high - low + 1)),
    )
    paid = replace(invoice, paid_minor=invoice.paid_minor + amount, attempts=invoice.attempts + 1)
    whole = paid.remaining_minor == 0
    if whole:
        paid = replace(paid, status="paid", ended_ms=at_ms)
    names = ("invoice.paid", "invoice.payment_succeeded") if whole else ("invoice.updated",)
    tells = [
        ("payment_intent.succeeded", "payments", payment.id),
        ("invoice_payment.paid", "payments", payment.id),
        *((name, "gateway_invoices", invoice.id) for name in names),
    ]
    puts: list[tuple[str, Record]] = [("gateway_invoices", paid), ("payments", payment)]
    return desk.change(at_ms, "pay", invoice.account, puts, *tells)


def refuse(desk: Desk, invoice: GatewayInvoice, at_ms: int, decline: Decline) -> Change:
    """The card is not charged: it is declined, or its holder must act first."""
    action = decline.decline_code == "authentication_required"
    payment = replace(
        _draw(desk, invoice, at_ms, invoice.remaining_minor),
        status="requires_action" if action else "requires_payment_method",
        decline=decline,
    )
    tried = replace(invoice, attempts=invoice.attempts + 1)
    names = (
        ("payment_intent.requires_action", "invoice.payment_action_required")
        if action
        else ("payment_intent.payment_failed", "invoice.payment_failed")
    )
    tells = [(names[0], "payments", payment.id), (names[1], "gateway_invoices", invoice.id)]
    puts: list[tuple[str, Record]] = [("gateway_invoices", tried), ("payments", payment)]
    return desk.change(at_ms, "decline", invoice.account, puts, *tells)


def process(desk: Desk, invoice: GatewayInvoice, at_ms: int) -> Change:
    """The bank takes its time: the payment is under way, and nobody knows yet."""
    payment = replace(_draw(desk, invoice, at_ms, invoice.remaining_minor), status="processing")
    tried = replace(invoice, attempts=invoice.attempts + 1)
    puts: list[tuple[str, Record]] = [("gateway_invoices", tried), ("payments", payment)]
    return desk.change(
        at_ms, "process", invoice.account, puts, ("payment_intent.processing", "payments", payment.id)
    )  # fmt: skip


def settle_processing(desk: Desk, invoice_id: str, at_ms: int, *, succeeds: bool) -> Change | None:
    """A payment under way comes to its end; None when there is none."""
    invoice = desk.store.gateway_invoices.get(invoice_id)
    payment = open_payment(desk, invoice)
    if payment is None or payment.status != "processing":
        return None
    if succeeds:
        return _succeed(desk, invoice, at_ms, payment.amount_minor)
    return refuse(desk, invoice, at_ms, DECLINES["insufficient_funds"])


def record(desk: Desk, payment: GatewayPayment, at_ms: int) -> Change:
    """The ledger learns of a card payment."""
    twin = desk.store.gateway_invoices.get(payment.invoice)
    return _book(desk, twin, at_ms, payment.amount_minor, reference=payment.id)


def wire(desk: Desk, invoice: GatewayInvoice, at_ms: int) -> Change:
    """The customer pays by bank transfer: the ledger books it, and the gateway is told that it is settled."""
    paid = replace(
        invoice,
        paid_minor=invoice.paid_minor + invoice.remaining_minor,
        off_stripe_minor=invoice.remaining_minor,
        status="paid",
        ended_ms=at_ms,
    )
    booked = _book(desk, invoice, at_ms, invoice.remaining_minor, reference=f"WIRE-{invoice.number[4:]}")
    tells = ("invoice.paid", "gateway_invoices", invoice.id)
    return desk.change(at_ms, "wire", invoice.account, [*booked.puts, ("gateway_invoices", paid)], tells)


def _book(desk: Desk, twin: GatewayInvoice, at_ms: int, amount_minor: int, *, reference: str) -> Change:
    """A ledger payment; what the invoice cannot take any more stays unapplied."""
    document = desk.store.invoices.get(twin.ledger_id)
    applied = min(amount_minor, document.balance_minor)
    payment_id = desk.next_ledger_id()
    against = (Applied("Invoice", document.id, applied),) if applied else ()
    booked = LedgerPayment(payment_id, twin.account, utc_day(at_ms), amount_minor, against, reference, at_ms)
    puts: list[tuple[str, Record]] = [("ledger_payments", booked)]
    if applied:
        puts.append(("invoices", settle(document, applied, payment_id)))
    return desk.change(at_ms, "record", twin.account, puts)


def refund(desk: Desk, payment: GatewayPayment, at_ms: int) -> Change:
    """Give the whole payment back."""
    refunded = f"re_{token(desk.scenario.seed, 're', payment.id, length=24)}"
    back = Refund(refunded, payment.account, payment.id, payment.amount_minor, "succeeded", at_ms)
    tells = [("refund.created", "refunds", back.id), ("charge.refunded", "payments", payment.id)]
    return desk.change(at_ms, "refund", payment.account, [("refunds", back)], *tells)


def dispute(desk: Desk, payment: GatewayPayment, at_ms: int) -> Change:
    """The cardholder disputes the whole payment."""
    case_id = f"dp_{token(desk.scenario.seed, 'dp', payment.id, length=24)}"
    case = Dispute(
        case_id, payment.account, payment.id, payment.amount_minor, "needs_response", "product_not_received", at_ms
    )
    tells = ("charge.dispute.created", "disputes", case.id)
    return desk.change(at_ms, "dispute", payment.account, [("disputes", case)], tells)


def give_up(desk: Desk, invoice: GatewayInvoice, at_ms: int) -> Change:
    """The company no longer expects this to be paid."""
    puts: list[tuple[str, Record]] = [("gateway_invoices", replace(invoice, status="uncollectible", ended_ms=at_ms))]
    tells = ("invoice.marked_uncollectible", "gateway_invoices", invoice.id)
    return desk.change(at_ms, "uncollectible", invoice.account, puts, tells)
