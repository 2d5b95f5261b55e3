"""`trueup contract-check quickbooks`: does QuickBooks still behave as we take for granted? Through the service's limiter."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from ingest_quickbooks.adapters.quickbooks_api import QuickBooksApi
from ingest_quickbooks.domain.answers import CHANGES_MAX, read_all, read_object
from ingest_quickbooks.domain.paging import CHANGES_REACH, PAGE_SIZE, Place, changed_at
from ingest_quickbooks.domain.snapshots import ENTITIES, Broken, Document, Entity, Gone, Seen
from ingest_quickbooks.ports import ConnectionDead, SourceUnavailable
from ingest_quickbooks.settings import Settings
from ingest_quickbooks.wiring import now, reading
from trueup_kit.assumptions import Assumption, Unmet, Unseen, closing, judge
from trueup_kit.settings import load


def contract_check(
    fixtures: Annotated[Path | None, typer.Option(help="Folder to write the answers to, redacted.")] = None,
    *,
    unseen_ok: Annotated[bool, typer.Option("--unseen-ok", help="Exit with 0 although little is to be seen.")] = False,
) -> None:
    """Check what is taken for granted about QuickBooks, with the settings of ingest-quickbooks; reads only."""
    raise typer.Exit(asyncio.run(_run(load(Settings), fixtures, unseen_ok=unseen_ok)))


async def _run(settings: Settings, fixtures: Path | None, *, unseen_ok: bool) -> int:
    read = reading(settings, application_name="trueup")
    async with closing(read.close):
        checks = Checks(read.ledger, LastAnswer(read.client.http), now)
        return await judge(checks.all(), fixtures=fixtures, unseen_ok=unseen_ok)


class LastAnswer:
    """The last body that came over a client, for the fixtures."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.body: Any = None
        client.event_hooks = {"response": [self._note]}

    async def _note(self, answer: httpx.Response) -> None:
        try:
            self.body = json.loads(await answer.aread(), parse_float=Decimal)
        except ValueError:
            self.body = None


@dataclass(frozen=True, slots=True)
class Checks:
    """Each of them asks anew: none rests on what another has seen."""

    api: QuickBooksApi
    last: LastAnswer
    clock: Callable[[], datetime]

    def all(self) -> list[Assumption]:
        """All of them only read."""
        return [
            *(
                Assumption(
                    f"quickbooks-{entity.lower()}", f"a page of {entity} reads whole, oldest change first", check
                )
                for entity, check in ((entity, self._page_of(entity)) for entity in ENTITIES)
            ),
            Assumption("quickbooks-total", "an invoice's total is its lines and its tax", self.total),
            Assumption("quickbooks-changes", "change capture reads whole, deletions are marked", self.changes),
            Assumption("quickbooks-reach", "change capture refuses to reach back over 30 days", self.reach),
            Assumption("quickbooks-empty", "an empty result is a whole answer", self.empty),
            Assumption("quickbooks-start", "STARTPOSITION 0 is refused with a fault", self.start),
            Assumption("quickbooks-count", "counting tells what a page holds", self.count),
        ]

    def _page_of(self, entity: Entity) -> Callable[[], Any]:
        async def check() -> object:
            page = await self.api.page(entity, Place())
            if not page:
                raise Unseen(f"the company has no {entity}")
            if broken := [one for one in read_all(entity, page, {}) if isinstance(one, Broken)]:
                raise Unmet(f"{broken[0].detail} (id {broken[0].external_id})")
            stamps = [changed_at(one) for one in page]
            if None in stamps or stamps != sorted(stamps, key=str):
                raise Unmet("not in order of MetaData.LastUpdatedTime")
            if len(page) > PAGE_SIZE:
                raise Unmet(f"{len(page)} objects for MAXRESULTS {PAGE_SIZE}")
            return {"QueryResponse": {entity: page[:1]}}

        return check

    async def total(self) -> object:
        page = await self.api.page("Invoice", Place())
        readings = [one.snapshot for one in read_all("Invoice", page, {}) if isinstance(one, Seen)]
        documents = [one for one in readings if isinstance(one, Document) and one.lines]
        if not documents:
            raise Unseen("the company has no invoice with lines")
        for one in documents:
            lines = sum(line.amount_minor for line in one.lines)
            if lines + one.tax_minor != one.total_minor:
                raise Unmet(f"id {one.external_id}: lines {lines} and tax {one.tax_minor} are not {one.total_minor}")
        return None

    async def changes(self) -> object:
        changes = await self.api.changes(self.clock() - CHANGES_REACH + timedelta(days=1), ENTITIES)
        if changes.count > CHANGES_MAX:
            raise Unmet(f"{changes.count} objects, more than {CHANGES_MAX}")
        found = [read_object(entity, body, {}) for entity, rows in changes.bodies.items() for body in rows]
        if broken := [one for one in found if isinstance(one, Broken)]:
            raise Unmet(f"{broken[0].detail} (id {broken[0].external_id})")
        if not any(isinstance(one, Gone) for one in found):
            raise Unseen("nothing was deleted in 29 days: how a deletion looks was not seen")
        return {"CDCResponse": [{"QueryResponse": [{entity: rows[-2:]} for entity, rows in changes.bodies.items()]}]}

    async def reach(self) -> object:
        return await self._refused(self.api.changes(self.clock() - CHANGES_REACH - timedelta(days=5), ENTITIES))

    async def start(self) -> object:
        return await self._refused(self.api.page("Invoice", Place(start=0)))

    async def _refused(self, asking: Any) -> object:  # noqa: ANN401  any coroutine
        try:
            await asking
        except SourceUnavailable as error:
            # A dead connection is refused whatever it asks: that says nothing of this question.
            if isinstance(error, ConnectionDead) or "refused" not in str(error):
                raise
            return self.last.body
        raise Unmet("it is answered")

    async def empty(self) -> object:
        if await self.api.page("Invoice", Place(self.clock() + timedelta(days=1))):
            raise Unmet("invoices that changed tomorrow")
        return self.last.body

    async def count(self) -> object:
        for entity in ENTITIES:
            page, count = len(await self.api.page(entity, Place())), await self.api.count(entity)
            # A sweep rests on it: it takes for cut what brings fewer than are counted.
            if count < page or (page < PAGE_SIZE and count != page):
                raise Unmet(f"{count} {entity} counted and {page} read")
        return self.last.body
