"""The load says the same as looking at each thing would, and notices what is gone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from stripe_webhooks.ports import ProviderDown
from stripe_webhooks.usecases.load import PAGES_PER_HOLD
from stripe_webhooks.usecases.reading import Wanted
from trueup_contracts.payments import PaymentObservedV1

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies, World

STAMP = {"version", "observed_at"}


def fill(world: World, bodies: Bodies) -> None:
    for n in range(8):
        world.stripe.put(
            bodies.customer(f"cus_{n}"),
            bodies.invoice(
                f"in_{n}", payments=[f"pi_{n}"], status="paid", amount_paid=5200, amount_remaining=0, attempted=True
            ),
            bodies.intent(f"pi_{n}"),
        )
    world.stripe.put(
        bodies.invoice("in_8", payments=["pi_8"], attempted=True, attempt_count=1),
        bodies.declined("pi_8"),
        bodies.refund("re_1", "pi_1"),
        bodies.dispute("dp_2", "pi_2"),
        bodies.intent("pi_lone"),
        bodies.refund("re_lone", "pi_lone"),
        bodies.refund("re_lost", None, charge="ch_pi_3"),
        bodies.charge("ch_pi_3", "pi_3"),
    )


async def test_everything_is_announced_once(world: World, bodies: Bodies) -> None:
    fill(world, bodies)
    await world.load()
    now = world.store.now()
    # re_lost names only its charge: found through it, listed by its payment nowhere in this fake.
    assert set(now) >= {f"stripe:cus_{n}" for n in range(8)}
    assert set(now) >= {f"stripe:invoice:in_{n}" for n in range(9)} | {f"stripe:payment:pi_{n}" for n in range(9)}
    assert set(now) >= {"stripe:refund:re_1", "stripe:dispute:dp_2", "stripe:payment:pi_lone", "stripe:refund:re_lone"}
    failed = now["stripe:invoice:in_8"]
    assert isinstance(failed, PaymentObservedV1)
    assert failed.failure is not None
    keys = [fact.key() for fact in world.store.sent]
    assert len(keys) == len(set(keys))


async def test_an_open_invoice_whose_subscription_keeps_the_card_is_read_by_itself(
    world: World, bodies: Bodies
) -> None:
    parent = {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}}
    world.stripe.put(bodies.customer(), bodies.invoice(parent=parent), bodies.invoice("in_2"))
    await world.load()
    assert "invoices/in_1" in world.stripe.asked
    assert "invoices/in_2" not in world.stripe.asked


async def test_looking_at_each_thing_after_the_load_changes_nothing(world: World, bodies: Bodies) -> None:
    fill(world, bodies)
    await world.load()
    sent = len(world.store.sent)
    await world.observer.look_at([Wanted("invoice", f"in_{n}", refunds=True, disputes=True) for n in range(9)])
    await world.observer.look_at([Wanted("customer", f"cus_{n}") for n in range(8)])
    await world.observer.look_at([Wanted("payment", "pi_lone", refunds=True)])
    assert [fact.key() for fact in world.store.sent[sent:]] == []


async def test_a_second_load_publishes_only_what_has_changed(world: World, bodies: Bodies) -> None:
    fill(world, bodies)
    await world.load()
    sent = len(world.store.sent)
    world.stripe.put(bodies.invoice("in_3", payments=["pi_3"], status="void", amount_remaining=0))
    world.stripe.drop("customers", "cus_5")
    world.stripe.drop("invoices", "in_4")
    await world.load()
    changed = {fact.key(): fact.model_dump() for fact in world.store.sent[sent:]}
    assert set(changed) == {"stripe:invoice:in_3", "stripe:cus_5", "stripe:invoice:in_4"}
    assert changed["stripe:cus_5"]["deleted"] is True
    assert changed["stripe:invoice:in_4"]["status"] == "deleted"


async def test_an_unreadable_object_does_not_stop_the_page(world: World, bodies: Bodies) -> None:
    fill(world, bodies)
    world.stripe.put(bodies.invoice("in_2", currency=None, customer="cus_2"))
    await world.load()
    assert "stripe:invoice:in_3" in world.store.now()
    assert [(one.wanted, one.ref) for one in world.store.missing_rows.values()] == [("invoice:in_2", "stripe:cus_2")]


async def test_webhooks_get_their_turn_between_two_pages(world: World, bodies: Bodies) -> None:
    fill(world, bodies)
    load = asyncio.create_task(world.load())
    while not world.stripe.asked:
        await asyncio.sleep(0)
    await world.observer.look_at([Wanted("invoice", "in_1")])
    assert not load.done()
    await load


async def test_slow_pages_end_a_hold_sooner(world: World, bodies: Bodies) -> None:
    for n in range(40):
        world.stripe.put(bodies.customer(f"cus_{n}"))
    rests: list[int] = []

    async def pages_between_rests(page_s: float) -> list[int]:
        async def breathe() -> None:
            rests.append(len(world.stripe.asked))

        rests.clear()
        world.stripe.asked.clear()
        await replace(world.load, breathe=breathe, elapsed_s=lambda: page_s * len(world.stripe.asked))()
        return [after - before for before, after in pairwise([0, *rests])]

    assert set(await pages_between_rests(3.0)) == {1}, "one page at the least"
    assert await pages_between_rests(0.3) == [4, 4, 4]
    assert await pages_between_rests(0.0) == [PAGES_PER_HOLD]


async def test_a_load_that_fails_can_be_repeated(world: World, bodies: Bodies) -> None:
    fill(world, bodies)
    world.stripe.down = "503"
    with pytest.raises(ProviderDown):
        await world.load()
    world.stripe.down = None
    await world.load()
    assert "stripe:dispute:dp_2" in world.store.now()
