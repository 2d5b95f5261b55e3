"""One audit of the running system, as `trueup verify` and the fault runs do it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial

import httpx

from trueup_operator.clients import TIMEOUT, token_for
from trueup_operator.settings import Addresses
from trueup_operator.verify import facts, recompute, report
from trueup_operator.verify.compare import Difference
from trueup_operator.verify.rounds import Auditor, Looked

AUDITOR_USER = "fay"
"""Finance sees every account and may change none."""
PAUSE_S = 2.0


@dataclass(frozen=True)
class Outcome:
    """What an audit found; clean means that nothing differs and everything planted is there."""

    lines: list[str]
    differences: list[Difference]
    absent: list[str]
    accounts: int

    @property
    def clean(self) -> bool:
        return not self.differences and not self.absent and self.accounts > 0


def auditor_of(addresses: Addresses) -> Auditor:
    """Who looks at that system, with a token of the auditor's whenever one is needed."""
    token = partial(token_for, addresses.sandbox_url, AUDITOR_USER)
    return Auditor(url=addresses.url, sandbox_url=addresses.sandbox_url, token=token)


async def audit(addresses: Addresses, *, wait_s: float) -> Outcome:
    """Compare accounts, facts and recomputation; look again at what differs until `wait_s` has passed."""
    deadline = time.monotonic() + wait_s
    async with httpx.AsyncClient(timeout=TIMEOUT) as http:
        world = (await http.get(f"{addresses.sandbox_url}/control/world")).raise_for_status().json()
    looked = await auditor_of(addresses).run(wait_s=wait_s, accounts=int(world["accounts"]))
    counted, wrong_facts = await _settle_facts(addresses, deadline)
    audits, recomputed = await recompute.differences(addresses.migrator_dsn)
    situations = report.situations(looked, world["planted"])
    wanted = {*report.REQUIRED, *world["situations"]}
    absent = sorted(wanted - situations.keys()) + _missing(looked, int(world["accounts"]))
    found = [item for items in looked.differences.values() for item in items]
    found += [*looked.totals, *wrong_facts, *recomputed]
    text = report.lines(looked, situations, counted, audits, found)
    return Outcome([*text, *(f"absent: {name}" for name in absent)], found, absent, len(looked.shown))


async def _settle_facts(addresses: Addresses, deadline: float) -> tuple[dict[str, tuple[int, int]], list[Difference]]:
    while True:
        counted, wrong = await facts.count(addresses.migrator_dsn, addresses.sandbox_url)
        if not wrong or time.monotonic() >= deadline:
            return counted, wrong
        await asyncio.sleep(PAUSE_S)


def _missing(looked: Looked, expected: int) -> list[str]:
    shown = len(looked.shown)
    return [] if shown == expected else [f"{expected - shown} of {expected} accounts"]
