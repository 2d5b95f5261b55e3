"""Seeded kills under load, then an audit: `make chaos`, against a running stack.

Kills (SIGKILL) are spread over every service, Kafka and PostgreSQL; a few orderly broker restarts are mixed in. After each
the run measures how long until every process is ready again and until a payment at the gateway shows in the API. At the
end `trueup verify` compares everything. Prints JSON; exit code 1 when anything differs or did not come back.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
from tests.chaos.processes import RECOVERY_TIMEOUT_S, restart, strike, until_ready

from trueup_devstack import checkout as checkouts
from trueup_operator import settings
from trueup_operator.clients import token_for
from trueup_operator.verify.audit import audit

SERVICES = (
    "ingest-amplitude",
    "ingest-quickbooks",
    "stripe-webhooks",
    "reconciler",
    "dashboard-api",
    "kafka",
    "postgres",
)
BROKER = "kafka"
LOG_TICK_S = 1.0


@dataclass
class Fault:
    """One kill or restart and what came back when."""

    what: str
    how: str
    ready_s: float | None = None
    payment_visible_s: float | None = None


async def make(fault: Fault, chance: random.Random) -> None:
    """Let it happen."""
    if fault.how == "restart":
        await restart(fault.what)
    else:
        await strike(fault.what, chance)


async def somebody_pays(http: httpx.AsyncClient, where: settings.Addresses) -> dict[str, Any]:
    """A payment at the gateway; while nothing is open to be paid, the next usage is waited for."""
    while True:
        answer = await http.post(f"{where.sandbox_url}/control/happen", json={"kind": "pay"})
        if answer.status_code != httpx.codes.CONFLICT:
            happened: dict[str, Any] = answer.raise_for_status().json()
            return happened
        await asyncio.sleep(0.5)


async def until_payment_shows(http: httpx.AsyncClient, where: settings.Addresses) -> float | None:
    """Seconds from a payment at the gateway, made now, until the API shows it: the whole path works again."""
    happened = await somebody_pays(http, where)
    started = time.monotonic()
    while time.monotonic() - started < RECOVERY_TIMEOUT_S:
        try:
            shown = await http.get(f"{where.url}/api/v1/accounts/{happened['client_id']}/invoices", params={"page": 1})
        except httpx.HTTPError:
            shown = None
        if shown is not None and shown.is_success:
            status = {row["gateway_invoice_id"]: row["status"] for row in shown.json()["items"]}
            if status.get(happened["objects"]["gateway_invoices"]) == "paid":
                return round(time.monotonic() - started, 1)
        await asyncio.sleep(0.2)
    return None


class LogMeter:
    """The most log lines any one process wrote within a second."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[Path, int] = {}
        self.worst: tuple[int, str] = (0, "")

    async def run(self) -> None:
        while True:
            for path in self._folder.glob("*.log"):
                size = path.stat().st_size
                last = self._seen.get(path, size)
                if size > last:
                    with path.open("rb") as file:
                        file.seek(last)
                        lines = file.read(size - last).count(b"\n")
                    self.worst = max(self.worst, (lines, path.stem))
                self._seen[path] = size
            await asyncio.sleep(LOG_TICK_S)


def plan(seed: int, kills: int, restarts: int) -> list[Fault]:
    """Every service is hit at least once when there are enough kills; the order is the seed's."""
    chance = random.Random(seed)
    targets = [SERVICES[index % len(SERVICES)] for index in range(kills)]
    faults = [Fault(target, "kill -9") for target in targets] + [Fault(BROKER, "restart") for _ in range(restarts)]
    chance.shuffle(faults)
    return faults


async def run(seed: int, kills: int, restarts: int, events_per_s: float, wait_s: float) -> dict[str, Any]:
    where, chance = settings.load(), random.Random(seed)
    faults = plan(seed, kills, restarts)
    meter = LogMeter(checkouts.here().logs)
    headers = {"authorization": f"Bearer {token_for(where.sandbox_url, 'fay')}"}
    async with httpx.AsyncClient(headers=headers, timeout=10) as http:
        (await http.post(f"{where.sandbox_url}/control/pace", json={"events_per_s": events_per_s})).raise_for_status()
        watching = asyncio.create_task(meter.run())
        try:
            for number, fault in enumerate(faults, 1):
                await make(fault, chance)
                fault.ready_s, fault.payment_visible_s = await asyncio.gather(
                    until_ready(), until_payment_shows(http, where)
                )
                print(f"{number}/{len(faults)} {fault}", file=sys.stderr, flush=True)
                await asyncio.sleep(chance.uniform(0.5, 3))
        finally:
            watching.cancel()
            await http.post(f"{where.sandbox_url}/control/pace", json={"events_per_s": 0})
        counters = (await http.get(f"{where.sandbox_url}/control/counters")).json()
    outcome = await audit(where, wait_s=wait_s)
    return {
        "seed": seed,
        "faults": [asdict(fault) for fault in faults],
        "not_recovered": sum(fault.ready_s is None or fault.payment_visible_s is None for fault in faults),
        "ready_s_max": max((fault.ready_s or RECOVERY_TIMEOUT_S for fault in faults), default=0),
        "payment_visible_s_max": max((fault.payment_visible_s or RECOVERY_TIMEOUT_S for fault in faults), default=0),
        "log_lines_per_s_worst": {"lines": meter.worst[0], "process": meter.worst[1]},
        "counters": {name: count for name, count in counters.items() if not isinstance(count, dict)},
        "accounts": outcome.accounts,
        "differences": len(outcome.differences),
        "absent": outcome.absent,
        "verify": outcome.lines,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--events-per-s", type=float, default=50)
    parser.add_argument("--wait", type=float, default=180)
    asked = parser.parse_args()
    result = asyncio.run(run(asked.seed, asked.kills, asked.restarts, asked.events_per_s, asked.wait))
    print(json.dumps(result, indent=2))
    raise SystemExit(1 if result["differences"] or result["absent"] or result["not_recovered"] else 0)


if __name__ == "__main__":
    main()
