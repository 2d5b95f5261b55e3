"""One look at one thing: what cannot be read is part of the answer, and no list is taken for whole before its end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from stripe_webhooks.domain.events import Target
from stripe_webhooks.ports import ProviderDown
from stripe_webhooks.usecases.reading import Wanted, all_answers
from trueup_contracts.payments import PaymentObservedV1
from trueup_contracts.syncs import SyncReportedV1

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies, World


async def read(world: World, wanted: Wanted) -> Any:
    return await world.observer.reader.read(wanted, "background")


async def test_an_invoice_that_shows_no_payments_is_asked_for_them(world: World, bodies: Bodies) -> None:
    cut = {name: value for name, value in bodies.invoice(payments=["pi_1"]).items() if name != "payments"}
    world.stripe.put(cut, bodies.invoice_payment("inpay_1", "in_1", "pi_1"), bodies.intent("pi_1"))
    reading = await read(world, Wanted("invoice", "in_1"))
    assert "invoice_payments" in world.stripe.asked
    assert [join.payment_id for join in reading.joins] == ["pi_1"]


async def test_a_payment_that_is_no_intent_is_told_as_the_invoice_tells_it(world: World, bodies: Bodies) -> None:
    paid = {"status": "paid", "amount_paid": 5200, "payment": {"type": "payment_record", "payment_record": "pr_1"}}
    inpay = bodies.invoice_payment("inpay_1", "in_1", "-", **paid)
    world.stripe.put(bodies.invoice(payments=[]) | {"payments": {"object": "list", "has_more": False, "data": [inpay]}})
    reading = await read(world, Wanted("invoice", "in_1"))
    assert [(one.object_id, one.status) for one in reading.snapshots[1:]] == [("stripe:payment:pr_1", "succeeded")]


async def test_a_payment_that_stripe_only_has_on_record_is_marked(world: World, bodies: Bodies) -> None:
    for kind, off_gateway in (("payment_record", True), ("charge", None)):
        inpay = bodies.invoice_payment("inpay_1", "in_1", "", payment={"type": kind, kind: f"{kind}_1"}, status="paid")
        world.stripe.put(bodies.invoice() | {"payments": {"data": [inpay], "has_more": False}})
        payment = (await read(world, Wanted("invoice", "in_1"))).snapshots[1]
        assert (payment.object_id, payment.off_gateway) == (f"stripe:payment:{kind}_1", off_gateway)


async def test_what_is_given_back_of_a_charge_without_intent_is_found_by_the_charge(
    world: World, bodies: Bodies
) -> None:
    inpay = bodies.invoice_payment("inpay_1", "in_1", "", payment={"type": "charge", "charge": "ch_1"}, status="paid")
    refund = bodies.refund("re_1", None, charge="ch_1")
    world.stripe.put(
        bodies.invoice() | {"payments": {"data": [inpay], "has_more": False}}, bodies.charge("ch_1", None), refund,
        bodies.dispute("dp_1", None, charge="ch_1"), bodies.refund("re_2", None, charge="ch_2"),
    )  # fmt: skip
    await world.observer.observe([Target("invoice", "in_1", "in_1")])
    known = world.store.now()
    assert set(known) == {"stripe:invoice:in_1", "stripe:payment:ch_1", "stripe:refund:re_1", "stripe:dispute:dp_1"}
    back = known["stripe:refund:re_1"]
    assert isinstance(back, PaymentObservedV1)
    assert (back.payment_id, back.gateway_invoice_id, back.ref) == ("ch_1", "in_1", "stripe:cus_1")
    # And by its own events, through the join.
    world.stripe.put(refund | {"status": "failed"})
    for target in (Target("refund", "re_1"), Target("charge", "ch_1"), Target("dispute", "dp_1")):
        [wanted] = (await world.observer.resolver([target], "background")).wanted
        assert (wanted.thing, wanted.object_id) == ("invoice", "in_1")
    [lost] = [(await world.observer.resolver([Target("refund", "re_2")], "background")).wanted]
    assert lost == [], "a charge of no invoice that is known"
    world.stripe.asked.clear()
    await world.load()
    failed = world.store.now()["stripe:refund:re_1"]
    assert isinstance(failed, PaymentObservedV1)
    assert (failed.status, failed.payment_id) == ("failed", "ch_1")


async def test_an_intent_that_waits_for_its_first_attempt_is_no_payment(world: World, bodies: Bodies) -> None:
    waits = bodies.intent("pi_1", status="requires_payment_method", latest_charge=None, amount_received=0)
    world.stripe.put(bodies.invoice(payments=["pi_1"]), waits)
    reading = await read(world, Wanted("invoice", "in_1"))
    assert [one.object_id for one in reading.snapshots] == ["stripe:invoice:in_1"]
    assert reading.joins


async def test_what_stripe_refuses_is_noted_and_not_read(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.invoice())
    world.stripe.rejects.add("in_1")
    reading = await read(world, Wanted("invoice", "in_1"))
    assert [(one.wanted, one.reason) for one in reading.missing] == [("invoice:in_1", "rejected")]
    assert (reading.snapshots, reading.read_whole) == ([], [])


async def test_a_payment_of_nobody_is_not_announced(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.intent("pi_1", customer=None))
    reading = await read(world, Wanted("payment", "pi_1"))
    assert (reading.snapshots, reading.read_whole) == ([], ["payment:pi_1"])


async def test_a_list_that_does_not_end_is_no_answer(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.invoice(payments=["pi_1"]), bodies.intent("pi_1"))
    world.stripe.put(*(bodies.refund(f"re_{number}") for number in range(301)))
    with pytest.raises(ProviderDown, match="does not end within 100 pages"):
        await read(world, Wanted("invoice", "in_1", refunds=True))


async def test_the_first_error_goes_on_only_when_no_call_is_left_running() -> None:
    ended: list[str] = []

    async def fails() -> str:
        raise ProviderDown("provider_error", "down")

    async def late() -> str:
        await asyncio.sleep(0.01)
        ended.append("late")
        return "late"

    with pytest.raises(ProviderDown):
        await all_answers([fails(), late()])
    assert ended == ["late"]


def test_a_note_names_its_thing() -> None:
    assert Wanted.of_label("invoice:in_1") == Wanted("invoice", "in_1", refunds=True, disputes=True)
    with pytest.raises(ValueError, match="names no thing"):
        Wanted.of_label("spaceship:1")


async def test_a_target_that_cannot_be_looked_up_leads_nowhere_and_takes_no_other_along(
    world: World, bodies: Bodies
) -> None:
    world.stripe.put(bodies.charge("ch_1", "pi_1"), bodies.invoice(payments=["pi_2"]), bodies.intent("pi_2"))
    world.stripe.rejects.add("ch_1")
    found = await world.observer.resolver([Target("charge", "ch_1"), Target("invoice", "in_1", "in_1")], "background")
    assert ([one.label for one in found.wanted], found.missing) == (["invoice:in_1"], [])


async def test_a_payment_whose_invoice_may_not_be_asked_for_is_read_by_itself(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.invoice(payments=["pi_2"]), bodies.intent("pi_2"))
    world.stripe.rejects.add("pi_1")
    await world.observer.observe([Target("payment_intent", "pi_1", None, "pi_1"), Target("invoice", "in_1", "in_1")])
    assert "stripe:invoice:in_1" in world.store.now()
    assert list(world.store.missing_rows) == ["payment:pi_1"]


async def test_a_right_that_is_missing_for_one_object_is_named_until_it_is_there(world: World, bodies: Bodies) -> None:
    note = bodies.refund("cn_1", None, object="credit_note", invoice="in_1")
    world.stripe.put(bodies.invoice(), note, bodies.invoice("in_2"))
    world.stripe.forbids.add("cn_1")
    await world.poll()
    await world.observer.observe([Target("credit_note", "cn_1"), Target("invoice", "in_2", "in_2")])
    [missing] = world.store.missing_rows.values()
    assert (missing.wanted, missing.ref, missing.reason) == ("credit_note:cn_1", None, "not_allowed")
    assert "the API key lacks the right to read credit_notes" in missing.detail
    world.tick(minutes=1)
    await world.poll()
    report = world.store.sent[-1]
    assert isinstance(report, SyncReportedV1)
    assert (report.complete, report.reason, report.error) == (False, "incomplete_answer", missing.detail)
    world.stripe.forbids.clear()
    world.stripe.put(bodies.invoice(amount_remaining=5000))
    world.tick(minutes=1)
    await world.poll()
    assert world.store.missing_rows == {}
    invoice = world.store.now()["stripe:invoice:in_1"]
    assert isinstance(invoice, PaymentObservedV1)
    assert invoice.remaining_minor == 5000, "what it leads to was looked at"


async def test_a_thing_that_may_not_be_read_is_noted(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.invoice())
    world.stripe.forbids.add("in_1")
    [missing] = (await read(world, Wanted("invoice", "in_1"))).missing
    assert missing.detail == "/v1/invoices/in_1: the API key lacks the right to read invoices"


async def test_a_load_goes_on_over_many_pages_and_notes_the_one_that_cannot_be_read(
    world: World, bodies: Bodies
) -> None:
    world.stripe.put(*(bodies.customer(f"cus_{number}") for number in range(40)))
    world.stripe.put(bodies.invoice("in_bad", total="much"), bodies.invoice("in_good"))
    world.stripe.put(bodies.refund("re_bad", "pi_1", amount="some"), bodies.intent("pi_1"))
    await world.load()
    assert {f"stripe:cus_{number}" for number in range(40)} <= set(world.store.now())
    assert "stripe:invoice:in_good" in world.store.now()
    assert {"invoice:in_bad", "payment:pi_1"} <= set(world.store.missing_rows)
