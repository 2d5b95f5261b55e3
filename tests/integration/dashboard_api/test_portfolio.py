"""Filters, sorts, pages, totals, date ranges, the age of sources, and what support does not see."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

LIST = "/api/v1/accounts"


@pytest.fixture
def look(portfolio: Any, client: httpx.AsyncClient, bearer: Any) -> Any:
    async def go(user: str = "fay", role: str = "finance", **parameters: Any) -> dict[str, Any]:
        response = await client.get(LIST, params=parameters, headers=bearer(user, role))
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    return go


def ids(body: dict[str, Any]) -> list[str]:
    return [item["client_id"] for item in body["items"]]


async def test_filters_hold_all_at_once(look: Any) -> None:
    assert ids(await look(search="BIRCH")) == ["b1"]
    assert ids(await look(search="inv-a1")) == ["a1"]
    assert ids(await look(search="100%")) == ["b2"]
    assert ids(await look(search="_")) == []
    assert ids(await look(search="\\")) == []
    assert set(ids(await look(status=["overdue", "paid"]))) == {"a1", "a2", "b1", "x1"}
    assert set(ids(await look(flagged=True))) == {"a2", "b1"}
    assert ids(await look(band="cannot_judge")) == ["b2"]
    assert set(ids(await look(ids="a1,b1,zz"))) == {"a1", "b1"}
    assert ids(await look(ids="a1,b1", status="overdue")) == ["b1"]


async def test_active_accounts_are_the_default(look: Any, portfolio: Any) -> None:
    await portfolio.admin.execute("UPDATE read_model.accounts SET active_to = '2026-06-01' WHERE client_id = 'x1'")
    assert "x1" not in ids(await look())
    assert ids(await look(active="false")) == ["x1"]
    assert (await look(active="all"))["total"] == 5


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["a1", "a2", "b2", "b1", "x1"]),
        ("-name", ["x1", "b1", "b2", "a2", "a1"]),
        # Within USD the largest first, whatever its sign; who cannot be judged comes last either way.
        ("-variance", ["b1", "a2", "a1", "x1", "b2"]),
        ("variance", ["a1", "a2", "b1", "x1", "b2"]),
        ("-variance_percent", ["b1", "a2", "a1", "x1", "b2"]),
        ("status", ["a2", "b1", "a1", "x1", "b2"]),
    ],
)
async def test_every_order_is_total(look: Any, sort: str, expected: list[str]) -> None:
    assert ids(await look(sort=sort)) == expected


async def test_the_default_order_is_the_largest_variance_first(look: Any) -> None:
    assert ids(await look()) == ids(await look(sort="-variance"))


@pytest.mark.parametrize("sort", ["usage", "-usage", "invoice_total", "-invoice_total", "due_date", "-due_date"])
async def test_other_orders_and_pages_lose_nobody(look: Any, sort: str) -> None:
    pages = [ids(await look(sort=sort, page=page, page_size=2)) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert {each for page in pages for each in page} == {"a1", "a2", "b1", "b2", "x1"}


async def test_totals_are_one_per_currency_and_of_all_pages(look: Any) -> None:
    body = await look(page_size=1)
    assert body["total"] == 5
    assert body["totals"]["by_currency"] == [
        {"currency": "EUR", "invoice_total_minor": 10_000, "overdue_minor": 0, "overdue_count": 0},
        {"currency": "JPY", "invoice_total_minor": 10_000, "overdue_minor": 0, "overdue_count": 0},
        {"currency": "USD", "invoice_total_minor": 30_000, "overdue_minor": 20_000, "overdue_count": 2},
    ]
    assert {name: body["totals"][name] for name in ("accounts", "flagged", "cannot_judge")} == {
        "accounts": 5,
        "flagged": 2,
        "cannot_judge": 1,
    }


async def add_invoice(world: Any, client_id: str, suffix: str, **changes: Any) -> None:
    """A copy of the account's first invoice with other columns."""
    names = ", ".join(f"{name} = ${place + 3}" for place, name in enumerate(changes))
    await world.admin.execute(
        "INSERT INTO read_model.invoices SELECT (jsonb_populate_record(invoice, jsonb_build_object('document_id', "
        "invoice.document_id || $2))).* FROM read_model.invoices AS invoice WHERE client_id = $1 LIMIT 1",
        client_id,
        suffix,
    )
    await world.admin.execute(
        f"UPDATE read_model.invoices SET {names} WHERE client_id = $1 AND document_id LIKE '%' || $2",
        client_id,
        suffix,
        *changes.values(),
    )


async def test_a_range_shows_the_invoices_inside_it(look: Any, portfolio: Any) -> None:
    await add_invoice(
        portfolio, "a1", "-old", due_on=date(2026, 8, 15), issued_on=date(2026, 8, 1), status="overdue", total_minor=700
    )
    await add_invoice(portfolio, "a1", "-more", due_on=date(2026, 11, 20), total_minor=50, status="pending")
    body = await look(**{"from": "2026-11-01", "to": "2026-11-30", "search": "a1"})
    assert body["items"][0]["invoice_total"] == {"amount_minor": 10_050, "currency": "USD"}
    assert body["items"][0]["status"] in {"paid", "pending"}
    body = await look(**{"from": "2026-08-01", "to": "2026-08-31"})
    assert ids(body) == ["a1"]
    item = body["items"][0]
    assert (item["invoice_total"]["amount_minor"], item["due_date"], item["status"]) == (700, "2026-08-15", "overdue")
    assert body["totals"]["by_currency"][0]["invoice_total_minor"] == 700
    assert (await look(to="2026-07-01"))["total"] == 0
    assert ids(await look(**{"from": "2026-08-01", "to": "2026-08-01", "axis": "invoice"})) == ["a1"]


async def test_a_range_never_adds_across_currencies(look: Any, portfolio: Any) -> None:
    await add_invoice(portfolio, "a1", "-eur", currency="EUR", total_minor=99)
    item = (await look(**{"from": "2026-11-01", "search": "alder"}))["items"][0]
    assert item["invoice_totals"] == [
        {"amount_minor": 99, "currency": "EUR"},
        {"amount_minor": 10_000, "currency": "USD"},
    ]


async def test_a_range_of_service_shows_its_own_variance(look: Any, portfolio: Any) -> None:
    september = {"period": {"start": "2026-09-01", "end": "2026-10-01"}, "band": "missing_invoice", "reasons": []}
    figures = {"expected_minor": 500, "billed_minor": 0, "amount_minor": -500, "percent": "-100.00", "currency": "USD"}
    await portfolio.admin.execute(
        "INSERT INTO read_model.reconciliations VALUES ('a1', '2026-09-01', 'USD', 1, '2026-10-01', true, true,"
        " 'missing_invoice', true, 500, 0, -500, $1, now())",
        json.dumps(september | figures),
    )
    body = await look(**{"from": "2026-09-01", "to": "2026-09-30", "axis": "service"})
    assert ids(body) == ["a1"]
    item = body["items"][0]
    assert (item["variance"]["band"], item["variance"]["percent"], item["flagged"]) == (
        "missing_invoice",
        "-100.00",
        True,
    )
    assert item["invoice_total"] is None
    assert body["totals"]["flagged"] == 1
    assert ids(await look(**{"from": "2026-09-01", "axis": "service", "flagged": True, "ids": "a1"})) == ["a1"]


async def test_who_cannot_be_judged_stays_so_in_any_range(look: Any) -> None:
    item = (await look(**{"from": "2026-10-01", "axis": "service", "ids": "b2"}))["items"][0]
    assert (item["variance"]["band"], item["flagged"], item["status"]) == ("cannot_judge", False, None)


@pytest.mark.parametrize(
    "parameters",
    [
        {"page": "0"},
        {"page": "x"},
        {"page_size": "51"},
        {"page_size": "0"},
        {"status": "late"},
        {"band": "red"},
        {"flagged": "perhaps"},
        {"active": "some"},
        {"sort": "colour"},
        {"sort": "--name"},
        {"from": "yesterday"},
        {"from": "2026-02-30"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"axis": "paid"},
        {"search": "x" * 201},
        {"search": "a\x00b"},
        {"ids": ",".join(str(each) for each in range(51))},
        {"page": ["1", "2"]},
        {"limit": "5"},
    ],
)
async def test_nonsense_is_refused(client: httpx.AsyncClient, bearer: Any, parameters: dict[str, Any]) -> None:
    response = await client.get(LIST, params=parameters, headers=bearer("fay", "finance"))
    assert response.status_code == 422, response.text
    assert response.json()["code"] in {
        "invalid_parameter",
        "invalid_range",
        "unknown_parameter",
        "repeated_parameter",
    }


async def test_the_age_of_a_source_is_joined_when_served(look: Any, portfolio: Any) -> None:
    old = datetime.now(UTC) - timedelta(minutes=20)
    await portfolio.mark("quickbooks", old)
    body = await look(ids="a1")
    states = {each["source"]: each for each in body["items"][0]["sources"]}
    assert (states["quickbooks"]["state"], states["stripe"]["state"]) == ("stale", "complete")
    assert datetime.fromisoformat(states["quickbooks"]["as_of"]) == old
    assert [(each["source"], each["state"]) for each in body["as_of"]] == [
        ("amplitude", "complete"),
        ("quickbooks", "stale"),
        ("stripe", "complete"),
    ]


async def test_a_row_that_waits_shows_the_watermarks_it_rests_on(look: Any, portfolio: Any, client: Any) -> None:
    held = [{"source": "stripe", "scope": "billing", "as_of": "2026-11-01T00:00:00+00:00"}]
    await portfolio.admin.execute(
        "UPDATE read_model.accounts SET held_watermarks = $1 WHERE client_id = 'a1'", json.dumps(held)
    )
    sources = {each["source"]: each["as_of"] for each in (await look(ids="a1"))["items"][0]["sources"]}
    assert datetime.fromisoformat(sources["stripe"]) == datetime(2026, 11, 1, tzinfo=UTC)


async def test_support_sees_no_payments(look: Any, portfolio: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    await portfolio.happen("a1", "payment_succeeded", at=datetime.now(UTC), source="stripe")
    headers = bearer("sam", "support")
    body = await look("sam", "support")
    assert {item["status"] for item in body["items"]} == {None}
    assert {(each["overdue_minor"], each["overdue_count"]) for each in body["totals"]["by_currency"]} == {(None, None)}
    for parameters in ({"status": "paid"}, {"sort": "status"}, {"sort": "-status"}):
        refused = await client.get(LIST, params=parameters, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    account = (await client.get(f"{LIST}/a1", headers=headers)).json()
    assert (account["payments"], account["status"]) == (None, None)
    documents = (await client.get(f"{LIST}/a1/invoices", headers=headers)).json()["items"]
    for invoice in [*account["invoices"], *documents]:
        hidden = ("status", "paid_minor", "remaining_minor", "credited_minor", "via", "paid_at", "gateway_invoice_id")
        assert {invoice[name] for name in hidden} == {None}
    timeline = (await client.get(f"{LIST}/a1/timeline", headers=headers)).json()
    assert [entry["kind"] for entry in timeline["items"]] == ["variance_changed"]
    full = (await client.get(f"{LIST}/a1", headers=bearer("fay", "finance"))).json()
    assert full["payments"][0]["method"]["last4"] == "4242"


async def test_the_timeline_is_read_page_by_page(portfolio: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(7):
        # Two share each instant: the cursor must not skip the second.
        await portfolio.happen("b1", f"kind_{number}", at=start + timedelta(hours=number // 2))
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(10):
        parameters = {"limit": "3"} | ({"before": cursor} if cursor else {})
        page = await client.get(f"{LIST}/b1/timeline", params=parameters, headers=bearer("ben", "account_manager"))
        seen += [entry["kind"] for entry in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert seen == ["variance_changed", *[f"kind_{number}" for number in (6, 5, 4, 3, 2, 1, 0)]]
    refused = await client.get(f"{LIST}/b1/timeline?before=abc", headers=bearer("ben", "account_manager"))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_cursor")
