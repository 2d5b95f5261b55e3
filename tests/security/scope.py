"""Who sees whose accounts, asked of a running stack from outside: `make check-scope`. Prints JSON; exit 1 on a leak.

The owners come from the sandbox's own import file. Every account manager asks for own accounts (shown) and for those of
others by every way there is: by id, by search, in lists, totals and forecast, and on the live stream while things happen
to all. Without a token nothing answers; support sees accounts and no payment.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import random
import sys
from collections import defaultdict
from contextlib import suppress
from typing import Any

import httpx
from tests.running_stack import RunningStack, running_stack

OF_ONE = (
    "", "/invoices", "/timeline", "/reconciliations/{period}/explain", "/decisions", "/flags/draft?channel=slack",
)  # fmt: skip
OF_ALL = ("me", "accounts", "portfolio/forecast", "sources", "figures", "stream", "exports/quota", "audit", "sessions")
PAYMENT_DETAILS = {
    "paid_minor", "remaining_minor", "paid_at", "via", "gateway_invoice_id", "gateway", "retry", "payments",
    "payment_retries", "failure", "overdue_minor",
}  # fmt: skip
PAGE = 50


async def owners(stack: RunningStack) -> dict[str, list[dict[str, str]]]:
    """Accounts of each login, as the sandbox's import file has them."""
    text = (await stack.http.get(f"{stack.where.sandbox_url}/control/export/accounts.csv")).raise_for_status().text
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(text)):
        found[row["owner"]].append(row)
    return found


async def listed(stack: RunningStack, user: str) -> set[str]:
    """Every account the list shows this login, by all its pages."""
    found: set[str] = set()
    for page in range(1, 1000):
        body = await stack.read(user, "accounts", page=page, page_size=PAGE, active="all")
        found |= {item["client_id"] for item in body["items"]}
        if page * PAGE >= body["total"]:
            return found
    raise AssertionError("the list has no end")


async def paths(stack: RunningStack, owner: str, client_id: str) -> list[str]:
    """All that can be asked about one account, with a month that it has."""
    detail = await stack.read(owner, f"accounts/{client_id}")
    months = [one["period"]["start"] for one in detail["reconciliations"]] or ["2000-01-01"]
    return [f"accounts/{client_id}{path.format(period=months[-1])}" for path in OF_ONE]


class Report:
    """Counts what was asked and notes what should not have been answered so."""

    def __init__(self) -> None:
        self.asked = 0
        self.leaks: list[str] = []

    def expect(self, holds: bool, what: str) -> None:
        self.asked += 1
        if not holds:
            self.leaks.append(what)


async def ask_for_others(
    stack: RunningStack, report: Report, user: str, others: list[tuple[str, dict[str, str]]]
) -> None:
    """Accounts of other logins: not found by id, by search, nor by naming them."""
    for owner, row in others:
        for path in await paths(stack, owner, row["client_id"]):
            status = (await stack.api(user, "GET", path)).status_code
            report.expect(status == httpx.codes.NOT_FOUND, f"{user} GET {path}: {status}")
            own = (await stack.api(owner, "GET", path)).status_code
            report.expect(own in {httpx.codes.OK, httpx.codes.CONFLICT}, f"{owner}, who owns it, GET {path}: {own}")
        for wanted in ({"search": row["client_id"]}, {"search": row["name"]}, {"ids": row["client_id"]}):
            body = await stack.read(user, "accounts", active="all", **wanted)
            leaked = row["client_id"] in {item["client_id"] for item in body["items"]}
            report.expect(not leaked, f"{user} finds {row['client_id']} by {wanted}")


async def ask_for_all(stack: RunningStack, report: Report, user: str, own: set[str]) -> None:
    """List and totals hold exactly the own accounts."""
    seen = await listed(stack, user)
    report.expect(seen == own, f"{user}'s list: {len(seen - own)} foreign, {len(own - seen)} missing")
    totals = (await stack.read(user, "accounts", active="all"))["totals"]
    report.expect(totals["accounts"] == len(own), f"{user}'s totals count {totals['accounts']}, owned are {len(own)}")


async def ask_without_token(stack: RunningStack, report: Report, client_id: str, period_paths: list[str]) -> None:
    """Nothing answers who does not say who asks."""
    for path in (*OF_ALL, *period_paths):
        status = (await stack.http.get(f"{stack.where.url}/api/v1/{path}")).status_code
        report.expect(status == httpx.codes.UNAUTHORIZED, f"without a token GET {path}: {status}")


async def ask_as_support(stack: RunningStack, report: Report, client_ids: list[str]) -> None:
    """Support sees every account and of payments nothing."""
    for client_id in client_ids:
        detail = await stack.api("sam", "GET", f"accounts/{client_id}")
        report.expect(detail.is_success, f"sam GET {client_id}: {detail.status_code}")
        found = sorted(payment_details(detail.json()))
        report.expect(not found, f"sam sees {found} of {client_id}")
        rows = await stack.api("sam", "GET", f"accounts/{client_id}/invoices")
        found = sorted(payment_details(rows.json())) if rows.is_success else []
        report.expect(not found, f"sam sees {found} of the invoices of {client_id}")


def payment_details(body: Any) -> set[str]:
    """Names under which an answer tells of payments."""
    if isinstance(body, list):
        return {found for value in body for found in payment_details(value)}
    if not isinstance(body, dict):
        return set()
    told = {name for name in PAYMENT_DETAILS & body.keys() if body[name] not in (None, [])}
    return told | {found for value in body.values() for found in payment_details(value)}


async def listen(stack: RunningStack, user: str, seen: set[str], seconds: float) -> None:
    """The accounts that the live stream names to this login within a time."""
    url, headers = f"{stack.where.url}/api/v1/stream", await stack.headers(user)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds), stack.http.stream("GET", url, headers=headers) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    seen |= {change["client_id"] for change in json.loads(line[5:]).get("changes", [])}


async def ask_streams(
    stack: RunningStack, report: Report, owned: dict[str, set[str]], seconds: float
) -> dict[str, int]:
    """While payments happen everywhere, each stream names own accounts alone."""
    seen: dict[str, set[str]] = {user: set() for user in owned}
    listening = [asyncio.create_task(listen(stack, user, seen[user], seconds)) for user in owned]
    await asyncio.sleep(1)
    await stack.control("happen", {"kind": "overdue", "count": 60})
    await stack.control("happen", {"kind": "pay", "count": 40})
    await asyncio.gather(*listening)
    for user, named in seen.items():
        report.expect(named <= owned[user], f"{user}'s stream names {sorted(named - owned[user])[:3]}")
    report.expect(any(seen.values()), "no stream named anything: nothing was proven")
    return {user: len(named) for user, named in seen.items()}


async def check(seed: int, each: int, seconds: float) -> tuple[Report, dict[str, int]]:
    """Ask everything; `each` accounts of others per login, drawn by the seed."""
    turn, report = random.Random(seed), Report()
    async with running_stack() as stack:
        rows = await owners(stack)
        managers = {user: rows[user] for user in rows if user}
        owned = {user: {row["client_id"] for row in mine} for user, mine in managers.items()}
        for user in managers:
            foreign = [(owner, row) for owner, theirs in managers.items() if owner != user for row in theirs]
            await ask_for_others(stack, report, user, turn.sample(foreign, min(each, len(foreign))))
            await ask_for_all(stack, report, user, owned[user])
        owner, mine = next(iter(managers.items()))
        one = mine[0]["client_id"]
        await ask_without_token(stack, report, one, await paths(stack, owner, one))
        await ask_as_support(stack, report, [row["client_id"] for row in turn.sample(mine, min(each, len(mine)))])
        streams = await ask_streams(stack, report, owned, seconds)
    return report, {user: len(mine) for user, mine in owned.items()} | {
        f"stream of {user}": count for user, count in streams.items()
    }


def main() -> int:
    """Print what was asked and what leaked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--each", type=int, default=10, help="foreign accounts that each login asks for")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long the streams are watched")
    given = parser.parse_args()
    report, accounts = asyncio.run(check(given.seed, given.each, given.seconds))
    print(json.dumps({"asked": report.asked, "leaks": report.leaks, "accounts": accounts}, indent=2))
    return 1 if report.leaks else 0


if __name__ == "__main__":
    sys.exit(main())
