"""The collaborators of one pull."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ingest_quickbooks.ports import Ledger, Memory, Turn


@dataclass(frozen=True, slots=True)
class Deps:
    """What a pull works with; `link_fields` maps link keys to the customer fields that hold them."""

    ledger: Ledger
    memory: Memory
    turn: Turn
    clock: Callable[[], datetime]
    link_fields: Mapping[str, str]
