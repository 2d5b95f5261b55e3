"""Look anew at the invoices of past days, each with everything that stands against it, beside webhooks and polls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from stripe_webhooks.domain import fields
from stripe_webhooks.ports import Listing
from stripe_webhooks.usecases.observe import Observer
from stripe_webhooks.usecases.reading import Wanted


@dataclass(frozen=True, slots=True)
class Batch:
    """The invoices of one page of Stripe's list, and the last id of it; None: there is no further page."""

    invoice_ids: Sequence[str]
    after: str | None


def listing(first: date, last: date, customer_id: str | None) -> Listing:
    """Invoices created on these days (UTC), both included, of this customer if one is named."""
    begin = datetime.combine(first, time.min, UTC)
    end = datetime.combine(last + timedelta(days=1), time.min, UTC)
    filters = [("created[gte]", str(int(begin.timestamp()))), ("created[lt]", str(int(end.timestamp())))]
    return Listing("invoices", (*filters, *([("customer", customer_id)] if customer_id else [])))


async def next_batch(observer: Observer, asked: Listing, after: str | None) -> Batch:
    """The next page, newest first.

    Raises:
        ProviderDown: no usable answer.
    """
    page = await observer.reader.gateway.page(asked, after=after, priority="background")
    ids = [found for item in page.items if (found := fields.text(item, "id"))]
    return Batch(ids, ids[-1] if page.more and ids else None)


async def look_anew(observer: Observer, invoice_ids: Sequence[str]) -> None:
    """Read each with its payments, refunds and disputes, and announce what differs.

    Raises:
        ProviderDown, Busy, Superseded: some were not looked at; looking again is harmless.
    """
    await observer.look_at([Wanted("invoice", one, refunds=True, disputes=True) for one in invoice_ids])
