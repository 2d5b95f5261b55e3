"""Metric definitions as people write them: a JSON list in a variable, or a TOML file with a `[[metric]]` table for each.

What is wrong is told with its place: the line of a file, the number of the entry in a variable.
"""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ingest_amplitude.domain.buckets import Filter, Metric

SCALE_DIGITS_MAX = 18
_HEADER = re.compile(r"\s*\[\[\s*metric\s*\]\]")


class FilterSetting(BaseModel):
    """Only events whose property `is` one of the values, or `is_not` any of them."""

    model_config = ConfigDict(extra="forbid")

    property: str = Field(min_length=1)
    of: Literal["event", "user"] = "event"
    is_: list[str] = Field(default=[], alias="is")
    is_not: list[str] = []

    @model_validator(mode="after")
    def _says_one_thing(self) -> FilterSetting:
        if bool(self.is_) == bool(self.is_not):
            raise ValueError("give a filter either `is` or `is_not`, with at least one value")
        return self

    def definition(self) -> Filter:
        """As the service works with it."""
        return Filter(self.property, tuple(self.is_ or self.is_not), self.of, negated=bool(self.is_not))


class MetricSetting(BaseModel):
    """One metered quantity."""

    model_config = ConfigDict(extra="forbid")

    metric: str = Field(min_length=1)
    event_type: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    measure: Literal["sums", "totals", "uniques"] = "sums"
    property: str | None = Field(default=None, min_length=1)
    """The event property that `sums` adds up."""
    filters: list[FilterSetting] = []
    scale: Decimal = Decimal(1)
    """Units for each one that Amplitude counts: 0.000000001 makes gigabytes of bytes."""
    additive: bool | None = None
    """Whether days can be added up to a month; absent: yes, but for `uniques`."""

    @field_validator("scale", mode="before")
    @classmethod
    def _is_exact(cls, value: object) -> object:
        if isinstance(value, (bool, float)):
            raise ValueError('write it as text, such as "0.001"')  # noqa: TRY004  pydantic takes a ValueError only
        return value

    @field_validator("scale")
    @classmethod
    def _is_sensible(cls, value: Decimal) -> Decimal:
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or value <= 0 or not -SCALE_DIGITS_MAX <= exponent <= SCALE_DIGITS_MAX:
            raise ValueError(f"write a number above 0 with at most {SCALE_DIGITS_MAX} digits after the point")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> MetricSetting:
        if self.measure == "sums" and self.property is None:
            raise ValueError("property: name the event property to add up, or set measure to totals or uniques")
        if self.measure != "sums" and self.property is not None:
            raise ValueError(f"property: {self.measure} adds up no property; leave it out, or set measure to sums")
        if self.measure == "uniques" and self.additive:
            raise ValueError("additive: users of a month are not the sum of its days; leave it out")
        return self

    def definition(self) -> Metric:
        """As the service works with it."""
        return Metric(
            self.metric,
            self.event_type,
            self.property,
            self.unit,
            self.measure,
            tuple(one.definition() for one in self.filters),
            self.scale,
            self.measure != "uniques" if self.additive is None else self.additive,
        )


def read_metrics(text: str) -> list[MetricSetting]:
    """Read a JSON list, or the TOML file that is named.

    Raises:
        ValueError: every mistake with its place and what to do; nothing is taken of a list with a mistake.
    """
    if text.strip().endswith(".toml"):
        return _checked(*_from_file(Path(text.strip())))
    try:
        found = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise ValueError(f"write a JSON list of metrics, or the path of a .toml file: {error}") from None
    if not isinstance(found, list):
        raise ValueError("write a JSON list of metrics, or the path of a .toml file")  # noqa: TRY004
    return _checked(found, [f"metric {number}" for number in range(1, len(found) + 1)])


def _from_file(file: Path) -> tuple[list[Any], list[str]]:
    try:
        text = file.read_text(encoding="utf-8")
        found = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"{file} is no TOML: {error}") from None
    tables = found.pop("metric", [])
    if found or not isinstance(tables, list):
        raise ValueError(f"{file}: write a [[metric]] table for each metric and nothing else beside them")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _HEADER.match(line)]
    if len(lines) != len(tables):
        lines = [1] * len(tables)
    return tables, [f"{file.name} line {number}" for number in lines]


def _checked(found: list[Any], places: list[str]) -> list[MetricSetting]:
    read: list[MetricSetting] = []
    faults: list[str] = []
    names: dict[str, str] = {}
    for one, place in zip(found, places, strict=True):
        try:
            metric = MetricSetting.model_validate(one)
        except ValidationError as error:
            faults += _faults(error, place)
            continue
        if metric.metric in names:
            faults.append(f"{place}: metric {metric.metric!r} is defined at {names[metric.metric]} already; rename one")
        names.setdefault(metric.metric, place)
        read.append(metric)
    if faults:
        raise ValueError("; ".join(faults))
    return read


def _faults(error: ValidationError, place: str) -> list[str]:
    found = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        path = ".".join(str(part) for part in fault["loc"])
        said = "is not set" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            said = f"is no setting of a metric; there are {', '.join(MetricSetting.model_fields)}"
        found.append(f"{place}, {path}: {said}" if path else f"{place}: {said}")
    return found
