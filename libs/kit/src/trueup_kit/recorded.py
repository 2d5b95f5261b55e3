"""Recorded bodies of a provider on the command line: what would be published of them, printed and never sent."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_settings import BaseSettings

from trueup_contracts.envelope import Event

GIVEN_WHEN_READ = {"version", "observed_at"}
"""What an event gets only from a live read, under its lease; it is left out of what is printed."""


class Misread(Exception):
    """A body that cannot be what it should be. `where`: the path inside it, or its line."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}" if where else what)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a body; makes the command fail."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """What the service would do besides; no fault."""

    text: str


Said = Event | Trouble | Note


def tell(found: Iterable[Said]) -> int:
    """Events on standard output, one JSON a line; troubles and notes on standard error. Returns the exit code."""
    failed = False
    for one in found:
        if isinstance(one, Event):
            value = one.model_dump(mode="json", exclude_none=True, exclude=GIVEN_WHEN_READ)
            line = json.dumps({"topic": one.topic, "key": one.key(), "value": value}, ensure_ascii=False)
            sys.stdout.write(f"{line}\n")
        else:
            failed = failed or isinstance(one, Trouble)
            sys.stderr.write(f"{'error' if isinstance(one, Trouble) else 'note'}: {one.text}\n")
    return int(failed)


def read_json(file: Path) -> object:
    """The file's JSON with exact numbers.

    Raises:
        Misread: it cannot be opened, or is no JSON in UTF-8.
    """
    try:
        return json.loads(file.read_bytes().decode(), parse_float=Decimal, parse_constant=_no_number)
    except OSError as error:
        raise Misread("", error.strerror or type(error).__name__) from error
    except json.JSONDecodeError as error:
        raise Misread(f"line {error.lineno}, column {error.colno}", f"not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise Misread("", f"not JSON in UTF-8: {error}") from error


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


def setting(settings: type[BaseSettings], name: str) -> Any:  # noqa: ANN401  of the field's own type
    """One setting of a service, from the environment or its default, without the secrets that the others need.

    Raises:
        Misread: it is required and not set, or not what it should be.
    """
    field = settings.model_fields[name]
    variable = f"{settings.model_config.get('env_prefix', '')}{name}".upper()
    given = os.environ.get(variable)
    if given is None:
        if field.is_required():
            raise Misread(variable, "set it, or give it as an option")
        return field.get_default(call_default_factory=True)
    kind: TypeAdapter[Any] = TypeAdapter(field.annotation or str)
    try:
        return kind.validate_python(given) if field.annotation is str else kind.validate_json(given)
    except ValidationError as error:
        raise Misread(variable, str(error.errors()[0]["msg"])) from error
