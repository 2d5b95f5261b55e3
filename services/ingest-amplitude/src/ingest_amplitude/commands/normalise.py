"""`trueup normalise amplitude FILE...`: what would be published of recorded Amplitude answers and exports."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from ingest_amplitude.adapters.export_file import read_export
from ingest_amplitude.adapters.messages import UsageMessages
from ingest_amplitude.adapters.metric_definitions import MetricSetting, read_metrics
from ingest_amplitude.domain.answers import GarbledAnswer, days_of, read_sums
from ingest_amplitude.domain.buckets import Key, Totals
from ingest_amplitude.domain.partitions import GROUPS_MAX
from ingest_amplitude.domain.tally import RecentIds, Tally
from ingest_amplitude.settings import Settings
from trueup_contracts.usage import UsageObservedV1
from trueup_kit.recorded import Misread, Note, Said, Trouble, read_json, setting, tell

Files = Annotated[list[Path], typer.Argument(help="Segmentation answers as JSON, or export archives (zip).")]
Metrics = Annotated[
    list[str],
    typer.Option("--metric", help="NAME:EVENT_TYPE:PROPERTY:UNIT; without it INGEST_AMPLITUDE_METRICS counts."),
]
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
METRICS = "INGEST_AMPLITUDE_METRICS"
NAMED = ("metric", "event_type", "property", "unit")


def normalise(files: Files, metric: Metrics = []) -> None:  # noqa: B006  Typer reads it and never changes it
    """Print the usage events for recorded answers and exports; a segmentation answer needs exactly one metric."""
    try:
        metrics = [_metric(one) for one in metric] or _configured()
        reader = Reader(metrics, setting(Settings, "account_property"), _zone())
    except Misread as error:
        raise typer.Exit(tell([Trouble(str(error))])) from None
    raise typer.Exit(tell(reader.of_files(files)))


def _metric(text: str) -> MetricSetting:
    parts = text.split(":")
    if len(parts) != len(NAMED) or not all(parts):
        raise Misread("--metric", f"{text!r} is not NAME:EVENT_TYPE:PROPERTY:UNIT")
    return MetricSetting.model_validate(dict(zip(NAMED, parts, strict=True)))


def _zone() -> str:
    name: str = setting(Settings, "project_time_zone")
    try:
        return Settings.is_zone(name)
    except ValueError as error:
        raise Misread("INGEST_AMPLITUDE_PROJECT_TIME_ZONE", str(error)) from None


def _configured() -> list[MetricSetting]:
    given = os.environ.get(METRICS)
    if given is None:
        raise Misread(METRICS, "set it, or give it as an option")
    try:
        return read_metrics(given)
    except ValueError as error:
        raise Misread(METRICS, str(error)) from error


class Reader:
    """Reads recorded files as the service reads live answers."""

    def __init__(self, metrics: Sequence[MetricSetting], account_property: str, time_zone: str) -> None:
        self._metrics = [one.definition() for one in metrics]
        self._account_property = account_property
        self._zone = ZoneInfo(time_zone)
        self._messages = UsageMessages(
            {metric.name: metric for metric in self._metrics}, time_zone=time_zone, service="ingest-amplitude"
        )

    def of_files(self, files: list[Path]) -> Iterator[Said]:
        """Events, troubles and notes."""
        for file in files:
            try:
                yield from self._export(file) if zipfile.is_zipfile(file) else self._answer(file)
            except (Misread, GarbledAnswer) as error:
                yield Trouble(f"{file}: {error}")

    def _answer(self, file: Path) -> Iterator[Said]:
        answer = read_json(file)
        _refuse_errors(answer)
        days = days_of(answer)
        if not days:
            raise Misread("data.xValues", "no days")
        if len(self._metrics) != 1:
            raise Misread(
                "", f"a segmentation answer does not say its metric: give one --metric, not {len(self._metrics)}"
            )
        [metric] = self._metrics
        buckets = metric.buckets(days)
        sums = read_sums(answer, buckets, metric.grain).in_units_of(metric)
        if sums.is_cut(GROUPS_MAX):
            yield Note(f"{file}: {sums.rows} groups: the answer is cut; the service asks for fewer accounts at once")
            return
        if sums.incomplete is not None:
            yield Note(f"{file}: {sums.incomplete}: the answer is not whole; the service keeps the former values")
            return
        yield from self._events(
            {
                Key(metric.name, bucket, account): quantity
                for account, quantities in sorted(sums.by_account.items())
                for bucket, quantity in zip(buckets, quantities, strict=True)
            }
        )

    def _export(self, file: Path) -> Iterator[Said]:
        by_month = [one.name for one in self._metrics if not one.additive]
        tally = Tally(
            [one for one in self._metrics if one.additive],
            account_property=self._account_property,
            zone=self._zone,
            first_day=date.min,
            recent=RecentIds(),
        )
        troubles: list[Trouble] = []
        with file.open("rb") as archive:
            read_export(
                archive, tally, lambda name, line, why: troubles.append(Trouble(f"{file}: {name} line {line}: {why}"))
            )
        yield from troubles
        if tally.repeated:
            yield Note(f"{file}: {tally.repeated} events came twice and count once")
        if tally.nameless:
            yield Note(f"{file}: {tally.nameless} events name no account and count for nobody")
        if tally.unread:
            yield Note(f"{file}: the service asks Amplitude for the days that these events may lie on")
        if by_month:
            yield Note(f"{file}: {', '.join(by_month)}: counted by the month, which an export is not read for")
        yield Note(f"{file}: these are the sums of this export alone; the service adds what was exported before")
        yield from self._events(dict(sorted(tally.totals.items())))

    def _events(self, totals: Totals) -> Iterator[Said]:
        for message in self._messages.of(totals, version=1, observed_at=NEVER):
            yield UsageObservedV1.from_bytes(message.value or b"")


def _refuse_errors(answer: object) -> None:
    """Amplitude's own error body."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        raise Misread("error", f"Amplitude refused (HTTP {error.get('http_code')}): {error.get('message')}")
