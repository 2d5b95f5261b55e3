"""Reading the portfolio and single accounts, within scope and without what the role may not see."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dashboard_api.domain import redaction
from dashboard_api.domain.access import Permission, Principal
from dashboard_api.domain.errors import NotAllowed, NotFound
from dashboard_api.domain.portfolio import PortfolioQuery
from dashboard_api.ports.reads import AccountReads, AccountWithInvoices, Cursor, Json, PortfolioPage, TimelinePage
from dashboard_api.usecases.decision_views import DecisionViews
from dashboard_api.usecases.retry_views import RetryViews


class Accounts:
    """JSON passes through as the database wrote it. It is opened for a role without payments, and cut; and where
    invoices are shown, to say of each whether its payment can be taken again, and of each month what can be decided."""

    def __init__(self, reads: AccountReads, retries: RetryViews, decisions: DecisionViews) -> None:
        self._reads = reads
        self._retries = retries
        self._decisions = decisions

    async def portfolio(self, principal: Principal, query: PortfolioQuery) -> PortfolioPage:
        """One page of the grid.

        Raises:
            NotAllowed: the role sees no payments, but filters or sorts by their status.
        """
        if _sees_payments(principal):
            return await self._reads.portfolio(principal, query)
        if query.asks_for_payments:
            raise NotAllowed("Your role does not see payment status, so it cannot filter or sort by it.")
        page = await self._reads.portfolio(principal, query)
        return PortfolioPage(
            items=_each(page.items, redaction.hide_in_item),
            totals=json.dumps(redaction.hide_in_totals(json.loads(page.totals))),
            total=page.total,
        )

    async def account(self, principal: Principal, client_id: str) -> Json:
        """Everything about one account; NotFound when unknown or out of scope."""
        account = await self._reads.account(principal, client_id)
        if account is None:
            raise _not_found()
        opened = json.loads(account)
        if _sees_payments(principal):
            opened = await self._decisions.account(principal, opened)
            return json.dumps(await self._retries.account(principal, client_id, opened))
        return json.dumps(redaction.hide_in_account(opened))

    async def invoices(self, principal: Principal, client_id: str, *, page: int, page_size: int) -> tuple[Json, int]:
        """A page of documents, the latest first; NotFound as above."""
        found = await self._reads.invoices(principal, client_id, limit=page_size, offset=(page - 1) * page_size)
        if found is None:
            raise _not_found()
        items, total = found
        if _sees_payments(principal):
            return json.dumps(await self._retries.invoices(principal, client_id, json.loads(items))), total
        return _each(items, redaction.hide_in_invoice), total

    async def with_invoices(self, principal: Principal, client_id: str, *, limit: int) -> AccountWithInvoices:
        """One account and its latest documents in one snapshot; NotFound as above."""
        found = await self._reads.with_invoices(principal, client_id, limit=limit)
        if found is None:
            raise _not_found()
        if _sees_payments(principal):
            return found
        account = json.dumps(redaction.hide_in_account(json.loads(found.account)))
        return AccountWithInvoices(account, _each(found.invoices, redaction.hide_in_invoice), found.total)

    async def timeline(
        self, principal: Principal, client_id: str, *, before: Cursor | None, limit: int
    ) -> TimelinePage:
        """Timeline entries before the cursor, the latest first; NotFound as above.

        For a role without payments a page can be shorter than its limit: the cursor counts the hidden ones too.
        """
        page = await self._reads.timeline(principal, client_id, before=before, limit=limit)
        if page is None:
            raise _not_found()
        if _sees_payments(principal):
            return page
        entries = [
            redaction.hide_in_timeline(entry)
            for entry in json.loads(page.items)
            if not redaction.tells_of_payment(entry)
        ]
        return TimelinePage(json.dumps(entries), page.following)


def _sees_payments(principal: Principal) -> bool:
    return principal.may(Permission.PAYMENTS_READ)


def _each(items: Json, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Json:
    return json.dumps([change(item) for item in json.loads(items)])


def _not_found() -> NotFound:
    return NotFound("There is no such account in your portfolio.", code="account_not_found")
