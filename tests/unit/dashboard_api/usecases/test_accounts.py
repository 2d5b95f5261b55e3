"""Reading with and without the right to see payments."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from dashboard_api.domain.access import Principal, Role
from dashboard_api.domain.errors import NotAllowed, NotFound
from dashboard_api.domain.portfolio import PaymentStatus, PortfolioQuery
from dashboard_api.domain.retries import Policy
from dashboard_api.ports.decisions import DecisionStore
from dashboard_api.ports.reads import AccountWithInvoices, Cursor, Json, PortfolioPage, TimelinePage
from dashboard_api.ports.retries import RetryStore
from dashboard_api.usecases.accounts import Accounts
from dashboard_api.usecases.decision_views import DecisionViews
from dashboard_api.usecases.retry_views import RetryViews

SAM = Principal(user="sam", role=Role.SUPPORT)
FAY = Principal(user="fay", role=Role.FINANCE)
TOTALS = '{"by_currency": [{"currency": "USD", "overdue_minor": 5, "overdue_count": 1}]}'


class FakeReads:
    known = True

    async def portfolio(self, principal: Principal, query: PortfolioQuery) -> PortfolioPage:
        return PortfolioPage('[{"client_id": "a", "status": "paid"}]', TOTALS, 1)

    async def account(self, principal: Principal, client_id: str) -> Json | None:
        return '{"client_id": "a", "payments": [1]}' if self.known else None

    async def invoices(
        self, principal: Principal, client_id: str, *, limit: int, offset: int
    ) -> tuple[Json, int] | None:
        return (f'[{{"document_id": "{limit}/{offset}", "status": "paid"}}]', 9) if self.known else None

    async def with_invoices(self, principal: Principal, client_id: str, *, limit: int) -> AccountWithInvoices | None:
        if not self.known:
            return None
        return AccountWithInvoices('{"client_id": "a", "payments": [1]}', '[{"status": "paid"}]', 9)

    async def timeline(
        self, principal: Principal, client_id: str, *, before: Cursor | None, limit: int
    ) -> TimelinePage | None:
        return TimelinePage('[{"kind": "payment_failed"}]', None) if self.known else None


class NoRetries:
    """There is no account of that name in the store of attempts."""

    async def known(self, principal: Principal, client_id: str) -> None:
        return None


def over(reads: FakeReads) -> Accounts:
    policy = Policy(guard=timedelta(hours=1), expired_after=timedelta(days=1))
    retries = RetryViews(cast("RetryStore", NoRetries()), policy=policy, now=lambda: datetime.now(UTC))
    # Nobody here decides anything, so no store is asked.
    decisions = DecisionViews(cast("DecisionStore", None), read_only=False, now=lambda: datetime.now(UTC))
    return Accounts(reads, retries, decisions)


async def test_json_passes_through_unopened() -> None:
    page = await over(FakeReads()).portfolio(FAY, PortfolioQuery(status=(PaymentStatus.PAID,)))
    assert page == await FakeReads().portfolio(FAY, PortfolioQuery())


async def test_support_gets_answers_without_payments() -> None:
    accounts = over(FakeReads())
    page = await accounts.portfolio(SAM, PortfolioQuery())
    assert json.loads(page.items) == [{"client_id": "a", "status": None}]
    assert json.loads(page.totals)["by_currency"] == [{"currency": "USD", "overdue_minor": None, "overdue_count": None}]
    assert json.loads(await accounts.account(SAM, "a"))["payments"] is None
    items, total = await accounts.invoices(SAM, "a", page=3, page_size=2)
    assert (json.loads(items)[0]["document_id"], json.loads(items)[0]["status"], total) == ("2/4", None, 9)
    assert (await accounts.timeline(SAM, "a", before=None, limit=1)).items == "[]"
    both = await accounts.with_invoices(SAM, "a", limit=1)
    assert (json.loads(both.account)["payments"], json.loads(both.invoices)[0]["status"]) == (None, None)
    assert "[1]" in (await accounts.with_invoices(FAY, "a", limit=1)).account


async def test_support_cannot_learn_the_status_by_asking() -> None:
    with pytest.raises(NotAllowed):
        await over(FakeReads()).portfolio(SAM, PortfolioQuery(status=(PaymentStatus.OVERDUE,)))


async def test_what_is_out_of_scope_is_not_there() -> None:
    reads = FakeReads()
    reads.known = False
    accounts = over(reads)
    with pytest.raises(NotFound):
        await accounts.account(FAY, "b")
    with pytest.raises(NotFound):
        await accounts.invoices(FAY, "b", page=1, page_size=1)
    with pytest.raises(NotFound):
        await accounts.with_invoices(FAY, "b", limit=1)
    with pytest.raises(NotFound):
        await accounts.timeline(FAY, "b", before=None, limit=1)
