"""What a customer pays for its sub-customers counts at theirs, whichever account each of them belongs to."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from tests.integration.reconciler.world import NOW, System, facts, reports

from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.envelope import Event
from trueup_contracts.invoices import Application
from trueup_contracts.payments import PaymentObservedV1

PAID = "quickbooks:payment:99"


def sub_customer(parent: int | None, *, account: int = 0, version: int = 2) -> CustomerObservedV1:
    return CustomerObservedV1(
        version=version,
        ref=f"quickbooks:{account}",
        observed_at=NOW,
        name=f"Client {account}",
        parent_ref=None if parent is None else f"quickbooks:{parent}",
    )


def paid(account: int, *, version: int = 1, **more: Any) -> PaymentObservedV1:
    """5.00 of credit, set against October's invoice of account 0 by the customer of another account."""
    given: dict[str, Any] = {
        "applied": [
            Application(document_id="quickbooks:creditmemo:7", amount_minor=500),
            Application(document_id="quickbooks:invoice:0-11", amount_minor=500),
        ],
        "unapplied_minor": 900,
    } | more
    return PaymentObservedV1(
        version=version,
        object_id=PAID,
        kind="payment",
        ref=f"quickbooks:{account}",
        status="succeeded",
        currency="USD",
        amount_minor=900,
        occurred_at=datetime(2026, 11, 6, tzinfo=UTC),
        observed_at=NOW,
        **given,
    )


async def billed(system: System) -> tuple[int, bool]:
    """October of account 0: what was billed in the end, and whether the payment stands at the account."""
    payload = (await system.row("c0"))["payload"]
    october = next(one for one in payload["reconciliations"] if one["period"]["start"] == "2026-10-01")
    return october["billed_minor"], any(one["object_id"] == PAID for one in payload["payments"])


async def test_a_payment_of_the_parent_counts_at_the_sub_customers_invoice(system: System) -> None:
    await system.feed([*facts(3), *reports()])
    await system.settle()
    before = await billed(system)
    await system.feed([paid(2)])
    await system.settle()
    assert await billed(system) == before, "of a stranger it is not known to be ours"
    # Two levels up: 0 belongs to 1, and that to 2.
    await system.feed([sub_customer(1), sub_customer(2, account=1)])
    await system.settle()
    assert await billed(system) == (before[0] - 500, True)
    await system.feed([paid(2, version=2, applied=[])])
    await system.settle()
    assert await billed(system) == before, "taken back by the other customer, and told here"


async def test_what_is_left_over_stays_with_who_paid(system: System) -> None:
    await system.feed([*facts(2), *reports(), sub_customer(1), paid(1)])
    await system.settle()
    told = [(await system.row(client))["payload"]["discrepancies"] for client in ("c0", "c1")]
    left = [[one["code"] for one in found if one["code"].startswith("unapplied")] for found in told]
    assert left == [[], ["unapplied_payment"]]


async def test_it_comes_out_alike_whatever_comes_first(system: System) -> None:
    events: list[Event] = [*facts(2), sub_customer(1), paid(1), paid(1, version=2, unapplied_minor=0)]
    await system.feed([*events, *reports()])
    await system.settle()
    expected = await system.state()
    for seed in range(3):
        await system.forget()
        mixed = [*events, *events]
        random.Random(seed).shuffle(mixed)
        for start in range(0, len(mixed), 200):
            await system.feed(mixed[start : start + 200], batch=29)
            await system.settle()
        await system.feed(reports())
        await system.settle()
        assert await system.state() == expected
