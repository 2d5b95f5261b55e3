"""Seeded kill -9 while people retry payments: `make chaos-retry`, on a stack of its own.

Each kill of stripe-webhooks, dashboard-api or Kafka is aimed at one step of one retry and comes as soon as that step is
seen; which step it really hit is read afterwards and counted. The gateway loses answers before and after it has taken the
money, and its own guard against a second payment of one invoice is off, so that a charge too many would be taken, and
counted. At the end every attempt must have come to a final state or to a person. Prints JSON; exit code 1 on any charge too
many, false success, attempt left hanging or step that was never hit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import asyncpg
import httpx
from tests.chaos.processes import pids_of, processes, until_ready
from tests.chaos.retry_steps import STEPS, Lookout
from tests.running_stack import Owed, RunningStack, running_stack

HOLD_S = 3.0
ANSWERS: tuple[Any, ...] = (
    "paid", "paid", "paid", "error_before", "error_after", "cut_before", "cut_after", "lock_timeout", "rate_limit",
    "idempotency_key_in_use", "idempotency_error", "declined", "authentication_required",
    "no_payment_method",
    {"answer": "timeout_before", "hold_s": HOLD_S}, {"answer": "timeout_after", "hold_s": HOLD_S},
    {"answer": "late", "hold_s": HOLD_S}, {"answer": "processing", "settles_after_s": 2},
    {"answer": "processing", "settles_after_s": 2, "settles": "failed"},
)  # fmt: skip
"""Without "already paid": a gateway whose guard is off does not say so."""
LEADS_TO: dict[str, tuple[Any, ...]] = {
    "charged": ("paid", "error_after", "cut_after", {"answer": "timeout_after", "hold_s": HOLD_S}),
    "waiting": ("error_before", "cut_before", "rate_limit", {"answer": "timeout_before", "hold_s": HOLD_S}),
    "processing": ({"answer": "processing", "settles_after_s": 2},),
}
"""Steps that not every answer of the gateway's leads to."""
_SERVICES = (
    ("asked", "dashboard-api"), ("taken", "stripe-webhooks"), ("charged", "stripe-webhooks"),
    ("started", "stripe-webhooks"), ("asking", "stripe-webhooks"), ("stored", "dashboard-api"),
    ("settled", "stripe-webhooks"), ("charged", "stripe-webhooks"), ("announced", "dashboard-api"),
    ("started", "stripe-webhooks"), ("waiting", "stripe-webhooks"), ("asking", "stripe-webhooks"),
    ("asked", "dashboard-api"), ("sent", "stripe-webhooks"), ("processing", "stripe-webhooks"),
    ("charged", "stripe-webhooks"), ("taken", "stripe-webhooks"), ("asking", "stripe-webhooks"),
    ("settled", "stripe-webhooks"),
)  # fmt: skip
AIMS = (*_SERVICES, ("stored", "kafka"), *_SERVICES, ("settled", "kafka"))
"""Which step, and who is killed then; the broker seldom, since all wait for it."""
ASK_FOR_S = 90.0
AIM_FOR_S = 90.0
SEEN_EVERY_S = 0.2
LOOK_EVERY_S = 0.001
AHEAD = 6
"""So many invoices are issued ahead: late enough that their customers have not paid them by themselves."""
BLOCKED = frozenset({401, 403, 404, 409, 422})
"""Answers that another try does not change, but for what the path has not carried yet."""
NOT_YET = frozenset(
    {"invoice_not_found", "no_gateway_invoice", "cannot_judge", "source_stale", "gateway_silent", "retry_not_allowed"}
)


@dataclass
class Wish:
    """One wish, the attempt that came of it, and the kill that was aimed at it."""

    owed: Owed
    answer: Any
    key: str
    aim: str
    target: str
    hit: str | None = None
    """The step that the kill really met; None: there was nobody to kill."""
    attempt_id: str | None = None
    refused: str | None = None
    last: dict[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether nothing is left hanging."""
        return bool(self.last.get("final") or self.last.get("needs_person"))

    @property
    def paid(self) -> bool:
        """What the screen says."""
        return self.last.get("state") in {"succeeded", "already_paid"}


@dataclass
class Spree:
    """Who asks, looks and kills."""

    stack: RunningStack
    lookout: Lookout
    chance: random.Random
    seed: int
    wishes: list[Wish] = field(default_factory=list)
    ahead: list[Owed] = field(default_factory=list)
    alive: dict[str, list[int]] = field(default_factory=dict)

    async def watch_processes(self) -> None:
        """Whom a kill would meet; asked for all the time, so that none is kept waiting."""
        targets = {target for _, target in AIMS}
        while True:
            listed = await processes()
            self.alive = {target: pids_of(target, listed) for target in targets}
            await asyncio.sleep(SEEN_EVERY_S)

    async def ask(self, wish: Wish) -> None:
        """Ask with one key until it is taken or refused for good; the API may be killed meanwhile."""
        deadline, wish.refused = time.monotonic() + ASK_FOR_S, "no_answer"
        while time.monotonic() < deadline:
            try:
                answer = await self.stack.click(wish.owed, wish.owed.owner, wish.key)
            except httpx.HTTPError:
                continue
            if answer.status_code == httpx.codes.ACCEPTED:
                wish.attempt_id, wish.refused, wish.last = answer.json()["id"], None, answer.json()
                return
            if answer.status_code in BLOCKED:
                said = answer.json()
                wish.refused = str(said.get("reason") or said.get("code"))
                if wish.refused not in NOT_YET:
                    return
            await asyncio.sleep(0.2)

    async def aim(self, wish: Wish, asking: asyncio.Task[None]) -> None:
        """Kill as soon as the step, or a later one, is seen; note which one it was."""
        wanted, money = STEPS.index(wish.aim), wish.aim == "charged"
        deadline = time.monotonic() + AIM_FOR_S
        while time.monotonic() < deadline and not (asking.done() and wish.refused):
            if STEPS.index(await self.lookout.step(wish.owed.invoice, money=money)) >= wanted:
                break
            await asyncio.sleep(LOOK_EVERY_S)
        if not (alive := self.alive.get(wish.target)):
            return
        try:
            os.kill(self.chance.choice(alive), signal.SIGKILL)
        except ProcessLookupError:
            return
        wish.hit = await self.lookout.step(wish.owed.invoice)

    async def one(self, aim: str, target: str) -> asyncio.Task[None]:
        """Ask for one payment and kill meanwhile; the asking may go on afterwards."""
        if len(self.ahead) < AHEAD // 2:
            self.ahead += await self.stack.issue_overdue(AHEAD)
        owed = self.ahead.pop(0)
        answer = self.chance.choice(LEADS_TO.get(aim, ANSWERS))
        wish = Wish(owed, answer, f"spree-{self.seed}-{owed.invoice}", aim, target)
        self.wishes.append(wish)
        await self.stack.control("pay-script", {"invoice": owed.invoice, "answers": [answer]})
        deadline = time.monotonic() + ASK_FOR_S
        while time.monotonic() < deadline and not await self.offered(owed):
            await asyncio.sleep(0.1)
        asking = asyncio.create_task(self.ask(wish))
        # From before the request has arrived on.
        await asyncio.sleep(self.chance.uniform(0, 0.01) if aim == "asked" else 0)
        await self.aim(wish, asking)
        return asking

    async def offered(self, owed: Owed) -> bool:
        """Whether the path has carried the invoice to the page, and the page is there."""
        try:
            return await self.stack.allowed(owed, owed.owner)
        except httpx.HTTPError:
            return False

    async def settle(self, wait_s: float) -> None:
        """Until every attempt has ended, or the patience has."""
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline:
            for wish in [wish for wish in self.wishes if wish.attempt_id and not wish.ended]:
                answer = await self.stack.api(wish.owed.owner, "GET", f"payment-retries/{wish.attempt_id}")
                if answer.is_success:
                    wish.last = answer.json()
            if all(wish.ended for wish in self.wishes if wish.attempt_id):
                return
            await asyncio.sleep(1)

    async def status_at_the_gateway(self, invoice: str) -> str:
        """What the gateway itself says of the invoice; no key of Trueup's is needed for that on a development machine."""
        url = f"{self.stack.where.sandbox_url}/stripe/v1/invoices/{invoice}"
        while True:
            answer = await self.stack.http.get(url, headers={"authorization": "Bearer sk_test_sandbox"})
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            await asyncio.sleep(0.2)
        return str(answer.raise_for_status().json()["status"])


async def spree(one: Spree, kills: int, wait_s: float) -> dict[str, Any]:
    began = time.monotonic()
    await one.stack.control("pay-guard", {"on": False})
    before = await one.stack.control("counters")
    aims = list(islice(cycle(AIMS), kills))
    one.chance.shuffle(aims)
    watching = asyncio.create_task(one.watch_processes())
    asking = []
    while sum(wish.hit is not None for wish in one.wishes) < kills and len(one.wishes) < 2 * kills:
        aim, target = aims[len(one.wishes) % kills]
        asking.append(await one.one(aim, target))
        print(f"{len(asking)}: aimed at {aim} of {target}, hit {one.wishes[-1].hit}", file=sys.stderr, flush=True)
    await asyncio.gather(*asking)
    watching.cancel()
    await until_ready()
    await one.settle(wait_s)
    return await report(one, before) | {"took_s": round(time.monotonic() - began)}


async def report(one: Spree, before: dict[str, Any]) -> dict[str, Any]:
    """What the gateway counted against what the screen says."""
    counters = await one.stack.control("counters")
    charged: dict[str, int] = counters["charges_by_invoice"]
    attempts = [wish for wish in one.wishes if wish.attempt_id]
    hits = Counter(wish.hit for wish in one.wishes if wish.hit)
    return {
        "kills": sum(hits.values()),
        "kills_by_process": dict(Counter(wish.target for wish in one.wishes if wish.hit)),
        "kills_by_step": {step: hits[step] for step in STEPS},
        "as_aimed": sum(wish.hit == wish.aim for wish in one.wishes),
        "attempts": len(attempts),
        "not_taken": dict(Counter(wish.refused for wish in one.wishes if wish.refused)),
        "charges": sum(charged.values()) - sum(before["charges_by_invoice"].values()),
        "doubled": counters["double_charges"] - before["double_charges"],
        "false_successes": [
            {"attempt": wish.attempt_id, "invoice": wish.owed.invoice, "answer": wish.answer, "said": wish.last}
            for wish in attempts
            if (wish.last.get("state") == "succeeded" and not charged.get(wish.owed.invoice))
            or (wish.paid and await one.status_at_the_gateway(wish.owed.invoice) != "paid")
        ],
        "charged_but_not_told": [
            wish.attempt_id
            for wish in attempts
            if charged.get(wish.owed.invoice) and wish.last.get("final") and not wish.paid
        ],
        "stuck": [wish.attempt_id for wish in attempts if not wish.ended],
        "by_state": dict(Counter(str(wish.last.get("state")) for wish in attempts)),
        "needs_person": sum(bool(wish.last.get("needs_person")) for wish in attempts),
        "answers": dict(Counter(json.dumps(wish.answer) for wish in attempts)),
    }


async def run(seed: int, kills: int, wait_s: float) -> dict[str, Any]:
    async with running_stack(timeout_s=10) as stack:
        database = await asyncpg.connect(stack.where.migrator_dsn)
        one = Spree(stack, Lookout(stack, database), random.Random(seed), seed)
        try:
            return {"seed": seed, **await spree(one, kills, wait_s)}
        finally:
            await stack.control("pay-guard", {"on": True})
            await stack.control("pay-script", {"answers": []})
            await database.close()


def kept(result: dict[str, Any], kills: int) -> bool:
    """Whether nothing went wrong, and everything was tried."""
    wrong = ("doubled", "false_successes", "charged_but_not_told", "stuck", "not_taken")
    everywhere = all(result["kills_by_step"][aim] for aim, _ in AIMS) or kills < len(AIMS)
    return result["kills"] >= kills and everywhere and not any(result[name] for name in wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--wait", type=float, default=300)
    asked = parser.parse_args()
    result = asyncio.run(run(asked.seed, asked.kills, asked.wait))
    print(json.dumps(result, indent=2))
    raise SystemExit(0 if kept(result, asked.kills) else 1)


if __name__ == "__main__":
    main()
