"""`trueup normalise quickbooks FILE...`: what would be published of recorded QuickBooks bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ingest_quickbooks.domain import reading
from ingest_quickbooks.domain.answers import GarbledAnswer, change_queries, read_object
from ingest_quickbooks.domain.faults import find_fault
from ingest_quickbooks.domain.reading import Body, Unreadable
from ingest_quickbooks.domain.snapshots import ENTITIES, Broken, Entity, Gone, Seen
from ingest_quickbooks.settings import Settings
from ingest_quickbooks.usecases.convert import to_deleted, to_event
from trueup_contracts.envelope import Event
from trueup_kit.recorded import Misread, Note, Said, Trouble, read_json, setting, tell

Files = Annotated[list[Path], typer.Argument(help="Query, CDC or object answers, or webhooks, as JSON.")]
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
Place = tuple[str, Entity, Body]
"""Path inside the body, what it is, the object."""


def normalise(files: Files) -> None:
    """Print the events for recorded answers of QuickBooks, in the order of the files."""
    raise typer.Exit(tell(of_files(files)))


def of_files(files: list[Path]) -> Iterator[Said]:
    """Events, troubles and notes; a deletion repeats the last body of the object among the files."""
    try:
        link_fields: Mapping[str, str] = setting(Settings, "link_fields")
    except Misread as error:
        yield Trouble(str(error))
        return
    last: dict[tuple[Entity, str], Event] = {}
    for file in files:
        try:
            for path, entity, body in _objects(read_json(file)):
                yield from _said(str(file), path, entity, body, link_fields, last)
        except (Misread, Unreadable) as error:
            yield Trouble(f"{file}: {error}")
        except _Hint as hint:
            yield Note(f"{file}: {hint}")


class _Hint(Exception):
    """A webhook: it names what changed and carries no figures."""


def _objects(answer: object) -> Iterator[Place]:
    """Every object of an answer, whichever kind of answer it is."""
    if (fault := find_fault(answer)) is not None:
        raise Misread("Fault", f"QuickBooks refused (code {fault.code or 'none'}): {fault.message}")
    if (hinted := _hinted(answer)) is not None:
        names = ", ".join(hinted) or "nothing"
        raise _Hint(f"a webhook that names {names}; the service reads what changed by itself, every minute")
    if not isinstance(answer, Mapping):
        raise Misread("", "no answer of QuickBooks: not an object")
    if "CDCResponse" in answer:
        for path, query in change_queries(answer):
            yield from _of_query(query, path)
    elif "QueryResponse" in answer:
        yield from _of_query(reading.optional_body(answer, "QueryResponse") or {}, "QueryResponse")
    elif found := [entity for entity in ENTITIES if entity in answer]:
        for entity in found:
            yield entity, entity, reading.optional_body(answer, entity) or {}
    else:
        raise Misread("", f"no CDCResponse, QueryResponse, {', '.join(ENTITIES)} or webhook")


def _of_query(query: Body, path: str) -> Iterator[Place]:
    for entity in ENTITIES:
        for body_path, body in reading.bodies(query, entity, path):
            yield body_path, entity, body


def _said(
    file: str,
    path: str,
    entity: Entity,
    body: Body,
    link_fields: Mapping[str, str],
    last: dict[tuple[Entity, str], Event],
) -> Iterator[Said]:
    try:
        found = read_object(entity, body, link_fields)
    except GarbledAnswer:
        yield Trouble(f"{file}: {path}.Id: missing; the service would use nothing of this answer")
        return
    key = entity, found.external_id
    match found:
        case Broken(detail=detail):
            yield Trouble(f"{file}: {path}.{detail.removeprefix(f'{entity}.')}")
        case Seen(snapshot=snapshot):
            try:
                last[key] = to_event(snapshot, version=1, observed_at=NEVER)
            except Unreadable as error:
                yield Trouble(f"{file}: {path}: {error}")
                return
            yield last[key]
        case Gone() if key in last:
            yield to_deleted(entity, last[key].to_bytes(), version=1, observed_at=NEVER)
        case Gone():
            yield Note(
                f"{file}: {path}: deleted; the service repeats what it last said of {entity} {found.external_id}"
            )


def _hinted(answer: object) -> list[str] | None:
    """What a webhook names, in its CloudEvents shape or the older one; None: it is no webhook."""
    if isinstance(answer, list):
        return [_cloud_event(index, one) for index, one in enumerate(answer)]
    if not isinstance(answer, Mapping) or "eventNotifications" not in answer:
        return None
    found = []
    for path, notification in reading.bodies(answer, "eventNotifications"):
        change = reading.optional_body(notification, "dataChangeEvent", path) or {}
        for entity_path, entity in reading.bodies(change, "entities", f"{path}.dataChangeEvent"):
            found.append(f"{reading.text(entity, 'name', entity_path)} {reading.text(entity, 'id', entity_path)}")
    return found


def _cloud_event(index: int, one: object) -> str:
    """`qbo.invoice.updated.v1` about 145 → `Invoice 145`."""
    if not isinstance(one, Mapping):
        raise Misread(f"[{index}]", "not an object")
    parts = reading.text(one, "type", f"[{index}]").split(".")
    known: dict[str, str] = {entity.lower(): entity for entity in ENTITIES}
    name = known.get(parts[1], parts[1]) if len(parts) > 1 else parts[0]
    return f"{name} {reading.text(one, 'intuitentityid', f'[{index}]')}"
