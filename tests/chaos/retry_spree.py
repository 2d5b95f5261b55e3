"""Seeded kill -9 while people retry payments: `make chaos-retry`, against a running stack.

Payments are retried through the API while stripe-webhooks, dashboard-api and Kafka are killed at moments of the seed's
choosing, and the gateway loses answers before and after it has taken the money. Its own guard against a second payment of
one invoice is off, so that a charge too many would be taken, and counted. At the end every attempt must have come to a
final state or to a person. Prints JSON; exit code 1 on any charge too many, false success or attempt left hanging.

Start the stack with short patience, so that it ends within the run:
STRIPE_WEBHOOKS_RETRY_PAY_TIMEOUT_S=2 STRIPE_WEBHOOKS_RETRY_CLAIM_S=6 STRIPE_WEBHOOKS_RETRY_PAUSE_LONGEST_S=3 make up
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
from kill_spree import Fault, strike, until_ready  # type: ignore[import-not-found]  # found beside this script

from trueup_operator import settings
from trueup_operator.clients import token_for

TARGETS = ("stripe-webhooks", "stripe-webhooks", "dashboard-api", "kafka")
HOLD_S = 3.0
ANSWERS: tuple[Any, ...] = (
    "paid", "paid", "paid", "error_before", "error_after", "cut_before", "cut_after", "lock_timeout", "rate_limit",
    "idempotency_key_in_use", "declined", "authentication_required", "already_paid", "no_payment_method",
    {"answer": "timeout_before", "hold_s": HOLD_S}, {"answer": "timeout_after", "hold_s": HOLD_S},
    {"answer": "late", "hold_s": HOLD_S}, {"answer": "processing", "settles_after_s": 2},
    {"answer": "processing", "settles_after_s": 2, "settles": "failed"},
)  # fmt: skip
ASK_FOR_S = 60.0
BLOCKED = frozenset({401, 403, 404, 409, 422})
"""Answers that another try does not change."""


@dataclass
class Asked:
    """One wish, and the attempt that came of it."""

    invoice: dict[str, Any]
    answer: Any
    key: str
    attempt_id: str | None = None
    refused: str | None = None
    last: dict[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether nothing is left hanging."""
        return bool(self.last.get("final") or self.last.get("needs_person"))


@dataclass
class Spree:
    """Who asks whom."""

    http: httpx.AsyncClient
    where: settings.Addresses
    chance: random.Random
    asked: list[Asked] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    async def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        url = f"{self.where.sandbox_url}/control/{path}"
        answer = await (self.http.post(url, json=body) if body is not None else self.http.get(url))
        return answer.raise_for_status().json()

    async def api(self, owner: str, method: str, path: str, **more: Any) -> httpx.Response | None:
        """One request as the account's manager; None while nobody answers."""
        if owner not in self.tokens:
            self.tokens[owner] = await asyncio.to_thread(token_for, self.where.sandbox_url, owner)
        headers = {"authorization": f"Bearer {self.tokens[owner]}", **more.pop("headers", {})}
        try:
            return await self.http.request(method, f"{self.where.url}/api/v1/{path}", headers=headers, **more)
        except httpx.HTTPError:
            return None

    async def invoices(self, number: int) -> list[dict[str, Any]]:
        """Overdue invoices that the page would offer to retry, waited for until the path has carried them."""
        await self.control("happen", {"kind": "overdue", "count": number})
        shown = [one for one in await self.control("open-invoices") if one["card"] == "fine" and not one["planted"]]
        self.chance.shuffle(shown)
        return shown

    async def ask(self, one: Asked) -> None:
        """Ask with one key until it is taken or refused for good; the API may be killed meanwhile."""
        invoice = one.invoice
        script = {"invoice": invoice["gateway_invoice_id"], "answers": [one.answer]}
        await self.control("pay-script", script)
        path = f"invoices/{invoice['gateway_invoice_id']}/payment-retries"
        body = {"amount_minor": invoice["amount_minor"], "currency": invoice["currency"]}
        deadline = time.monotonic() + ASK_FOR_S
        one.refused = "no_answer"
        while time.monotonic() < deadline:
            answer = await self.api(invoice["owner"], "POST", path, json=body, headers={"idempotency-key": one.key})
            if answer is not None and answer.status_code == httpx.codes.ACCEPTED:
                one.attempt_id, one.refused, one.last = answer.json()["id"], None, answer.json()
                return
            if answer is not None and answer.status_code in BLOCKED:
                said = answer.json()
                one.refused = str(said.get("reason") or said.get("code"))
                # What the path has not carried yet may be allowed in a moment.
                if one.refused not in {
                    "not_found",
                    "no_gateway_invoice",
                    "cannot_judge",
                    "source_stale",
                    "retry_not_allowed",
                }:
                    return
            await asyncio.sleep(0.5)

    async def settle(self, wait_s: float) -> None:
        """Until every attempt has ended, or the patience has."""
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline:
            for one in [one for one in self.asked if one.attempt_id and not one.ended]:
                answer = await self.api(one.invoice["owner"], "GET", f"payment-retries/{one.attempt_id}")
                if answer is not None and answer.is_success:
                    one.last = answer.json()
            if all(one.ended for one in self.asked if one.attempt_id):
                return
            await asyncio.sleep(1)

    async def status_at_the_gateway(self, invoice_id: str) -> str:
        """What the gateway itself says of the invoice; no key of Trueup's is needed for that on a development machine."""
        url = f"{self.where.sandbox_url}/stripe/v1/invoices/{invoice_id}"
        answer = await self.http.get(url, headers={"authorization": "Bearer sk_test_sandbox"})
        return str(answer.raise_for_status().json()["status"])


async def spree(one: Spree, kills: int, seed: int, wait_s: float) -> dict[str, Any]:
    await one.control("pay-guard", {"on": False})
    waiting = await one.invoices(kills + 5)
    before = await one.control("counters")
    faults = [Fault(one.chance.choice(TARGETS), "kill -9") for _ in range(kills)]
    asking: list[asyncio.Task[None]] = []
    for number, fault in enumerate(faults):
        if number < len(waiting):
            wish = Asked(
                waiting[number],
                one.chance.choice(ANSWERS),
                f"spree-{seed}-{number}-{waiting[number]['gateway_invoice_id']}",
            )
            one.asked.append(wish)
            asking.append(asyncio.create_task(one.ask(wish)))
        # From before the request has arrived to after the answer is lost.
        await asyncio.sleep(one.chance.uniform(0, 1.5))
        try:
            await strike(fault, one.chance)
        except (IndexError, ProcessLookupError):
            fault.how = "was down"
        if one.chance.random() < 0.5:
            fault.ready_s = await until_ready()
        print(f"{number + 1}/{len(faults)} {fault}", file=sys.stderr, flush=True)
    await asyncio.gather(*asking)
    await until_ready()
    await one.settle(wait_s)
    return await report(one, faults, before)


async def report(one: Spree, faults: list[Fault], before: dict[str, Any]) -> dict[str, Any]:
    """What the gateway counted against what the screen says."""
    counters = await one.control("counters")
    attempts = [asked for asked in one.asked if asked.attempt_id]
    lies = [
        asked.attempt_id
        for asked in attempts
        if asked.last.get("state") in {"succeeded", "already_paid"}
        and await one.status_at_the_gateway(asked.invoice["gateway_invoice_id"]) != "paid"
    ]
    charged = counters["charges_by_invoice"]
    return {
        "kills": sum(fault.how == "kill -9" for fault in faults),
        "attempts": len(attempts),
        "not_taken": dict(Counter(asked.refused for asked in one.asked if asked.refused)),
        "charges": sum(charged.values()) - sum(before["charges_by_invoice"].values()),
        "doubled": counters["double_charges"] - before["double_charges"],
        "false_successes": lies,
        "charged_but_not_told": [
            asked.attempt_id
            for asked in attempts
            if charged.get(asked.invoice["gateway_invoice_id"])
            and asked.last.get("final")
            and asked.last.get("state") not in {"succeeded", "already_paid"}
        ],
        "stuck": [asked.attempt_id for asked in attempts if not asked.ended],
        "by_state": dict(Counter(str(asked.last.get("state")) for asked in attempts)),
        "needs_person": sum(bool(asked.last.get("needs_person")) for asked in attempts),
        "answers": dict(Counter(json.dumps(asked.answer) for asked in attempts)),
    }


async def run(seed: int, kills: int, wait_s: float) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=10) as http:
        one = Spree(http, settings.load(), random.Random(seed))
        try:
            return {"seed": seed, **await spree(one, kills, seed, wait_s)}
        finally:
            await one.control("pay-guard", {"on": True})
            await one.control("pay-script", {"answers": []})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--wait", type=float, default=300)
    asked = parser.parse_args()
    result = asyncio.run(run(asked.seed, asked.kills, asked.wait))
    print(json.dumps(result, indent=2))
    wrong = result["doubled"] or result["false_successes"] or result["charged_but_not_told"] or result["stuck"]
    raise SystemExit(1 if wrong or not result["attempts"] else 0)


if __name__ == "__main__":
    main()
