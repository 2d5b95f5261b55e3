"""The poll: a load first, then events; it reports what it covers and never more."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from stripe_webhooks.ports import ProviderDown
from stripe_webhooks.usecases.poll import EVENT_PAGES_MAX, HORIZON, MISSING_MAX
from trueup_contracts.syncs import SyncReportedV1

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies, World


def reports(world: World) -> list[SyncReportedV1]:
    return [fact for fact in world.store.sent if isinstance(fact, SyncReportedV1)]


def now_s(world: World) -> int:
    return int(world.time.timestamp())


async def test_the_first_pull_loads_everything_and_then_is_complete(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.invoice("in_1"), bodies.customer())
    assert await world.poll()
    first, last = reports(world)
    assert (first.complete, first.reason, first.as_of) == (False, "never_complete", None)
    assert (last.complete, last.reason, last.as_of, last.scope) == (True, None, world.time, "billing")
    assert last.offsets == {"sent": {"0": len(world.store.sent) - 1}}, "the report follows the facts it covers"
    assert last.version > first.version > 0, "of two with one version the second is taken for a repeat"


async def test_what_no_webhook_brought_is_caught(world: World, bodies: Bodies) -> None:
    await world.poll()
    world.stripe.put(bodies.invoice("in_1"))
    world.stripe.put(bodies.event("evt_1", bodies.invoice("in_1"), created=now_s(world)))
    world.tick(seconds=60)
    assert await world.poll()
    assert "stripe:invoice:in_1" in world.store.now()
    assert reports(world)[-1].as_of == world.time


async def test_what_a_webhook_brought_is_not_read_again(world: World, bodies: Bodies) -> None:
    await world.poll()
    world.stripe.put(bodies.invoice("in_1"))
    event = bodies.event("evt_1", bodies.invoice("in_1"), created=now_s(world))
    world.stripe.put(event)
    await world.digest([json.dumps(event).encode()])
    asked = world.stripe.asked.count("invoices/in_1")
    world.tick(seconds=60)
    await world.poll()
    assert world.stripe.asked.count("invoices/in_1") == asked


async def test_a_wish_comes_first_with_its_events_and_first_looks_only(world: World, bodies: Bodies) -> None:
    await world.poll()
    asked: list[tuple[str, str]] = []
    for name in ("one", "page"):
        whole = getattr(world.stripe, name)

        async def noted(what: Any, *rest: Any, whole: Any = whole, **more: Any) -> Any:
            asked.append((what if isinstance(what, str) else what.resource, more["priority"]))
            return await whole(what, *rest, **more)

        setattr(world.stripe, name, noted)
    for n in range(30):
        world.stripe.put(bodies.invoice(f"in_{n}"))
        world.stripe.put(bodies.event(f"evt_{n}", bodies.invoice(f"in_{n}"), created=now_s(world)))
    world.tick(seconds=5)
    assert await replace(world.poll, prompt_looks=7)(world.time)
    assert Counter(asked) == {("events", "person"): 10, ("invoices", "person"): 7, ("invoices", "background"): 23}
    asked.clear()
    world.tick(days=40)
    assert await world.poll(world.time)
    assert {priority for _, priority in asked} == {"background"}, "a load is made while others are served"


async def test_polls_overlap_so_that_a_late_event_is_not_missed(world: World, bodies: Bodies) -> None:
    await world.poll()
    world.tick(seconds=60)
    await world.poll()
    world.stripe.put(bodies.invoice("in_1"))
    world.stripe.put(bodies.event("evt_late", bodies.invoice("in_1"), created=now_s(world) - 5))
    world.tick(seconds=60)
    await world.poll()
    assert "stripe:invoice:in_1" in world.store.now()


async def test_one_pull_an_interval_is_enough_for_all_replicas(world: World) -> None:
    assert await world.poll()
    world.tick(seconds=20)
    assert not await world.poll()
    world.tick(seconds=30)
    assert await world.poll()


async def test_a_wish_pulls_at_once_unless_a_pull_has_begun_since(world: World) -> None:
    await world.poll()
    world.tick(seconds=1)
    wished_at = world.time
    world.tick(seconds=1)
    assert await world.poll(wished_at)
    assert not await world.poll(wished_at)


async def test_who_does_not_lead_stands_by(world: World) -> None:
    world.store.led_elsewhere = True
    assert not await world.poll()
    assert world.stripe.asked == []


async def test_with_stripe_down_the_report_says_so_and_what_was_complete_ages(world: World) -> None:
    await world.poll()
    complete_at = world.time
    world.stripe.down = "503"
    world.tick(seconds=60)
    with pytest.raises(ProviderDown):
        await world.poll()
    report = reports(world)[-1]
    assert (report.complete, report.reason, report.as_of) == (False, "provider_error", complete_at)
    assert report.error is not None
    assert "503" in report.error
    world.stripe.down = None
    assert await world.poll(), "a failed pull does not move the clock: the next tick tries again"
    assert reports(world)[-1].complete


async def test_a_first_load_that_fails_has_never_been_complete(world: World) -> None:
    world.stripe.down = "503"
    with pytest.raises(ProviderDown):
        await world.poll()
    assert reports(world)[-1].as_of is None
    assert world.store.at is None


async def test_beyond_what_stripe_keeps_everything_is_loaded(world: World, bodies: Bodies) -> None:
    await world.poll()
    world.stripe.put(bodies.invoice("in_1"))
    world.tick(days=HORIZON / timedelta(days=1) + 1)
    world.stripe.asked.clear()
    await world.poll()
    assert "invoices" in world.stripe.asked
    assert "events" not in world.stripe.asked
    assert "stripe:invoice:in_1" in world.store.now()


@pytest.mark.parametrize(("ahead_s", "loads"), [(1800, False), (86_400, True)])
async def test_a_clock_that_was_ahead_and_is_set_right_keeps_nobody_from_pulling(
    world: World, bodies: Bodies, ahead_s: int, loads: bool
) -> None:
    """An event came while the clock was ahead: beyond what `since` allows for, only a load finds it."""
    world.stripe.put(bodies.event("evt_1", bodies.invoice("in_1"), created=now_s(world)), bodies.invoice("in_1"))
    world.tick(seconds=ahead_s)
    await world.poll()
    world.stripe.put(bodies.invoice("in_2"))
    world.tick(seconds=60 - ahead_s)
    world.stripe.put(bodies.event("evt_2", bodies.invoice("in_2"), created=now_s(world) - 30))
    world.stripe.asked.clear()
    assert await world.poll()
    assert ("invoices" in world.stripe.asked) is loads
    assert "stripe:invoice:in_2" in world.store.now()
    assert reports(world)[-1].as_of == world.time


async def test_more_events_than_fit_are_a_load(world: World, bodies: Bodies) -> None:
    await world.poll()
    world.stripe.page_size = 1
    gone = {"object": "billing.meter", "id": "m"}
    for n in range(EVENT_PAGES_MAX + 1):
        world.stripe.put(bodies.event(f"evt_{n}", gone, created=now_s(world)))
    world.stripe.asked.clear()
    world.tick(seconds=60)
    await world.poll()
    assert "customers" in world.stripe.asked


async def test_gaps_are_reported_retried_and_healed(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.invoice("in_1", currency=None, customer="cus_3"))
    await world.poll()
    report = reports(world)[-1]
    assert report.complete
    assert [(gap.ref, gap.reason) for gap in report.gaps] == [("stripe:cus_3", "unreadable_object")]
    world.stripe.put(bodies.invoice("in_1", customer="cus_3"))
    world.tick(seconds=60)
    await world.poll()
    assert reports(world)[-1].gaps == []
    assert "stripe:invoice:in_1" in world.store.now()


async def test_something_unreadable_that_names_no_customer_may_be_anyones(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.invoice("in_1", customer=None))
    await world.poll()
    report = reports(world)[-1]
    assert (report.complete, report.reason, report.gaps) == (False, "incomplete_answer", [])
    assert report.as_of == world.time


async def test_a_pull_that_comes_through_says_that_too_many_calls_fail(world: World) -> None:
    said: list[str | None] = ["9 of 90 calls failed", None]

    async def trouble() -> str | None:
        return said.pop(0)

    poll = replace(world.poll, trouble=trouble)
    await poll()
    world.tick(seconds=60)
    await poll()
    told = [(one.complete, one.reason, one.error, one.as_of is not None) for one in reports(world)[1:]]
    assert told == [(True, "provider_errors", "9 of 90 calls failed", True), (True, None, None, True)]


class TestAThousandInvoicesOfWhichSixHundredCame:
    async def test_are_a_gap_of_their_customer_until_the_rest_comes(self, world: World, bodies: Bodies) -> None:
        whole = [bodies.invoice(f"in_{n:04}", created=now_s(world) - n) for n in range(1000)]
        torn = {one["id"]: one | {"total": None} for one in whole[:400]}
        world.stripe.page_size = 100
        world.stripe.put(*whole, *torn.values(), bodies.customer(), bodies.customer("cus_2"))
        await world.poll()
        report = reports(world)[-1]
        assert (report.complete, len(report.gaps)) == (True, 1), "the others' figures stay whole"
        assert report.gaps[0].ref == "stripe:cus_1"
        assert (report.gaps[0].detail or "").startswith("400: ")
        assert len([key for key in world.store.now() if key.startswith("stripe:invoice:")]) == 600
        world.stripe.put(*whole)
        left = []
        for _ in range(2):
            world.tick(seconds=60)
            await world.poll()
            left.append(len(await world.store.missing()))
        assert left == [400 - MISSING_MAX, 0]
        assert reports(world)[-1].gaps == []
        assert len([key for key in world.store.now() if key.startswith("stripe:invoice:")]) == 1000

    async def test_what_stays_torn_bars_nobody(self, world: World, bodies: Bodies) -> None:
        world.stripe.page_size = 100
        torn = [bodies.invoice(f"in_{n:04}", total=None) for n in range(MISSING_MAX + 1)]
        world.stripe.put(*torn, bodies.customer())
        await world.poll()
        world.stripe.put(torn[-1] | {"total": 5200})
        for _ in range(2):
            world.tick(seconds=60)
            await world.poll()
        assert len(await world.store.missing()) == MISSING_MAX
