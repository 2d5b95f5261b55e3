"""Facts stored against what the sources themselves hold: nothing lost, nothing invented, while both move on.

A source holds more with every moment, and what is stored lags behind it by as much as its watermark says. So what the
source held at the watermark and still holds must be stored, and what is stored must have been held then or now. A key
is stored once by its table's primary key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import httpx

from trueup_operator.clients import TIMEOUT
from trueup_operator.verify.compare import Difference

_CUSTOMERS = "SELECT ref FROM reconciler.customers WHERE NOT deleted"
_DOCUMENTS = "SELECT document_id FROM reconciler.documents WHERE state <> 'deleted'"
_PAYMENTS = "SELECT object_id FROM reconciler.payments WHERE status <> 'deleted'"
# What the sandbox calls a thing: what stands before its id in a stored key, and the keys that are stored.
STORED = {
    "quickbooks": {
        "customers": ("quickbooks:", _CUSTOMERS),
        "invoices": ("quickbooks:invoice:", _DOCUMENTS),
        "credit_memos": ("quickbooks:creditmemo:", _DOCUMENTS),
        "payments": ("quickbooks:payment:", _PAYMENTS),
    },
    "stripe": {
        "customers": ("stripe:", _CUSTOMERS),
        "invoices": ("stripe:invoice:", _PAYMENTS),
        "payments": ("stripe:payment:", _PAYMENTS),
        "refunds": ("stripe:refund:", _PAYMENTS),
        "disputes": ("stripe:dispute:", _PAYMENTS),
    },
}
WATERMARK = "SELECT min(as_of) FROM read_model.watermarks WHERE source = $1"
NAMED_MAX = 5
"""Ids that a difference names."""


@dataclass(frozen=True)
class Sides:
    """The keys of one thing: stored, held by the source at the watermark, held by it now."""

    stored: frozenset[str]
    then: frozenset[str]
    now: frozenset[str]

    def differences(self, name: str) -> list[Difference]:
        """What is missing, and what nobody ever held."""
        lost = (self.then & self.now) - self.stored
        invented = self.stored - (self.then | self.now)
        return [
            *([Difference("facts", f"{name} lost", 0, _named(lost))] if lost else []),
            *([Difference("facts", f"{name} invented", _named(invented), 0)] if invented else []),
        ]


async def count(dsn: str, sandbox_url: str) -> tuple[dict[str, tuple[int, int]], list[Difference]]:
    """For each source and thing: (stored, held by the source), and where the two differ."""
    counted: dict[str, tuple[int, int]] = {}
    wrong: list[Difference] = []
    connection = await asyncpg.connect(dsn)
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, base_url=sandbox_url) as http:
            for source in STORED:
                for name, sides in (await _sides(connection, http, source)).items():
                    counted[f"{source}.{name}"] = (len(sides.stored), len(sides.now))
                    wrong += sides.differences(f"{source}.{name}")
    finally:
        await connection.close()
    return counted, wrong


async def _sides(
    connection: asyncpg.Connection[asyncpg.Record], http: httpx.AsyncClient, source: str
) -> dict[str, Sides]:
    watermark: datetime | None = await connection.fetchval(WATERMARK, source)
    things = STORED[source]
    stored = {name: await _keys(connection, *thing) for name, thing in things.items()}
    # Asked last: whatever was stored above is held by now.
    now = await _held(http, source, None)
    then = await _held(http, source, watermark) if watermark else dict.fromkeys(things, frozenset[str]())
    return {name: Sides(stored[name], then[name], now[name]) for name in things}


async def _keys(connection: asyncpg.Connection[asyncpg.Record], prefix: str, sql: str) -> frozenset[str]:
    keys = [str(row[0]) for row in await connection.fetch(sql)]
    return frozenset(key.removeprefix(prefix) for key in keys if key.startswith(prefix))


async def _held(http: httpx.AsyncClient, source: str, as_of: datetime | None) -> dict[str, frozenset[str]]:
    params = {"as_of": as_of.isoformat()} if as_of else {}
    answer = await http.get(f"/control/sources/{source}/facts", params=params)
    details: dict[str, Any] = answer.raise_for_status().json()["details"]
    return {name: frozenset(details[name]["ids"]) for name in STORED[source]}


def _named(ids: frozenset[str]) -> str:
    shown = sorted(ids)[:NAMED_MAX]
    return f"{len(ids)}: {', '.join(shown)}" + (", …" if len(ids) > len(shown) else "")
