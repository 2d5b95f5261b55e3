"""Invoices of past days looked at anew, page by page, each whole."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from stripe_webhooks.usecases.backfill import listing, look_anew, next_batch

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies, World

DAY_S = 86_400


def test_both_days_are_included() -> None:
    asked = listing(date(2026, 10, 1), date(2026, 10, 2), "cus_1")
    begin = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp())
    assert asked.filters == (
        ("created[gte]", str(begin)),
        ("created[lt]", str(begin + 2 * DAY_S)),
        ("customer", "cus_1"),
    )


async def test_every_page_is_walked_and_what_differs_is_announced(world: World, bodies: Bodies) -> None:
    begin = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp())
    world.stripe.put(
        bodies.customer(),
        *(bodies.invoice(f"in_{n}", created=begin + n) for n in range(7)),
        bodies.invoice("in_before", created=begin - 1),
        bodies.invoice("in_after", created=begin + DAY_S),
    )
    await world.poll()
    sent = len(world.store.sent)
    world.stripe.put(bodies.invoice("in_3", created=begin + 3, status="void"))
    asked, after = listing(date(2026, 10, 1), date(2026, 10, 1), None), None
    met: list[str] = []
    while True:
        batch = await next_batch(world.observer, asked, after)
        await look_anew(world.observer, batch.invoice_ids)
        met += batch.invoice_ids
        if (after := batch.after) is None:
            break
    assert met == [f"in_{n}" for n in range(6, -1, -1)]
    assert [fact.key() for fact in world.store.sent[sent:]] == ["stripe:invoice:in_3"]
