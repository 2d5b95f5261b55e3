"""Documents of past days read anew: what differs is announced, page by page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ingest_quickbooks.domain.paging import PAGE_SIZE, Place, Within, count_query, query
from ingest_quickbooks.ports import SourceUnavailable
from ingest_quickbooks.usecases.backfill import backfill_page
from ingest_quickbooks.usecases.pull import pull_documents

WITHIN = Within(date(2026, 11, 1), date(2026, 11, 30))


def test_the_query_names_days_and_customer() -> None:
    one = Within(date(2026, 11, 1), date(2026, 11, 30), "7")
    assert query("Invoice", Place(), one) == (
        "SELECT * FROM Invoice WHERE TxnDate >= '2026-11-01' AND TxnDate <= '2026-11-30' AND CustomerRef = '7'"
        " ORDERBY MetaData.LastUpdatedTime ASC STARTPOSITION 1 MAXRESULTS 1000"
    )
    assert (
        count_query("Customer", within=one)
        == "SELECT COUNT(*) FROM Customer WHERE Id = '7' AND Active IN (true, false)"
    )
    assert count_query("Customer", within=WITHIN) == "SELECT COUNT(*) FROM Customer WHERE Active IN (true, false)"


async def test_what_is_known_already_is_not_announced_again(world: Any, invoice: Any) -> None:
    world.rows["Invoice"] = [invoice("1"), invoice("2", TxnDate="2026-10-31"), invoice("3")]
    await pull_documents(world.deps())
    sent = len(world.sent)
    world.rows["Invoice"][2] |= {"Balance": 1}
    read, following = await backfill_page(world.deps(), "Invoice", Place(), WITHIN)
    assert (read, following) == (2, None)
    assert [event.key() for event in world.sent[sent:]] == ["quickbooks:invoice:3"]
    assert world.cursor_at == world.now, "the watermark is the pulls' own"


async def test_a_full_page_says_where_the_next_one_begins(world: Any, invoice: Any) -> None:
    world.rows["Invoice"] = [
        invoice(str(n), MetaData={"LastUpdatedTime": f"2026-11-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}+00:00"})
        for n in range(PAGE_SIZE + 1)
    ]
    read, following = await backfill_page(world.deps(), "Invoice", Place(), WITHIN)
    assert read == PAGE_SIZE
    assert following is not None
    read, following = await backfill_page(world.deps(), "Invoice", following, WITHIN)
    assert (read, following) == (2, None)
    assert len({event.key() for event in world.sent}) == PAGE_SIZE + 1 == len(world.sent)


async def test_a_page_that_cannot_be_gone_on_from_is_told(world: Any, invoice: Any) -> None:
    world.rows["Invoice"] = [invoice(str(n)) for n in range(PAGE_SIZE)]
    page = world.page

    async def timeless(*asked: Any) -> Any:
        return [row | {"MetaData": {}} for row in await page(*asked)]

    world.page = timeless
    with pytest.raises(SourceUnavailable, match="cannot be paged"):
        await backfill_page(world.deps(), "Invoice", Place(), WITHIN)
    assert world.sent == []
