"""From a payment at the gateway to the changed row: `make bench-freshness`, against a running stack. Prints JSON.

A sample starts when the sandbox is told to let a customer pay an invoice that the account page shows open, and ends when
the live stream has announced a revision of that account whose row shows the invoice paid. An invoice that was issued a
moment ago and that the ledger has not told of yet (it is asked every minute) has no row to change: such a payment is
counted apart. The clock is this process's; both ends are on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from trueup_operator import settings
from trueup_operator.clients import token_for

SAMPLE_TIMEOUT_S = 30.0
PAUSE_S = 0.1
PAID = {"paid"}
ELSEWHERE_MAX = 5
"""Payments without a row to change, for each sample wanted, before the run gives up."""
OPEN = ["pending", "overdue", "failed", "partly_paid"]


class NotOnThePage(Exception):
    """Nothing that could change is shown."""


@dataclass
class Announced:
    """When each revision of each account was announced on the live stream."""

    at: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    reconnects: int = -1

    async def note(self, changes: list[dict[str, Any]]) -> None:
        now = time.perf_counter()
        async with self.changed:
            for change in changes:
                self.at.setdefault(change["client_id"], []).append((int(change["revision"]), now))
            self.changed.notify_all()

    def first_at(self, client_id: str, revision: int) -> float | None:
        """When this revision or a later one was first announced."""
        return next((at for seen, at in self.at.get(client_id, []) if seen >= revision), None)


async def listen(http: httpx.AsyncClient, url: str, announced: Announced) -> None:
    """Keep the live stream open; reconnect when it is closed, as the page does."""
    while True:
        announced.reconnects += 1
        try:
            async with http.stream("GET", f"{url}/api/v1/stream", timeout=httpx.Timeout(60, read=40)) as answer:
                answer.raise_for_status()
                async for data in events(answer):
                    if data.get("type") == "accounts":
                        await announced.note(data["changes"])
        except httpx.HTTPError:
            await asyncio.sleep(0.2)


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in answer.aiter_lines():
        if line.startswith("data:"):
            yield json.loads(line[5:])


@dataclass(frozen=True)
class Payable:
    """An account whose page shows open invoices that the gateway can take money for."""

    client_id: str
    gateway_invoice_ids: frozenset[str]


async def payable(http: httpx.AsyncClient, where: settings.Addresses) -> Payable | None:
    """Some account with an open invoice on its page; None when there is none for the moment."""
    wanted: dict[str, Any] = {"status": OPEN, "page": 1, "page_size": 50, "sort": "due_date"}
    listed = (await http.get(f"{where.url}/api/v1/accounts", params=wanted)).raise_for_status().json()["items"]
    if not listed:
        return None
    client_id = random.choice(listed)["client_id"]
    shown = (await http.get(f"{where.url}/api/v1/accounts/{client_id}")).raise_for_status().json()
    rows = await invoices(http, where, shown)
    return Payable(client_id, frozenset(row["gateway_invoice_id"] for row in rows if row["status"] in OPEN))


async def sample(http: httpx.AsyncClient, where: settings.Addresses, announced: Announced) -> float | None:
    """Seconds from the payment to the announced row, or None when it did not show in time.

    Raises:
        NotOnThePage: the payment was for an invoice that the ledger has not told of yet; its row could not change.
    """
    account = await payable(http, where)
    if account is None:
        raise NotOnThePage
    started = time.perf_counter()
    answer = await http.post(
        f"{where.sandbox_url}/control/happen", json={"kind": "pay", "client_id": account.client_id}
    )
    paid_id = answer.raise_for_status().json()["objects"]["gateway_invoices"]
    if paid_id not in account.gateway_invoice_ids:
        raise NotOnThePage
    while time.perf_counter() - started < SAMPLE_TIMEOUT_S:
        if (took_s := await shown_paid(http, where, announced, account.client_id, paid_id, started)) is not None:
            return took_s
    return None


async def shown_paid(
    http: httpx.AsyncClient,
    where: settings.Addresses,
    announced: Announced,
    client_id: str,
    paid_id: str,
    started: float,
) -> float | None:
    """Wait for the next announcement; seconds to it when the row behind it is paid, else None."""
    async with announced.changed:
        try:
            await asyncio.wait_for(announced.changed.wait_for(lambda: newer(announced, client_id, started)), 5)
        except TimeoutError:
            return None
    shown = (await http.get(f"{where.url}/api/v1/accounts/{client_id}")).raise_for_status().json()
    rows = await invoices(http, where, shown)
    if any(row["gateway_invoice_id"] == paid_id and row["status"] in PAID for row in rows):
        at = announced.first_at(client_id, revision_of(shown)) or time.perf_counter()
        return max(at, started) - started
    await asyncio.sleep(0.02)
    return None


def revision_of(shown: dict[str, Any]) -> int:
    return int(shown["revision"])


def newer(announced: Announced, client_id: str, since: float) -> bool:
    return any(at >= since for _, at in announced.at.get(client_id, []))


async def invoices(http: httpx.AsyncClient, where: settings.Addresses, shown: dict[str, Any]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = shown["invoices"]
    if shown["invoices_total"] <= len(listed):
        return listed
    more = await http.get(f"{where.url}/api/v1/accounts/{shown['client_id']}/invoices", params={"page": 1})
    found: list[dict[str, Any]] = more.raise_for_status().json()["items"]
    return [*listed, *found]


def happenings(counters: dict[str, Any]) -> int:
    return int(counters["happenings"])


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def run(samples: int, events_per_s: float) -> dict[str, Any]:
    where = settings.load()
    headers = {"authorization": f"Bearer {token_for(where.sandbox_url, 'fay')}"}
    announced = Announced()
    async with httpx.AsyncClient(headers=headers, timeout=30) as http:
        before = (await http.get(f"{where.sandbox_url}/control/counters")).json()
        (await http.post(f"{where.sandbox_url}/control/pace", json={"events_per_s": events_per_s})).raise_for_status()
        listener = asyncio.create_task(listen(http, where.url, announced))
        started = time.perf_counter()
        try:
            await asyncio.sleep(2)
            taken, elsewhere = await take(http, where, announced, samples)
        finally:
            listener.cancel()
            await http.post(f"{where.sandbox_url}/control/pace", json={"events_per_s": 0})
        elapsed = time.perf_counter() - started
        after = (await http.get(f"{where.sandbox_url}/control/counters")).json()
    return report(taken, elsewhere, elapsed, happenings(after) - happenings(before), announced.reconnects)


async def take(
    http: httpx.AsyncClient, where: settings.Addresses, announced: Announced, samples: int
) -> tuple[list[float | None], int]:
    """The samples, and how many payments were of no use because their invoice was not on the page."""
    found: list[float | None] = []
    elsewhere = 0
    while len(found) < samples and elsewhere < ELSEWHERE_MAX * samples:
        try:
            found.append(await sample(http, where, announced))
        except NotOnThePage:
            elsewhere += 1
        await asyncio.sleep(PAUSE_S)
    return found, elsewhere


def report(
    taken: list[float | None], elsewhere: int, elapsed_s: float, happened: int, reconnects: int
) -> dict[str, Any]:
    seconds = [value for value in taken if value is not None]
    return {
        "samples": len(taken),
        "not_on_the_page": elsewhere,
        "lost": len(taken) - len(seconds),
        "p50_s": round(statistics.median(seconds), 3) if seconds else None,
        "p99_s": round(percentile(seconds, 0.99), 3) if seconds else None,
        "max_s": round(max(seconds), 3) if seconds else None,
        "beside_it_events_per_s": round(happened / elapsed_s, 1),
        "stream_reconnects": reconnects,
        "limit_p99_s": 5.0,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--events-per-s", type=float, default=50)
    arguments = parser.parse_args()
    result = asyncio.run(run(arguments.samples, arguments.events_per_s))
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
    whole = result["samples"] == arguments.samples and result["lost"] == 0
    met = whole and result["p99_s"] is not None and result["p99_s"] <= result["limit_p99_s"]
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
