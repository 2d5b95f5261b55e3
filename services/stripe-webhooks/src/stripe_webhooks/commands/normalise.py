"""`trueup normalise stripe FILE...`: what would be published of recorded Stripe bodies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from stripe_webhooks.adapters.recorded import RESOURCES, Recorded
from stripe_webhooks.domain.events import THIN, Target, read_event, target_of
from stripe_webhooks.domain.fields import Json, Unreadable, locate, text
from stripe_webhooks.settings import Settings
from stripe_webhooks.usecases.facts import announce
from stripe_webhooks.usecases.reading import LinkNames, Reader, Reading
from stripe_webhooks.usecases.resolve import Resolver
from trueup_kit.recorded import Misread, Note, Said, Trouble, read_json, setting, tell

Files = Annotated[list[Path], typer.Argument(help="Webhooks, objects or lists of Stripe's, as JSON.")]
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def normalise(files: Files) -> None:
    """Print the events for recorded bodies; all files together stand for what Stripe would answer when asked."""
    try:
        links = LinkNames(setting(Settings, "invoice_metadata_keys"), setting(Settings, "customer_metadata_keys"))
    except Misread as error:
        raise typer.Exit(tell([Trouble(str(error))])) from None
    raise typer.Exit(tell(of_files(files, links)))


def of_files(files: Iterable[Path], links: LinkNames) -> Iterator[Said]:
    """Events, troubles and notes."""
    recorded, targets = Recorded(), list[Target]()
    for file in files:
        try:
            body = read_json(file)
            for path, one in _pieces(body):
                recorded.put(locate(one, f"{file}: {path}"))
                if (target := _target(one, path)) is None:
                    yield Note(f"{file}: {path or 'the body'} points at nothing that Trueup keeps")
                else:
                    targets.append(target)
        except Misread as error:
            yield Trouble(f"{file}: {error}")
    for reading in asyncio.run(_read(recorded, links, targets)):
        for snapshot in reading.snapshots:
            yield announce(snapshot, version=1, observed_at=NEVER)
        for missing in reading.missing:
            yield Trouble(missing.detail)
    for asked in sorted(recorded.wanted):
        yield Note(f"the service would ask Stripe for {asked}")


async def _read(recorded: Recorded, links: LinkNames, targets: list[Target]) -> list[Reading]:
    """Resolve and read as the service does when a webhook has come."""
    resolved = await Resolver(recorded, recorded)(targets, "person")
    reader = Reader(recorded, links)
    return [await reader.read(one, "person") for one in resolved.wanted]


def _pieces(body: object) -> Iterator[tuple[str, Json]]:
    """The body, or what a list holds, with its path."""
    if isinstance(body, dict) and body.get("object") == "list":
        found = body.get("data")
        if not isinstance(found, list):
            raise Misread("data", "no list")
        for place, item in enumerate(found):
            if not isinstance(item, dict):
                raise Misread(f"data[{place}]", "not an object")
            yield f"data[{place}]", item
    elif isinstance(body, dict):
        yield "", body
    else:
        raise Misread("", "nothing of Stripe's: not an object")


def _target(body: Json, path: str) -> Target | None:
    """What an event, a thin event or an object points at."""
    kind = text(body, "object")
    if kind in {"event", THIN}:
        try:
            return read_event(body).target
        except Unreadable as error:
            raise Misread(path, error.detail) from error
    if kind not in RESOURCES:
        raise Misread(f"{path}.object" if path else "object", f"{body.get('object')!r} is nothing that Trueup reads")
    if text(body, "id") is None:
        raise Misread(f"{path}.id" if path else "id", "missing")
    return target_of(body)
