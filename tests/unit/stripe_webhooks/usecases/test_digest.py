"""Webhooks become announcements: once each, whatever the order and however often they come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_webhooks.ports import ProviderDown, Superseded
from stripe_webhooks.usecases.digest import SLICE
from trueup_contracts.payments import PaymentObservedV1

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies, World


def raw(*events: dict[str, Any]) -> list[bytes | None]:
    return [json.dumps(event).encode() for event in events]


def paid(bodies: Bodies, world: World, invoice_id: str = "in_1", payment_id: str = "pi_1") -> None:
    done = {"status": "paid", "amount_paid": 5200, "amount_remaining": 0, "attempted": True}
    world.stripe.put(bodies.invoice(invoice_id, payments=[payment_id], **done), bodies.intent(payment_id))


async def test_domain_rule_15_a_webhook_is_only_a_hint(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    await world.digest(raw(bodies.event("evt_1", bodies.invoice("in_1", status="open", total=1))))
    invoice = world.store.now()["stripe:invoice:in_1"]
    assert isinstance(invoice, PaymentObservedV1)
    assert (invoice.status, invoice.amount_minor, invoice.remaining_minor) == ("paid", 5200, 0)
    assert set(world.store.now()) == {"stripe:invoice:in_1", "stripe:payment:pi_1"}


async def test_ten_events_about_one_invoice_are_one_look(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    events = [bodies.event(f"evt_{n}", bodies.invoice("in_1")) for n in range(10)]
    await world.digest(raw(*events))
    assert world.stripe.asked.count("invoices/in_1") == 1


async def test_a_repeat_asks_nothing_and_says_nothing(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    batch = raw(bodies.event("evt_1", bodies.invoice("in_1")), bodies.event("evt_2", bodies.intent("pi_1")))
    await world.digest(batch)
    asked, sent = len(world.stripe.asked), len(world.store.sent)
    for _ in range(5):
        await world.digest(batch)
    assert (len(world.stripe.asked), len(world.store.sent)) == (asked, sent)


async def test_a_crash_before_the_note_is_harmless(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    batch = raw(bodies.event("evt_1", bodies.invoice("in_1")))
    await world.digest(batch)
    sent = len(world.store.sent)
    world.store.seen_ids.clear()
    await world.digest(batch)
    assert len(world.store.sent) == sent
    assert world.store.seen_ids == {"evt_1"}


async def test_a_refund_finds_its_invoice_through_the_join(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    await world.digest(raw(bodies.event("evt_1", bodies.invoice("in_1"))))
    world.stripe.put(bodies.refund("re_1", "pi_1"))
    await world.digest(raw(bodies.event("evt_2", bodies.refund("re_1", "pi_1"))))
    refund = world.store.now()["stripe:refund:re_1"]
    assert isinstance(refund, PaymentObservedV1)
    assert (refund.gateway_invoice_id, refund.payment_id, refund.ref) == ("in_1", "pi_1", "stripe:cus_1")
    assert "invoice_payments" not in world.stripe.asked, "the join was known"


async def test_an_unknown_payment_is_asked_for_its_invoice(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    world.stripe.put(bodies.dispute("dp_1", "pi_1"))
    await world.digest(raw(bodies.event("evt_1", bodies.dispute("dp_1", "pi_1"))))
    assert "invoice_payments" in world.stripe.asked
    assert {"stripe:invoice:in_1", "stripe:payment:pi_1", "stripe:dispute:dp_1"} <= set(world.store.now())


async def test_a_thin_event_is_followed_to_its_object(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    world.stripe.put(bodies.refund("re_1", None, charge="ch_pi_1"), bodies.charge("ch_pi_1", "pi_1"))
    world.stripe.objects["refunds"]["re_1"]["payment_intent"] = None
    await world.digest(raw(bodies.thin("evt_1", "refund", "re_1"), bodies.thin("evt_2", "charge", "ch_pi_1")))
    assert {"stripe:invoice:in_1", "stripe:payment:pi_1"} <= set(world.store.now())


async def test_a_payment_without_invoice_is_announced_by_itself(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.intent("pi_5"), bodies.intent("pi_6", customer=None))
    await world.digest(raw(bodies.event("evt_1", bodies.intent("pi_5")), bodies.event("evt_2", bodies.intent("pi_6"))))
    payment = world.store.now()["stripe:payment:pi_5"]
    assert isinstance(payment, PaymentObservedV1)
    assert payment.gateway_invoice_id is None
    assert "stripe:payment:pi_6" not in world.store.now(), "without a customer it is nobody's"


async def test_a_declined_attempt_marks_invoice_and_payment(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.invoice("in_1", payments=["pi_1"], attempted=True), bodies.declined("pi_1"))
    await world.digest(raw(bodies.event("evt_1", bodies.invoice("in_1"))))
    for key in ("stripe:invoice:in_1", "stripe:payment:pi_1"):
        fact = world.store.now()[key]
        assert isinstance(fact, PaymentObservedV1)
        assert fact.failure is not None
        assert fact.failure.decline_code == "insufficient_funds"


async def test_poison_goes_alone(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    good = raw(bodies.event("evt_1", bodies.invoice("in_1")))
    poison = await world.digest([b"nope", *good, None, b"\xff"])
    assert [one.index for one in poison] == [0, 2, 3]
    assert "stripe:invoice:in_1" in world.store.now()


async def test_an_unreadable_invoice_is_noted_and_the_rest_goes_on(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    world.stripe.put(bodies.invoice("in_2", currency=None))
    events = raw(bodies.event("evt_1", bodies.invoice("in_1")), bodies.event("evt_2", bodies.invoice("in_2")))
    await world.digest(events)
    assert "stripe:invoice:in_1" in world.store.now()
    [missing] = world.store.missing_rows.values()
    assert (missing.wanted, missing.ref) == ("invoice:in_2", "stripe:cus_1")
    world.stripe.put(bodies.invoice("in_2"))
    await world.digest(raw(bodies.event("evt_3", bodies.invoice("in_2"))))
    assert world.store.missing_rows == {}


async def test_a_refused_question_is_noted_for_its_object_alone(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    world.stripe.rejects.add("in_2")
    events = raw(bodies.event("evt_1", bodies.invoice("in_1")), bodies.event("evt_2", bodies.invoice("in_2")))
    await world.digest(events)
    assert [one.reason for one in world.store.missing_rows.values()] == ["rejected"]
    assert "stripe:invoice:in_1" in world.store.now()


async def test_what_was_announced_before_is_known_to_be_whose(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    await world.digest(raw(bodies.event("evt_1", bodies.invoice("in_1"))))
    world.stripe.rejects.add("in_1")
    await world.digest(raw(bodies.event("evt_2", bodies.invoice("in_1"))))
    assert [one.ref for one in world.store.missing_rows.values()] == ["stripe:cus_1"]


async def test_a_deleted_draft_is_said_to_be_deleted(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.invoice("in_1", status="draft"))
    await world.digest(raw(bodies.event("evt_1", bodies.invoice("in_1"))))
    world.stripe.drop("invoices", "in_1")
    gone = bodies.event("evt_2", bodies.invoice("in_1"), type="invoice.deleted")
    never_known = bodies.event("evt_3", bodies.invoice("in_9"), type="invoice.deleted")
    await world.digest(raw(gone, never_known))
    last = world.store.now()["stripe:invoice:in_1"]
    assert isinstance(last, PaymentObservedV1)
    assert (last.status, last.remaining_minor) == ("deleted", 0)
    assert last.version > world.store.sent[0].version
    assert "stripe:invoice:in_9" not in world.store.now()


async def test_a_customers_new_card_is_what_their_open_invoices_are_paid_with(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.customer("cus_1"), bodies.invoice("in_1"), bodies.invoice("in_2", customer="cus_2"))
    paid(bodies, world, "in_3", "pi_3")
    await world.digest(raw(bodies.event("evt_1", bodies.customer("cus_1"))))
    assert set(world.store.now()) == {"stripe:cus_1", "stripe:invoice:in_1"}, "neither a foreign nor a paid one"


async def test_only_a_change_of_what_is_paid_with_leads_to_the_open_invoices(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.customer("cus_1"), bodies.invoice("in_1"))

    async def look(event_id: str, *changed: str, told: bool = True) -> bool:
        event = bodies.event(event_id, bodies.customer("cus_1"))
        if told:
            event["data"]["previous_attributes"] = dict.fromkeys(changed)
        asked = world.stripe.asked.count("invoices/in_1")
        await world.digest(raw(event))
        return world.stripe.asked.count("invoices/in_1") > asked

    assert not await look("evt_1", "email", "balance")
    assert await look("evt_2", "email", "invoice_settings")
    assert await look("evt_3", "default_source")
    assert await look("evt_4", told=False)
    asked = world.stripe.asked.count("invoices/in_1")
    await world.digest(raw(bodies.thin("evt_5", "customer", "cus_1")))
    assert world.stripe.asked.count("invoices/in_1") == asked + 1


async def test_a_subscriptions_new_card_is_what_its_open_invoices_are_paid_with(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.invoice("in_1", subscription="sub_1"), bodies.invoice("in_2", subscription="sub_2"))
    event = bodies.event("evt_1", {"id": "sub_1", "object": "subscription"})
    await world.digest(raw(event | {"data": event["data"] | {"previous_attributes": {"default_payment_method": None}}}))
    await world.digest(raw(event | {"id": "evt_2", "data": event["data"] | {"previous_attributes": {"status": "x"}}}))
    assert set(world.store.now()) == {"stripe:invoice:in_1"}
    assert world.stripe.asked.count("invoices") == 1


async def test_what_was_done_of_a_batch_is_not_done_again(world: World, bodies: Bodies) -> None:
    number = 2 * SLICE + 1
    for n in range(number):
        world.stripe.put(bodies.invoice(f"in_{n}"))
    batch = raw(*(bodies.event(f"evt_{n}", bodies.invoice(f"in_{n}")) for n in range(number)))
    ask, world.stripe.down = world.stripe._ask, None

    async def ends_after_some(what: str) -> None:
        await ask(what)
        if len(world.stripe.asked) > SLICE:
            raise ProviderDown("provider_error", "down")

    world.stripe._ask = ends_after_some  # type: ignore[method-assign]
    with pytest.raises(ProviderDown):
        await world.digest(batch)
    assert world.store.seen_ids == {f"evt_{n}" for n in range(SLICE)}
    world.stripe._ask = ask  # type: ignore[method-assign]
    await world.digest(batch)
    assert len(world.store.seen_ids) == number
    assert world.stripe.asked.count("invoices/in_0") == 1


async def test_one_look_does_for_events_that_are_far_apart_in_a_batch(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    events = [bodies.event(f"evt_{n}", bodies.invoice("in_1")) for n in range(3 * SLICE)]
    refunded = bodies.event("evt_re", bodies.refund("re_1", "pi_1"))
    world.stripe.put(bodies.refund("re_1", "pi_1"))
    await world.digest(raw(*events, refunded))
    # The refund's event asks for more than the earlier look has shown.
    assert world.stripe.asked.count("invoices/in_1") == 2
    assert "stripe:refund:re_1" in world.store.now()


async def test_a_deleted_customer_keeps_its_name(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.customer("cus_1"))
    await world.digest(raw(bodies.event("evt_1", bodies.customer("cus_1"))))
    world.stripe.put({"id": "cus_1", "object": "customer", "deleted": True})
    await world.digest(raw(bodies.event("evt_2", bodies.customer("cus_1"))))
    last = world.store.now()["stripe:cus_1"]
    assert last.model_dump(include={"name", "deleted", "active"}) == {
        "name": "Name of cus_1",
        "deleted": True,
        "active": False,
    }


async def test_with_stripe_down_the_batch_comes_again(world: World, bodies: Bodies) -> None:
    world.stripe.down = "503"
    with pytest.raises(ProviderDown):
        await world.digest(raw(bodies.event("evt_1", bodies.invoice("in_1"))))
    assert (world.store.sent, world.store.seen_ids, world.store.missing_rows) == ([], set(), {})


async def test_a_lost_lease_publishes_nothing_and_notes_nothing(world: World, bodies: Bodies) -> None:
    paid(bodies, world)
    world.store.lose_leases = True
    with pytest.raises(Superseded):
        await world.digest(raw(bodies.event("evt_1", bodies.invoice("in_1"))))
    assert (world.store.sent, world.store.seen_ids) == ([], set())


async def test_buckets_work_side_by_side(world: World, bodies: Bodies) -> None:
    for n in range(40):
        paid(bodies, world, f"in_{n}", f"pi_{n}")
    await world.digest(raw(*(bodies.event(f"evt_{n}", bodies.invoice(f"in_{n}")) for n in range(40))))
    assert world.store.most_held > 6
    assert len(world.store.now()) == 80


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_any_repeats_end_in_the_same_state(
    data: st.DataObject, bodies: Bodies, fresh: Callable[[], World]
) -> None:
    """Two consumers take shuffled, repeated events while the world moves on: the end is what Stripe holds."""
    world = fresh()
    happenings = [
        bodies.invoice("in_1", payments=["pi_1"]),
        bodies.declined("pi_1"),
        bodies.invoice("in_1", payments=["pi_1"], attempted=True, attempt_count=1),
        bodies.intent("pi_1"),
        bodies.invoice("in_1", payments=["pi_1"], status="paid", amount_paid=5200, amount_remaining=0, attempted=True),
        bodies.refund("re_1", "pi_1", status="pending"),
        bodies.refund("re_1", "pi_1", status="succeeded"),
        bodies.dispute("dp_1", "pi_1"),
    ]
    events = [bodies.event(f"evt_{n}", one) for n, one in enumerate(happenings)]

    async def run() -> None:
        world.stripe.put(happenings[0], bodies.declined("pi_1"))
        for n, one in enumerate(happenings):
            world.stripe.put(one)
            early = data.draw(st.lists(st.sampled_from(events[: n + 1]), max_size=3))
            late = data.draw(st.lists(st.sampled_from(events[: n + 1]), max_size=3))
            await asyncio.gather(world.digest(raw(*early)), world.digest(raw(*late)))
        await world.digest(raw(*data.draw(st.permutations(events))))

    asyncio.run(run())
    plain = fresh()
    for one in happenings:
        plain.stripe.put(one)
    asyncio.run(plain.load())
    stamp = {"version", "observed_at"}
    ended = {key: fact.model_dump(exclude=stamp) for key, fact in world.store.now().items()}
    assert ended == {key: fact.model_dump(exclude=stamp) for key, fact in plain.store.now().items()}
    versions = [fact.version for fact in world.store.sent if fact.key() == "stripe:invoice:in_1"]
    assert versions == sorted(versions)
