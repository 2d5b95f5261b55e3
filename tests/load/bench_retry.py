"""From the click on Retry to its outcome: `make bench-retry`, against a running stack. Prints JSON.

A sample starts when an account manager asks for the payment of an overdue invoice and ends when the attempt is shown as
succeeded; whatever else becomes of it is counted by state or reason. Before that, two races: twenty clicks at once with
one key, and twenty at once, each with a key of its own, by five logins that own the account. Each must end as one attempt
and one charge, by the sandbox's own count of what it took. The clock is this process's; both ends are on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import statistics
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from tests.running_stack import Owed, RunningStack, running_stack

SAMPLE_TIMEOUT_S = 30.0
OWNERS_TIMEOUT_S = 30.0
LOOK_AGAIN_S = 0.05
CLICKS = 20
OWNERS = 5
RACES = 2
SPARE = 20
"""Invoices issued beyond those needed: a customer may pay one of them meanwhile."""
LIMIT_P99_S = 10.0
HANGING = frozenset({"requested", "processing", "unknown"})
"""Where an attempt may not be after all that time while Stripe answers."""


async def ended(stack: RunningStack, user: str, attempt_id: str) -> dict[str, Any]:
    """The attempt as soon as it is final, or as it stands when time is up."""
    ends = time.perf_counter() + SAMPLE_TIMEOUT_S
    while True:
        shown: dict[str, Any] = await stack.read(user, f"payment-retries/{attempt_id}")
        if shown["final"] or time.perf_counter() > ends:
            return shown
        await asyncio.sleep(LOOK_AGAIN_S)


async def charges(stack: RunningStack, invoice: str) -> int:
    """How often the sandbox took money for the invoice."""
    return int((await stack.control("counters"))["charges_by_invoice"].get(invoice, 0))


async def race(stack: RunningStack, owed: Owed, clicks: list[tuple[str, str]]) -> dict[str, Any]:
    """All clicks (a login and a key each) at once; how many attempts and charges came of them."""
    for user in {user for user, _ in clicks}:
        await stack.headers(user)
    answers = await asyncio.gather(*(stack.click(owed, user, key) for user, key in clicks))
    ids = {answer.json()["id"] for answer in answers if answer.status_code == 202}
    outcomes = [await ended(stack, owed.owner, attempt_id) for attempt_id in sorted(ids)]
    return {
        "clicks": len(answers),
        "logins": len({user for user, _ in clicks}),
        "keys": len({key for _, key in clicks}),
        "answers": dict(Counter(map(said, answers))),
        "attempts": len(ids),
        "states": [each["state"] for each in outcomes],
        "charges": await charges(stack, owed.invoice),
    }


def said(answer: httpx.Response) -> str:
    """`202`, or why not: a click that arrives when the payment is through finds nothing to pay."""
    if answer.status_code == 202:
        return "202"
    body = answer.json()
    return f"{answer.status_code} {body.get('reason') or body.get('code')}"


async def import_owners(stack: RunningStack, client_id: str, owners: list[str] | None) -> None:
    """The account as its company hands it over, but for its owners; None: with those as well."""
    exported = await stack.http.get(f"{stack.where.sandbox_url}/control/export/accounts.csv")
    rows = csv.DictReader(io.StringIO(exported.raise_for_status().text))
    file = io.StringIO()
    writer = csv.DictWriter(file, rows.fieldnames or ())
    writer.writeheader()
    row = next(row for row in rows if row["client_id"] == client_id)
    writer.writerow(row if owners is None else row | {"owner": ";".join(owners)})
    headers = {"content-type": "text/csv"}
    asked = {"content": file.getvalue(), "headers": headers, "params": {"dry_run": "false"}}
    answer = await stack.api("adam", "POST", "imports/accounts", **asked)
    answer.raise_for_status()


@asynccontextmanager
async def owned_by(stack: RunningStack, owed: Owed, owners: list[str]) -> AsyncIterator[None]:
    """The account has these owners meanwhile, and each of them is offered the retry."""
    await import_owners(stack, owed.client_id, owners)
    try:
        async with asyncio.timeout(OWNERS_TIMEOUT_S):
            for owner in owners:
                while not await stack.allowed(owed, owner):
                    await asyncio.sleep(LOOK_AGAIN_S)
        yield
    finally:
        await import_owners(stack, owed.client_id, None)


async def managers(stack: RunningStack) -> list[str]:
    """Logins that may ask for payments of accounts that they own."""
    found = [one["user"] for one in await stack.control("users") if one["role"] == "account_manager"]
    if len(found) < OWNERS:
        raise SystemExit(f"there are {len(found)} account managers, not {OWNERS}")
    return found[:OWNERS]


async def races(stack: RunningStack, invoices: Iterator[Owed]) -> dict[str, Any]:
    """One login with one key, then five with twenty."""
    key = f"race-{uuid.uuid4()}"
    owed = next(invoices)
    one_key = await race(stack, owed, [(owed.owner, key)] * CLICKS)
    owed, owners = next(invoices), await managers(stack)
    async with owned_by(stack, owed, owners):
        clicks = [(owners[number % OWNERS], f"{key}-{number}") for number in range(CLICKS)]
        return {"race_one_key": one_key, "race_own_keys": await race(stack, owed, clicks)}


async def sample(stack: RunningStack, owed: Owed) -> tuple[str, float]:
    """What became of one click, and after how many seconds."""
    started = time.perf_counter()
    answer = await stack.click(owed, owed.owner, f"bench-{uuid.uuid4()}")
    if answer.status_code != 202:
        return str(answer.json().get("reason") or answer.json()["code"]), time.perf_counter() - started
    shown = await ended(stack, owed.owner, answer.json()["id"])
    return shown["state"], time.perf_counter() - started


async def samples(
    stack: RunningStack, invoices: Iterator[Owed], wanted: int, at_once: int
) -> tuple[list[tuple[str, float]], int]:
    """Clicks, a few at the same time, until that many ended well; and how many invoices the page did not offer.

    Customers of the sandbox pay by themselves meanwhile, so a click may find its invoice paid.
    """
    found: list[tuple[str, float]] = []
    going_well = passed_over = 0

    async def work() -> None:
        nonlocal going_well, passed_over
        while going_well < wanted and (owed := next(invoices, None)) is not None:
            if not await stack.allowed(owed, owed.owner):
                passed_over += 1
            elif going_well < wanted:
                going_well += 1
                found.append(await sample(stack, owed))
                going_well -= found[-1][0] != "succeeded"

    await asyncio.gather(*(work() for _ in range(at_once)))
    return found, passed_over


async def offered(stack: RunningStack, wanted: int, wait_s: float) -> list[Owed]:
    """Invoices made overdue now, once the page offers so many of them; after a first start that takes a while."""
    waiting, found = await stack.issue_overdue(wanted + SPARE), list[Owed]()
    deadline = time.monotonic() + wait_s
    while len(found) < wanted:
        for one in [one for one in waiting if await stack.allowed(one, one.owner)]:
            waiting.remove(one)
            found.append(one)
        if time.monotonic() > deadline:
            raise SystemExit(f"only {len(found)} of {wanted} invoices may be retried after {wait_s:g} s")
        await asyncio.sleep(1)
    return found


async def run(wanted: int, at_once: int, wait_s: float) -> dict[str, Any]:
    async with running_stack() as stack:
        invoices = iter(await offered(stack, wanted + RACES, wait_s))
        raced = await races(stack, invoices)
        found, passed_over = await samples(stack, invoices, wanted, at_once)
    return report(found) | {"not_offered": passed_over} | raced


def report(found: list[tuple[str, float]]) -> dict[str, Any]:
    seconds = sorted(took_s for state, took_s in found if state == "succeeded")
    return {
        "samples": len(found),
        "succeeded": len(seconds),
        "other": dict(Counter(state for state, _ in found if state != "succeeded")),
        "p50_s": round(statistics.median(seconds), 3) if seconds else None,
        "p99_s": round(seconds[min(len(seconds) - 1, int(0.99 * len(seconds)))], 3) if seconds else None,
        "max_s": round(seconds[-1], 3) if seconds else None,
        "limit_p99_s": LIMIT_P99_S,
    }


def kept(result: dict[str, Any], wanted: int) -> bool:
    """One attempt and one charge in each race, and in time as often as was asked for."""
    both = (result["race_one_key"], result["race_own_keys"])
    once = all((each["attempts"], each["charges"], each["states"]) == (1, 1, ["succeeded"]) for each in both)
    hanging = HANGING & result["other"].keys()
    return once and not hanging and result["succeeded"] == wanted and result["p99_s"] <= LIMIT_P99_S


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--wait", type=float, default=600)
    arguments = parser.parse_args()
    result = asyncio.run(run(arguments.samples, arguments.at_once, arguments.wait))
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
    raise SystemExit(0 if kept(result, arguments.samples) else 1)


if __name__ == "__main__":
    main()
