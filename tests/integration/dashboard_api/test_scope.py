"""Nobody sees a foreign account: not in lists, totals, search, ids, details, documents or timelines."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dashboard_api.adapters.portfolio_sql import page_statement, totals_statement
from dashboard_api.domain.access import Principal, Role
from dashboard_api.domain.portfolio import Axis, DateRange, PortfolioQuery

LIST = "/api/v1/accounts"
NOT_FOUND = {"status": 404, "code": "account_not_found"}


async def items(client: httpx.AsyncClient, headers: dict[str, str], **parameters: Any) -> set[str]:
    response = await client.get(LIST, params=parameters, headers=headers)
    assert response.status_code == 200, response.text
    return {item["client_id"] for item in response.json()["items"]}


@pytest.mark.parametrize(
    ("user", "role", "visible"),
    [
        ("ana", "account_manager", {"a1", "a2"}),
        ("chloe", "account_manager", {"b2"}),
        ("nobody", "account_manager", set()),
        ("fay", "finance", {"a1", "a2", "b1", "b2", "x1"}),
        ("adam", "admin", {"a1", "a2", "b1", "b2", "x1"}),
        ("sam", "support", {"a1", "a2", "b1", "b2", "x1"}),
    ],
)
async def test_everybody_sees_their_own_portfolio(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, user: str, role: str, visible: set[str]
) -> None:
    response = await client.get(LIST, headers=bearer(user, role))
    body = response.json()
    assert {item["client_id"] for item in body["items"]} == visible
    assert body["total"] == body["totals"]["accounts"] == len(visible)


@pytest.mark.parametrize(
    "parameters",
    [
        {"search": "Birch"},
        {"search": "b1"},
        {"search": "INV-b1"},
        {"ids": "b1,b2,x1"},
        {"status": "overdue", "search": "b"},
        {"active": "all", "search": "nobody"},
        {"from": "2026-01-01", "axis": "service", "search": "b1"},
    ],
)
async def test_foreign_accounts_are_not_found_by_any_filter(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, parameters: dict[str, str]
) -> None:
    response = await client.get(LIST, params=parameters, headers=bearer("ana", "account_manager"))
    body = response.json()
    assert (body["items"], body["total"]) == ([], 0)
    assert body["totals"] == {"by_currency": [], "accounts": 0, "flagged": 0, "cannot_judge": 0}


async def test_domain_rule_31_totals_count_the_own_portfolio_only(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any
) -> None:
    totals = (await client.get(LIST, headers=bearer("ana", "account_manager"))).json()["totals"]
    assert totals["by_currency"] == [
        {"currency": "USD", "invoice_total_minor": 20_000, "overdue_minor": 10_000, "overdue_count": 1}
    ]
    assert (totals["flagged"], totals["cannot_judge"]) == (1, 0)


@pytest.mark.parametrize("path", ["", "/invoices", "/timeline"])
@pytest.mark.parametrize("client_id", ["b1", "x1", "unknown", "a1%00", "..", "%27"])
async def test_foreign_and_unknown_accounts_look_the_same(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, path: str, client_id: str
) -> None:
    headers = bearer("ana", "account_manager")
    assert (await client.get(f"{LIST}/a1{path}", headers=headers)).status_code == 200
    foreign = await client.get(f"{LIST}/{client_id}{path}", headers=headers)
    body = foreign.json()
    assert {key: body[key] for key in NOT_FOUND} == NOT_FOUND or body["code"] == "route_not_found"
    assert "b1" not in body["detail"]


@pytest.mark.parametrize("dates", [None, DateRange(None, None, Axis.DUE), DateRange(None, None, Axis.SERVICE)])
async def test_domain_rule_31_portfolio_scope_is_in_the_query(portfolio: Any, dates: DateRange | None) -> None:
    # The views are told to show everything: what keeps foreign accounts out here is the query alone.
    principal = Principal(user="ana", role=Role.ACCOUNT_MANAGER)
    query = PortfolioQuery(dates=dates)
    async with portfolio.admin.transaction():
        await portfolio.admin.execute("SELECT set_config('app.scope', 'all', true)")
        page, totals = page_statement(principal, query), totals_statement(principal, query)
        text = await portfolio.admin.fetchval(page.sql, *page.values)
        assert "a1" in text
        assert "b1" not in text
        assert (await portfolio.admin.fetchrow(totals.sql, *totals.values))["total"] == 2


@pytest.mark.parametrize("view", ["accounts", "invoices", "reconciliations", "timeline"])
async def test_views_filter_a_query_that_forgot_the_scope(portfolio: Any, services: Any, view: str) -> None:
    database = services.accounts._reads._database
    sql = f"SELECT DISTINCT client_id FROM dashboard.seen_{view}"
    async with database.reading(Principal(user="ana", role=Role.ACCOUNT_MANAGER)) as connection:
        assert {row["client_id"] for row in await connection.fetch(sql)} == {"a1", "a2"}
    async with database.reading(Principal(user="olga", role=Role.PRODUCT_OWNER)) as connection:
        assert await connection.fetch(sql) == []
    async with database.autocommit() as connection:
        assert await connection.fetch(sql) == [], "without a principal there is nothing to see"


async def test_the_service_can_neither_reach_past_nor_write_through_the_views(portfolio: Any, services: Any) -> None:
    database = services.accounts._reads._database
    for sql in (
        "SELECT 1 FROM read_model.accounts",
        "UPDATE dashboard.seen_accounts SET name = 'x'",
        "DELETE FROM dashboard.seen_sources",
        "UPDATE dashboard.audit_log SET action = 'x'",
        "DELETE FROM dashboard.audit_log",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with database.autocommit() as connection:
                await connection.execute(sql)
