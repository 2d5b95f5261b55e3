"""The collaborators of one pull."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ingest_quickbooks.ports import Ledger, Memory, Turn


async def no_trouble() -> str | None:
    """Nobody counts."""
    return None


@dataclass(frozen=True, slots=True)
class Deps:
    """What a pull works with; `link_fields` maps link keys to the customer fields that hold them."""

    ledger: Ledger
    memory: Memory
    turn: Turn
    clock: Callable[[], datetime]
    link_fields: Mapping[str, str]
    trouble: Callable[[], Awaitable[str | None]] = no_trouble
    """What the calls of late say against QuickBooks, although this pull came through."""
