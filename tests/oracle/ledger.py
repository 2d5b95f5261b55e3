"""What QuickBooks and Stripe hold of an account: invoices near the truth, then everything that goes wrong with them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from tests.oracle import mistakes
from tests.oracle.rules.days import ONE_DAY, Span, nearest, period_of
from tests.oracle.rules.expecting import expect, metered

Facts = dict[str, Any]
OFF = (
    *((0, 1),) * 6,
    *((1, 100), (2, 100), (5, 100), (7, 100), (-1, 100), (-2, 100), (-5, 100), (-30, 100), (50, 100)),
)
"""By what share an invoice is wrong."""
ODD_KINDS = ("tax", "shipping", "carried_balance", "item", "discount")


def write(rng: Random, facts: Facts, first: date) -> None:
    """Bill every period since some day, and pay or not."""
    anchor, end = facts["account"]["anchor"], facts["now"].date() + ONE_DAY
    span = period_of(anchor, first)
    habit = rng.choice(["right", "sloppy", "mistaken"])
    while span[0] < end:
        for _ in range(rng.choices([0, 1, 2], [8, 86, 6])[0]):
            bill(rng, facts, span, habit)
        span = period_of(anchor, span[1])
    for document in list(facts["documents"]):
        if rng.random() < 0.04:
            repeat(rng, facts, document)
    for document in list(facts["documents"]):
        if rng.random() < 0.12:
            credit(rng, facts, document)
        if rng.random() < 0.7:
            pay(rng, facts, document)
    rng.shuffle(facts["documents"])
    rng.shuffle(facts["payments"])


def bill(rng: Random, facts: Facts, span: Span, habit: str) -> None:
    """One invoice for a period."""
    wrong = habit == "mistaken"
    parts = mistakes.mistaken(rng, facts, span, rng.choice(mistakes.KINDS)) if wrong else right_lines(facts, span)
    issued = span[1] + timedelta(rng.choice([0, 0, 1, 4, -3]))
    lines = [line_of(rng, part, habit) for part in parts if part["amount"] or rng.random() < 0.3]
    lines += as_it_likes(rng, facts, span)
    while rng.random() < 0.15:
        lines.append(odd_line(rng, span))
    rates = facts["account"]["rates"]
    currency = rates[0]["currency"] if rates else "USD"
    document = new_document(rng, facts, issued, rng.choice(["EUR", "JPY"]) if rng.random() < 0.02 else currency)
    document["lines"] = [{**line, "id": str(number)} for number, line in enumerate(lines)]
    totals(rng, document)


def right_lines(facts: Facts, span: Span) -> list[Facts]:
    """What the rate card asks for."""
    lines: list[Facts] = expect(facts, metered(facts), span, {}, final=True)["lines"]
    return lines


def line_of(rng: Random, part: Facts, habit: str) -> Facts:
    """A right line, made wrong in one way or another."""
    rate, amount = part["rate"], part["amount"]
    if habit == "sloppy" and rng.random() < 0.6:
        up, down = rng.choice(OFF)
        amount = nearest(amount * (1 + Fraction(up, down))) + rng.choice([0, 0, 1, -1, 2, -3])
    service = rng.choice([part["days"][0], part["days"][1] - ONE_DAY, None])
    told = rate["kind"] == "per_unit" and rng.random() < 0.8
    return {
        "kind": "discount" if rate["kind"] == "discount" else "item",
        "amount": amount,
        "service_date": service,
        "item": rate["item"],
        "item_name": rate["component"] or rate["metric"],
        "quantity": text_of(part["quantity"]) if told else None,
        "unit_price": rate["unit_price"] if told else None,
    }


def as_it_likes(rng: Random, facts: Facts, span: Span) -> list[Facts]:
    """Lines of metrics that the card names without a price: the invoice sets it."""
    found = []
    for rate in facts["account"]["rates"]:
        if rate["kind"] == "as_invoiced" and rng.random() < 0.8:
            quantity = metered(facts)(rate["metric"], span)
            price = Fraction(rng.choice(["0.01", "0.5", "3"]))
            quantity += rng.choice([Fraction(0), Fraction(0), Fraction(1), quantity / 20])
            line = {
                "kind": "item",
                "amount": nearest(quantity * price * 100),
                "service_date": span[0],
                "unit_price": None,
            }
            found.append(line | {"item": rate["item"], "item_name": rate["metric"], "quantity": text_of(quantity)})
    return found


def odd_line(rng: Random, span: Span) -> Facts:
    """A line that no card knows."""
    return {
        "kind": rng.choice(ODD_KINDS),
        "amount": rng.choice([1, 777, 10_000, -500]),
        "service_date": rng.choice([None, span[0], span[0] - ONE_DAY, span[1]]),
        "item": rng.choice(["set-up", None]),
        "item_name": rng.choice(["Set-up", None]),
        "quantity": None,
        "unit_price": None,
    }


def text_of(value: Fraction) -> str:
    """With six digits, as a ledger would show it."""
    millionths = nearest(value * 10**6)
    return f"{millionths // 10**6}.{millionths % 10**6:06d}"


def new_document(rng: Random, facts: Facts, issued: date, currency: str, kind: str = "invoice") -> Facts:
    """A document without lines."""
    number = len(facts["documents"])
    made = datetime(issued.year, issued.month, issued.day, rng.randrange(24), tzinfo=UTC)
    document: Facts = {
        "id": f"quickbooks:{'creditmemo' if kind == 'credit_memo' else 'invoice'}:{number}",
        "kind": kind,
        "state": rng.choices(["open", "void", "deleted", "draft", "written_off"], [90, 4, 2, 2, 2])[0],
        "issued_on": issued,
        "due_on": issued + timedelta(rng.choice([0, 14, 30])) if rng.random() < 0.95 else None,
        "currency": currency,
        "number": f"INV-{number}" if rng.random() < 0.9 else None,
        "created_at": made if rng.random() < 0.9 else None,
        "lines": [],
        "total": 0,
        "tax": 0,
        "balance": 0,
    }
    facts["documents"].append(document)
    return document


def totals(rng: Random, document: Facts) -> None:
    """Total and what is open of it."""
    document["total"] = max(0, sum(line["amount"] for line in document["lines"]))
    document["balance"] = rng.choice([0, document["total"], document["total"], document["total"] // 3])


def repeat(rng: Random, facts: Facts, document: Facts) -> None:
    """The same invoice once more, some days later."""
    twin = new_document(rng, facts, document["issued_on"] + timedelta(rng.choice([0, 2])), document["currency"])
    twin["lines"] = [dict(line) for line in document["lines"]]
    totals(rng, twin)


def credit(rng: Random, facts: Facts, document: Facts) -> None:
    """A credit memo, and perhaps the payment that sets it against the invoice."""
    memo = new_document(rng, facts, document["issued_on"] + timedelta(3), document["currency"], "credit_memo")
    memo["total"] = rng.choice([1, 100, document["total"] // 2, document["total"], document["total"] + 50])
    memo["tax"] = rng.choice([0, 0, memo["total"] * 19 // 119, memo["total"] // 13])
    if rng.random() < 0.85:
        amount = rng.choice([memo["total"], memo["total"] // 2])
        cash = rng.choice([0, 0, 30])
        applied = [(memo["id"], amount), (document["id"], amount + cash)]
        rng.shuffle(applied)
        facts["payments"].append(new_payment(rng, document, facts, "quickbooks", "payment", cash, applied=applied))
    if rng.random() < 0.1:
        memo["id"] = f"{memo['id']}-unknown"  # named by a payment, not known itself


def pay(rng: Random, facts: Facts, document: Facts) -> None:
    """The gateway's side of an invoice: paid whole, in part, twice, disputed, refunded, failed."""
    total, own = document["total"], document["id"].split(":")[2]
    joined = rng.choices(["names", "number", "named_number", "other"], [6, 2, 1, 1])[0]
    gateway = new_payment(rng, document, facts, "stripe", "gateway_invoice", total)
    gateway |= {
        "status": rng.choices(["open", "paid", "uncollectible", "void", "deleted"], [45, 45, 4, 3, 3])[0],
        "remaining": rng.choice([0, 0, total, total // 2, None]),
        "credited": rng.choice([0, 0, 0, total // 4, total]),
        "attempted": rng.random() < 0.5,
        "failure": rng.random() < 0.3,
        "names": own if joined == "names" else "unknown" if joined == "other" else None,
        "number": document["number"] if joined == "number" else None,
        "named_number": document["number"] if joined == "named_number" else None,
    }
    facts["payments"].append(gateway)
    short = gateway["id"].split(":")[2]
    for _ in range(rng.choice([0, 1, 1, 2])):
        charge = new_payment(rng, document, facts, "stripe", "payment", rng.choice([total, total // 2, total + 100]))
        charge |= {"gateway_invoice": short, "status": rng.choice(["succeeded", "succeeded", "failed", "processing"])}
        facts["payments"].append(charge)
        for kind, chance in (("refund", 0.1), ("dispute", 0.08)):
            if rng.random() < chance:
                back = new_payment(
                    rng, document, facts, "stripe", kind, rng.choice([charge["amount"], charge["amount"] // 2])
                )
                words = (
                    ["succeeded", "pending"] if kind == "refund" else ["needs_response", "won", "under_review", "lost"]
                )
                target = (
                    {"of_payment": charge["id"].split(":")[2]} if rng.random() < 0.6 else {"gateway_invoice": short}
                )
                facts["payments"].append(back | target | {"status": rng.choice(words)})


def new_payment(
    rng: Random,
    document: Facts,
    facts: Facts,
    source: str,
    kind: str,
    amount: int,
    applied: list[tuple[str, int]] | None = None,
) -> Facts:
    """A movement of money that succeeded, a little after the one before."""
    number = len(facts["payments"])
    return {
        "id": f"{source}:{kind}:{number}",
        "kind": kind,
        "status": "succeeded",
        "currency": "CHF" if rng.random() < 0.02 else document["currency"],
        "amount": amount,
        "occurred_at": facts["now"] - timedelta(hours=500 - number // 2),
        "remaining": None,
        "credited": 0,
        "gateway_invoice": None,
        "of_payment": None,
        "names": None,
        "number": None,
        "named_number": None,
        "attempted": False,
        "failure": False,
        "applied": applied or [],
    }
