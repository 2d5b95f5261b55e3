"""From the click on Retry to its outcome: `make bench-retry`, against a running stack. Prints JSON.

A sample starts when an account manager asks for the payment of an open invoice and ends when the attempt is shown as
succeeded; whatever else becomes of it is counted by state or reason. Before that, two races: twenty clicks at once with
one key, and twenty at once with a key each. Each must end as one attempt and one charge, by the sandbox's own count of
what it took. The clock is this process's; both ends are on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from trueup_operator import settings
from trueup_operator.clients import token_for

SAMPLE_TIMEOUT_S = 30.0
LOOK_AGAIN_S = 0.05
CLICKS = 20
LIMIT_P99_S = 10.0


@dataclass(frozen=True)
class Owed:
    """An open invoice, as the sandbox knows it, whose card takes the payment."""

    client_id: str
    invoice: str
    owner: str
    body: dict[str, Any]


class Stack:
    """The API as its account managers see it, and the sandbox's controls."""

    def __init__(self, http: httpx.AsyncClient, where: settings.Addresses) -> None:
        self._http = http
        self._where = where
        self._tokens: dict[str, str] = {}

    def _as(self, user: str) -> dict[str, str]:
        token = self._tokens.setdefault(user, token_for(self._where.sandbox_url, user))
        return {"authorization": f"Bearer {token}"}

    async def owed(self) -> list[Owed]:
        """Open invoices of owned accounts."""
        answer = await self._http.get(f"{self._where.sandbox_url}/control/open-invoices", params={"overdue": "false"})
        return [
            Owed(
                one["client_id"],
                one["gateway_invoice_id"],
                one["owner"],
                {"amount_minor": one["amount_minor"], "currency": one["currency"]},
            )
            for one in answer.raise_for_status().json()
            if one["card"] == "fine" and one["owner"]
        ]

    async def allowed(self, owed: Owed) -> bool:
        """Whether the page would offer it now."""
        url = f"{self._where.url}/api/v1/accounts/{owed.client_id}/invoices"
        rows = (await self._http.get(url, headers=self._as(owed.owner))).raise_for_status().json()["items"]
        return any(row["gateway_invoice_id"] == owed.invoice and row["retry"]["allowed"] for row in rows)

    async def click(self, owed: Owed, key: str) -> httpx.Response:
        """One POST."""
        url = f"{self._where.url}/api/v1/invoices/{owed.invoice}/payment-retries"
        return await self._http.post(url, json=owed.body, headers=self._as(owed.owner) | {"idempotency-key": key})

    async def ended(self, owed: Owed, attempt_id: str) -> dict[str, Any]:
        """The attempt as soon as it is final, or as it stands when time is up."""
        url, ends = f"{self._where.url}/api/v1/payment-retries/{attempt_id}", time.perf_counter() + SAMPLE_TIMEOUT_S
        while True:
            shown: dict[str, Any] = (await self._http.get(url, headers=self._as(owed.owner))).raise_for_status().json()
            if shown["final"] or time.perf_counter() > ends:
                return shown
            await asyncio.sleep(LOOK_AGAIN_S)

    async def charges(self, invoice: str) -> int:
        """How often the sandbox took money for the invoice."""
        counters = (await self._http.get(f"{self._where.sandbox_url}/control/counters")).raise_for_status().json()
        return int(counters["charges_by_invoice"].get(invoice, 0))


async def race(stack: Stack, owed: Owed, keys: list[str]) -> dict[str, Any]:
    """All clicks at once; how many attempts and charges came of them."""
    answers = await asyncio.gather(*(stack.click(owed, key) for key in keys))
    ids = {answer.json()["id"] for answer in answers if answer.status_code == 202}
    ended = [await stack.ended(owed, attempt_id) for attempt_id in sorted(ids)]
    return {
        "clicks": len(answers),
        "answers": dict(Counter(answer.status_code for answer in answers)),
        "attempts": len(ids),
        "states": [each["state"] for each in ended],
        "charges": await stack.charges(owed.invoice),
    }


async def sample(stack: Stack, owed: Owed) -> tuple[str, float]:
    """What became of one click, and after how many seconds."""
    started = time.perf_counter()
    answer = await stack.click(owed, f"bench-{uuid.uuid4()}")
    if answer.status_code != 202:
        return str(answer.json().get("reason") or answer.json()["code"]), time.perf_counter() - started
    shown = await stack.ended(owed, answer.json()["id"])
    return shown["state"], time.perf_counter() - started


async def samples(stack: Stack, invoices: Iterator[Owed], wanted: int, at_once: int) -> list[tuple[str, float]]:
    """That many clicks, a few of them at the same time, as far as there are invoices."""
    found: list[tuple[str, float]] = []

    async def work() -> None:
        while len(found) < wanted and (owed := next(invoices, None)) is not None:
            if await stack.allowed(owed):
                found.append(await sample(stack, owed))

    await asyncio.gather(*(work() for _ in range(at_once)))
    return found


async def first_allowed(stack: Stack, invoices: Iterator[Owed]) -> Owed:
    for owed in invoices:
        if await stack.allowed(owed):
            return owed
    raise SystemExit("there is no invoice left that may be retried")


async def run(wanted: int, at_once: int) -> dict[str, Any]:
    where = settings.load()
    async with httpx.AsyncClient(timeout=30) as http:
        stack = Stack(http, where)
        invoices = iter(await stack.owed())
        key = f"race-{uuid.uuid4()}"
        one_key = await race(stack, await first_allowed(stack, invoices), [key] * CLICKS)
        own_keys = await race(stack, await first_allowed(stack, invoices), [f"{key}-{n}" for n in range(CLICKS)])
        found = await samples(stack, invoices, wanted, at_once)
    return report(found, one_key, own_keys)


def report(found: list[tuple[str, float]], one_key: dict[str, Any], own_keys: dict[str, Any]) -> dict[str, Any]:
    seconds = sorted(took_s for state, took_s in found if state == "succeeded")
    return {
        "samples": len(found),
        "succeeded": len(seconds),
        "other": dict(Counter(state for state, _ in found if state != "succeeded")),
        "p50_s": round(statistics.median(seconds), 3) if seconds else None,
        "p99_s": round(seconds[min(len(seconds) - 1, int(0.99 * len(seconds)))], 3) if seconds else None,
        "max_s": round(seconds[-1], 3) if seconds else None,
        "limit_p99_s": LIMIT_P99_S,
        "race_one_key": one_key,
        "race_own_keys": own_keys,
    }


def kept(result: dict[str, Any]) -> bool:
    """One attempt and one charge in each race, and in time where Stripe answers."""
    races = (result["race_one_key"], result["race_own_keys"])
    once = all((each["attempts"], each["charges"]) == (1, 1) for each in races)
    return once and result["p99_s"] is not None and result["p99_s"] <= LIMIT_P99_S


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=4)
    arguments = parser.parse_args()
    result = asyncio.run(run(arguments.samples, arguments.at_once))
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
    raise SystemExit(0 if kept(result) else 1)


if __name__ == "__main__":
    main()
