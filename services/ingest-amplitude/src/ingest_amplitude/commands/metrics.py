"""`trueup metrics check`: does the project know the metrics as they are defined? Through the service's cost budget."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from ingest_amplitude.domain.answers import GarbledAnswer, Sums
from ingest_amplitude.domain.buckets import ONE, ZERO, Metric
from ingest_amplitude.domain.partitions import GROUPS_MAX
from ingest_amplitude.domain.windows import days_between
from ingest_amplitude.ports import SourceUnavailable, UsageSource
from ingest_amplitude.settings import Settings
from ingest_amplitude.wiring import now, reading
from trueup_billing import format_decimal
from trueup_kit.assumptions import closing
from trueup_kit.errors import KitError
from trueup_kit.limits import for_person
from trueup_kit.settings import load

app = typer.Typer(help="What is metered in Amplitude.", no_args_is_help=True)
Days = Annotated[int, typer.Option(min=1, max=7, help="How many closed days to ask for; each costs.")]


@app.callback()
def _root() -> None:
    """One command at present."""


@app.command()
def check(days: Days = 3) -> None:
    """Ask Amplitude once for each metric as it is defined, and say what was found; changes nothing, exits 1 on a failure."""
    raise typer.Exit(asyncio.run(_run(load(Settings), days)))


async def _run(settings: Settings, count: int) -> int:
    last = now().astimezone(ZoneInfo(settings.project_time_zone)).date() - timedelta(days=1)
    days = days_between(last - timedelta(days=count - 1), last)
    read = reading(settings, application_name="trueup")
    failed = False
    async with closing(read.client.aclose, read.engine.dispose):
        with for_person():
            for one in settings.metrics:
                found = await examine(read.source, one.definition(), days)
                failed = failed or not found.good
                typer.echo(f"{'ok  ' if found.good else 'FAIL'}  {one.metric}: {found.words}")
    return int(failed)


@dataclass(frozen=True, slots=True)
class Found:
    """What the project says of one metric."""

    good: bool
    words: str


async def examine(source: UsageSource, metric: Metric, days: Sequence[date]) -> Found:
    """The question that the service asks, and how many events there are at all. Users are counted day by day here."""
    asked = replace(metric, additive=True)
    events = replace(asked, measure="totals", property_name=None, scale=ONE)
    span = f"from {days[0]} to {days[-1]}"
    try:
        seen = await source.sums(events, days, None, GROUPS_MAX)
        sums = seen if metric.measure == "totals" else await source.sums(asked, days, None, GROUPS_MAX)
    except (SourceUnavailable, GarbledAnswer, KitError) as error:
        return Found(good=False, words=str(error))
    count, groups = _total(seen), len(seen.by_account)
    if seen.rows and not groups:
        return Found(
            good=False, words=f"there are events {span}, and none names an account: check the account property"
        )
    if not count:
        return Found(good=False, words=f"no event {metric.event_type!r} {_kept(metric)}{span}: check the name")
    if metric.measure == "sums" and not _total(sums):
        return Found(
            good=False,
            words=f"{format_decimal(count)} events {span}, and none has a number in {metric.property_name!r}: check the "
            "property",
        )
    if flag := seen.incomplete or sums.incomplete:
        return Found(good=False, words=f"the answer is not whole ({flag}): ask for fewer days")
    cut = " or more: the service divides them" if seen.rows >= GROUPS_MAX else ""
    quantity = format_decimal(_total(sums) if sums is not seen else metric.scaled(count))
    return Found(
        good=True,
        words=f"{format_decimal(count)} events of {groups} accounts{cut} {span}, {quantity} {metric.unit}"
        + ("" if metric.additive else " day by day; counted by the month"),
    )


def _kept(metric: Metric) -> str:
    return "that the filters let through " if metric.filters else ""


def _total(sums: Sums) -> Decimal:
    return sum((sum(row, ZERO) for row in sums.by_account.values()), ZERO)
