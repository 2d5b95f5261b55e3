"""What the service adds to `trueup`: computing the audit log again, and copying its signed head to another place."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from dashboard_api.adapters.audit import entry_of, head_of
from dashboard_api.domain.audit_chain import Entry, Head
from dashboard_api.domain.audit_damage import Damage, find_damage
from trueup_operator import settings
from trueup_operator.errors import OperatorError

app = typer.Typer(help="The audit log: is it whole, and where does it end?", no_args_is_help=True)

_ENTRIES = "SELECT *, detail::text AS detail_text FROM dashboard.audit_log ORDER BY seq"
_HEAD = "SELECT * FROM dashboard.audit_heads"
HeadFile = Annotated[
    Path | None,
    typer.Option("--head", help="A head that `trueup audit head` wrote earlier and that was kept elsewhere."),
]


@app.command()
def verify(head: HeadFile = None) -> None:
    """Compute every entry again; exit 1 with the first broken entry and the kind of damage."""
    addresses = settings.load()
    exported = _read_head(head) if head is not None else None
    found = asyncio.run(check(addresses.migrator_dsn, addresses.audit_key.encode(), exported))
    if found.damage is None:
        older = f"; the first {found.unsealed} are older than the seal and chained only" if found.unsealed else ""
        print(f"the audit log is whole: {found.count} entries{older}")
        return
    damage = found.damage
    print(f"the audit log is damaged at entry {damage.seq}: {damage.kind}; {damage.detail}", file=sys.stderr)
    raise typer.Exit(1)


@app.command("head")
def show_head() -> None:
    """The signed end of the log as JSON; keep it where whoever can change the database cannot."""
    found = asyncio.run(_load_head(settings.load().migrator_dsn))
    if found is None:
        raise OperatorError("the audit log has no signed entry yet")
    print(json.dumps(_plain(found)))


@dataclass(frozen=True, slots=True)
class Finding:
    """What computing the log again showed."""

    damage: Damage | None
    count: int
    unsealed: int
    """Entries from before the log was sealed."""


async def check(dsn: str, key: bytes, exported: Head | None = None) -> Finding:
    """Compute the whole log again, in one snapshot."""
    async with _snapshot(dsn) as connection:
        return await inspect(connection, key, exported)


async def inspect(connection: asyncpg.Connection[asyncpg.Record], key: bytes, exported: Head | None = None) -> Finding:
    """As `check`, inside the caller's transaction."""
    row = await connection.fetchrow(_HEAD)
    head = head_of(row) if row is not None else None
    entries: list[Entry] = [entry_of(each) async for each in connection.cursor(_ENTRIES, prefetch=1000)]
    damage = find_damage(entries, head, key, exported=exported)
    return Finding(damage, len(entries), head.sealed_from - 1 if head is not None else 0)


async def _load_head(dsn: str) -> Head | None:
    async with _snapshot(dsn) as connection:
        row = await connection.fetchrow(_HEAD)
    return head_of(row) if row is not None else None


@asynccontextmanager
async def _snapshot(dsn: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    finally:
        await connection.close()


def _plain(head: Head) -> dict[str, object]:
    return {
        "seq": head.seq,
        "hash": head.hash.hex(),
        "at": head.at.isoformat(),
        "sealed_from": head.sealed_from,
        "seal": head.seal.hex(),
    }


def _read_head(path: Path) -> Head:
    try:
        found = json.loads(path.read_text())
        return Head(
            seq=int(found["seq"]),
            hash=bytes.fromhex(found["hash"]),
            at=datetime.fromisoformat(found["at"]),
            sealed_from=int(found["sealed_from"]),
            seal=bytes.fromhex(found["seal"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OperatorError(f"{path} is no head that `trueup audit head` wrote ({error})") from None
