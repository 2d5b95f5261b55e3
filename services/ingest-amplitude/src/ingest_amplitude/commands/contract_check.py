"""`trueup contract-check amplitude`: does Amplitude still behave as we take for granted? Through the service's cost budget."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import httpx
import typer

from ingest_amplitude.adapters.amplitude_api import AmplitudeApi
from ingest_amplitude.domain.answers import CUT, Sums
from ingest_amplitude.domain.buckets import ZERO, Metric
from ingest_amplitude.domain.cost import segmentation_cost
from ingest_amplitude.domain.partitions import GROUPS_MAX
from ingest_amplitude.domain.tally import RecentIds, Tally
from ingest_amplitude.domain.windows import Hours, day_start, days_between, whole_hour
from ingest_amplitude.settings import Settings
from ingest_amplitude.wiring import now, reading
from trueup_kit.assumptions import Assumption, Unmet, Unseen, closing, judge
from trueup_kit.settings import load

CLOSED_DAYS = 3
"""Asked for: yesterday and the days before it."""


def contract_check(
    fixtures: Annotated[Path | None, typer.Option(help="Folder to write the answers to, redacted.")] = None,
    *,
    unseen_ok: Annotated[bool, typer.Option("--unseen-ok", help="Exit with 0 although little is to be seen.")] = False,
) -> None:
    """Check what is taken for granted about Amplitude, with the settings of ingest-amplitude; reads only."""
    raise typer.Exit(asyncio.run(_run(load(Settings), fixtures, unseen_ok=unseen_ok)))


async def _run(settings: Settings, fixtures: Path | None, *, unseen_ok: bool) -> int:
    read = reading(settings, application_name="trueup")
    async with closing(read.client.aclose, read.engine.dispose):
        checks = Checks(read.source, LastChart(read.client.http), settings, now)
        return await judge(checks.all(), fixtures=fixtures, unseen_ok=unseen_ok)


class LastChart:
    """The last segmentation answer that came over a client; exports are streamed and left alone."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.body: Any = None
        client.event_hooks = {"response": [self._note]}

    async def _note(self, answer: httpx.Response) -> None:
        if answer.url.path.endswith("/segmentation"):
            try:
                self.body = json.loads(await answer.aread(), parse_float=Decimal)
            except ValueError:
                self.body = None


@dataclass(frozen=True, slots=True)
class Checks:
    """Each of them asks anew: none rests on what another has seen."""

    api: AmplitudeApi
    last: LastChart
    settings: Settings
    clock: Callable[[], datetime]

    def all(self) -> list[Assumption]:
        """All of them only read."""
        return [
            Assumption("amplitude-sums", "sums by account and day read whole, for every metric", self.sums),
            Assumption("amplitude-cost", "an answer costs what we pay before it is asked", self.cost),
            Assumption("amplitude-filter", f"a filter may name {self.settings.partition_capacity} accounts", self.long),
            Assumption("amplitude-export", "a closed day's sums are those of the exported events", self.export),
        ]

    def _days(self) -> list[date]:
        last = self.clock().astimezone(ZoneInfo(self.settings.project_time_zone)).date() - timedelta(days=1)
        return days_between(last - timedelta(days=CLOSED_DAYS - 1), last)

    def _metrics(self) -> list[Metric]:
        return [one.definition() for one in self.settings.metrics]

    async def _sums(self, metric: Metric, days: list[date], accounts: list[str] | None = None) -> Sums:
        sums = await self.api.sums(metric, days, accounts, GROUPS_MAX)
        if sums.incomplete not in (None, CUT):  # groups left out are told of nobody, and the others are whole
            raise Unmet(f"{metric.name}: {sums.incomplete}")
        return sums

    async def sums(self) -> object:
        found = [await self._sums(metric, self._days()) for metric in self._metrics()]
        if not any(sums.by_account for sums in found):
            raise Unseen("no account used anything in these days")
        return self.last.body

    async def cost(self) -> object:
        days = self._days()
        metric = self._metrics()[0]
        await self._sums(metric, days)
        said = self.last.body.get("novaCost") if isinstance(self.last.body, dict) else None
        if said is None:
            raise Unseen("the answer does not tell its cost")
        if said != (paid := segmentation_cost(len(days), group_bys=metric.group_bys)):
            raise Unmet(f"it says {said}, we count {paid}")
        return None

    async def long(self) -> object:
        names = [f"trueup-contract-check-{number:04}" for number in range(self.settings.partition_capacity)]
        sums = await self._sums(self._metrics()[0], self._days()[-1:], names)
        if sums.by_account:
            raise Unmet("accounts that were not asked for")
        return None

    async def export(self) -> object:
        """Which group-by is summed, whose days these are, what repeats mean: all of it would show here."""
        zone, day = ZoneInfo(self.settings.project_time_zone), self._days()[0]
        metrics = [metric for metric in self._metrics() if metric.additive]
        if not metrics:
            raise Unseen("no metric has buckets of a day")
        tally = Tally(
            metrics,
            account_property=self.settings.account_property,
            zone=zone,
            first_day=day,
            recent=RecentIds(),
        )
        end = whole_hour(self.clock() - timedelta(minutes=self.settings.export_delay_min))
        await self.api.export(Hours(whole_hour(day_start(day, zone)), end), tally)
        for metric in metrics:
            sums = await self._sums(metric, [day])
            exported = {key.account: total for key, total in tally.totals.items() if key[:2] == (metric.name, day)}
            told = {account: values[0] for account, values in sums.by_account.items()}
            names = told.keys() if sums.is_cut(GROUPS_MAX) else told.keys() | exported.keys()
            if differ := [name for name in names if told.get(name, ZERO) != exported.get(name, ZERO)]:
                raise Unmet(f"{metric.name} of {day}: {len(differ)} accounts differ between the chart and the export")
        if not tally.totals:
            raise Unseen("nothing was exported")
        return None
