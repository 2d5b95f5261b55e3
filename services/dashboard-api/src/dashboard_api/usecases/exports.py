"""Making a file of what is on screen, and handing it out once.

Rows are read through the same use case as the screen, so that scope, filters, order and what a role may not see are
the same in both. They are counted before anything is written; the binding count is taken with the audit entry.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dashboard_api.domain.access import Principal
from dashboard_api.domain.errors import InvalidRequest, NotFound
from dashboard_api.domain.exports import sheets
from dashboard_api.domain.exports.report import report
from dashboard_api.domain.exports.request import RECORDS_MAX, ExportFormat, ExportWish, Quota, filename, refuse_over
from dashboard_api.domain.exports.words import filter_words, order_words
from dashboard_api.domain.portfolio import Active, PortfolioQuery, Sort, SortField
from dashboard_api.ports.exports import ExportFile, Exports, KeptExport, NewExport, ReportPrinter
from dashboard_api.ports.reads import SourceReads
from dashboard_api.usecases.accounts import Accounts

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Created:
    """A finished export."""

    export: NewExport
    kept: KeptExport


class CreateExport:
    """Reads, counts, writes, and takes the records off the quota together with the audit entry."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        sources: SourceReads,
        exports: Exports,
        printer: ReportPrinter,
        report_invoices_max: int,
        now: Callable[[], datetime],
    ) -> None:
        self._accounts = accounts
        self._sources = sources
        self._exports = exports
        self._printer = printer
        self._report_invoices_max = report_invoices_max
        self._now = now

    async def __call__(self, principal: Principal, wish: ExportWish) -> Created:
        """The export, waiting for its download.

        Raises:
            NotFound: an account is unknown or out of scope; nothing is exported then.
            QuotaExceeded: more records than are left; nothing is exported then.
            InvalidRequest: there is nothing to export.
            NotAllowed: the filter asks for what the role does not see.
            Unavailable: no report can be made at the moment; nothing is counted then.
        """
        quota = await self._exports.quota(principal)
        export_id = str(uuid.uuid4())
        if wish.format is ExportFormat.PDF:
            export = await self._report(principal, wish, quota, export_id)
        elif wish.documents:
            export = await self._documents(principal, wish, quota, export_id)
        else:
            export = await self._grid(principal, wish, quota, export_id)
        return Created(export, await self._exports.keep(principal, export))

    async def _grid(self, principal: Principal, wish: ExportWish, quota: Quota, export_id: str) -> NewExport:
        query = _query(wish)
        page = await self._accounts.portfolio(principal, query)
        items: Sequence[Item] = json.loads(page.items)
        records = len(items) if wish.one_page else page.total
        if wish.client_ids:
            items = _as_asked(items, wish.client_ids)
        _refuse_nothing(records)
        refuse_over(quota, records)
        filters = f"{len(items)} chosen accounts" if wish.client_ids else filter_words(query)
        if wish.one_page:
            filters += f", page {query.page} of {query.page_size} a page"
        provenance = await self._provenance(
            principal, export_id, items, title="Portfolio", filters=filters, records=records
        )
        order = "as chosen" if wish.client_ids else order_words(query)
        return self._written(
            *(export_id, records, sheets.written(replace(provenance, order=order), sheets.grid(items))),
            name=filename("portfolio", day=self._now().date(), suffix="csv"),
            wish={"rows": "accounts", "filter": filters, "client_ids": [item["client_id"] for item in items]},
        )

    async def _documents(self, principal: Principal, wish: ExportWish, quota: Quota, export_id: str) -> NewExport:
        [client_id] = wish.client_ids
        found = await self._accounts.with_invoices(principal, client_id, limit=RECORDS_MAX)
        account, invoices = json.loads(found.account), json.loads(found.invoices)
        _refuse_nothing(found.total)
        refuse_over(quota, found.total)
        title = f"Invoices of {account['name']}"
        provenance = await self._provenance(
            principal, export_id, [account], title=title, filters=f"client id {client_id}", records=found.total
        )
        provenance = replace(provenance, sources=account["sources"], order="issued, descending")
        return self._written(
            *(export_id, found.total, sheets.written(provenance, sheets.documents(account, invoices))),
            name=filename(client_id, "invoices", day=self._now().date(), suffix="csv"),
            wish={"rows": "invoices", "client_id": client_id},
        )

    async def _report(self, principal: Principal, wish: ExportWish, quota: Quota, export_id: str) -> NewExport:
        [client_id] = wish.client_ids
        found = await self._accounts.with_invoices(principal, client_id, limit=self._report_invoices_max)
        account, invoices = json.loads(found.account), json.loads(found.invoices)
        records = max(1, len(invoices))
        refuse_over(quota, records)
        content = await self._printer.print(report(account, invoices, found.total, export_id=export_id))
        return NewExport(
            export_id=export_id,
            format=ExportFormat.PDF,
            filename=filename(client_id, "report", day=self._now().date(), suffix="pdf"),
            content=content,
            records=records,
            wish={"rows": "report", "client_id": client_id},
        )

    async def _provenance(
        self, principal: Principal, export_id: str, items: Sequence[Item], *, title: str, filters: str, records: int
    ) -> sheets.Provenance:
        return sheets.Provenance(
            title=title,
            export_id=export_id,
            filters=filters,
            order=None,
            sources=json.loads(await self._sources.reports()),
            records=records,
            policies=sorted({item["policy_version"] for item in items if item.get("policy_version") is not None}),
            generated_by=principal.name or principal.user,
            generated_at=self._now(),
        )

    def _written(
        self, export_id: str, records: int, content: bytes, *, name: str, wish: Mapping[str, Any]
    ) -> NewExport:
        return NewExport(
            export_id=export_id,
            format=ExportFormat.CSV,
            filename=name,
            content=content,
            records=records,
            wish=wish,
        )


class TakeExport:
    """Hands a file out once, and tells what is left."""

    def __init__(self, exports: Exports) -> None:
        self._exports = exports

    async def quota(self, principal: Principal) -> Quota:
        """What the principal's session or token, and the user today, have used."""
        return await self._exports.quota(principal)

    async def __call__(self, principal: Principal, export_id: str) -> ExportFile:
        """The file; NotFound when unknown or of somebody else, Gone when handed out before or too old."""
        return await self._exports.take(principal, export_id)


def _query(wish: ExportWish) -> PortfolioQuery:
    if wish.query is None:
        by_name = Sort(SortField.NAME, descending=False)
        return PortfolioQuery(ids=wish.client_ids, active=Active.ALL, sort=by_name, page_size=RECORDS_MAX)
    return wish.query if wish.one_page else replace(wish.query, page=1, page_size=RECORDS_MAX)


def _as_asked(items: Sequence[Item], client_ids: Sequence[str]) -> Sequence[Item]:
    known = {item["client_id"]: item for item in items}
    if set(client_ids) != set(known):
        raise NotFound("At least one of these accounts is not in your portfolio.", code="account_not_found")
    return [known[client_id] for client_id in client_ids]


def _refuse_nothing(records: int) -> None:
    if records == 0:
        raise InvalidRequest("There is nothing to export here. Choose a wider filter.", code="export_empty")
