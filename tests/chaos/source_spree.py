"""The three sources misbehave for minutes on end while everything runs: `make chaos-sources`, on a stack of its own.

Seeded: the sandbox lives at twenty times its usual pace, and every few seconds another source meets another fault. Meanwhile
accounts drawn by chance are held against the answer key as of their own watermarks. A row may be ahead of its watermark
for a moment (facts come first, then the report that covers them), so one that differs is looked at again, for at most
`--settle` seconds; what differs still is a wrong answer. At the end everything is well again and `trueup verify` must find
nothing. Prints JSON; exit code 1 when anything is wrong, lost, doubled, unhandled, or over a provider's limit, and when the
run proves nothing: a kind of fault that never struck, rows that were mostly not answered or not judged. A fault strikes only
who asks meanwhile: a person wishes for the source with each, it waits for somebody to meet, one that met nobody comes again,
and those of QuickBooks wait while it is left alone after "too many". `never_struck` names those that met nobody to the end.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from tests.running_stack import RunningStack, running_stack

from trueup_devstack import checkout as checkouts
from trueup_operator.clients import token_for
from trueup_operator.errors import OperatorError
from trueup_operator.verify.audit import AUDITOR_USER, audit
from trueup_operator.verify.compare import NOT_JUDGED, TOO_EARLY, Difference
from trueup_operator.verify.rounds import Auditor

SOURCES = ("stripe", "quickbooks", "amplitude")
FAULTS = (
    "down", "error", "slow", "hang", "garbage", "html", "truncated", "half", "limited", "limited_mute", "mixed",
)  # fmt: skip
REFUSALS = ("throttled_403", "throttled_200", "quota", "xml_401", "changes_fault", "changes_nothing")
"""QuickBooks' own."""
OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "quickbooks expire": ("quickbooks/expire", {}),
    "quickbooks changes_cut": ("quickbooks/edit-all", {}),
    "amplitude groups": ("amplitude/groups", {"most": 400}),
    "clock ahead": ("clock", {"ahead_s": 20}),
    "clock behind": ("clock", {"ahead_s": -20}),
    "world delete": ("happen", {"kind": "delete"}),
    "world void": ("happen", {"kind": "void"}),
    "world late_usage": ("happen", {"kind": "late_usage", "count": 20}),
}
"""Fault → where it is asked for, and how."""
DELIVERIES = ("twice", "shuffle", "hold", "lost")
KINDS = (
    *(f"{source} {mode}" for source in SOURCES for mode in FAULTS),
    *(f"quickbooks {refusal}" for refusal in REFUSALS),
    *OTHERS,
    *(f"deliveries {mode}" for mode in DELIVERIES),
)
COUNTED = {
    "quickbooks expire": "quickbooks.refreshes",
    "deliveries lost": "deliveries.lost",
    **dict.fromkeys(
        ("deliveries twice", "deliveries shuffle", "deliveries hold", "clock ahead", "clock behind"), "events"
    ),
    **{f"{source} mixed": f"{source}.faulty" for source in SOURCES},
}
"""Fault → the sandbox's counter of those that it met, where that is not named like it."""
SAYS_TOO_MANY = frozenset(f"quickbooks {mode}" for mode in ("limited", "limited_mute", "mixed", *REFUSALS[:3]))
HELD_S = 60
"""How long a fault waits for somebody who asks: Amplitude's budget allows a question every ten seconds."""
LEFT_ALONE_S = 20
"""As `make chaos-sources` sets it."""
USERS = ("ana", "ben", "chloe")
"""Each may wish for a source every ten seconds."""
JUDGED = ("variance", "reconciliations[", "forecast")
"""Where a row shows what it judges."""
PACE = 20
MIXED_SHARE = 0.4
TRACE_SHOWN = 3_000
"""Characters of a stack trace that are printed, from its end: the stack forgets its logs."""
LIMITS = tuple(f"{source}.refused_by_limit" for source in SOURCES)


@dataclass
class Seen:
    """What the run came upon."""

    faults: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    answered: int = 0
    looked: int = 0
    cannot_judge: int = 0
    looked_again: int = 0
    unsettled: int = 0
    """Rows that differed to the end of their time in that they could not judge yet, and said so."""
    unreadable: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


async def misbehave(stack: RunningStack, chance: random.Random, seconds: float, seen: Seen) -> None:
    """One fault after the other; each kind comes before any comes twice.

    Goes on, for as long again at the most, while one has not struck.
    """
    left: list[str] = []
    left_alone_until = 0.0
    begun = time.monotonic()
    until = begun + seconds
    while time.monotonic() < until or (never_struck(seen) and time.monotonic() < until + seconds):
        left = left or chance.sample(KINDS, len(KINDS))
        kind = _next_of(left, quickbooks=time.monotonic() > left_alone_until)
        for_s = chance.uniform(4, 10)
        seen.faults[kind] += 1
        before = await stack.control("counters")
        await begin(stack, kind)
        await _wish(stack, kind.split()[0], USERS[sum(seen.faults.values()) % len(USERS)])
        await asyncio.sleep(for_s)
        struck = await _strikes(stack, kind, before, HELD_S - for_s)
        await end(stack, kind)
        after_s = time.monotonic() - begun
        print(f"{after_s:6.0f} s  {kind}{'' if struck else ': met nobody'}", file=sys.stderr, flush=True)
        if not struck:
            left.insert(0, kind)
            continue
        seen.struck[kind] += 1
        if kind in SAYS_TOO_MANY:
            left_alone_until = time.monotonic() + LEFT_ALONE_S


async def _strikes(stack: RunningStack, kind: str, before: Mapping[str, Any], longest_s: float) -> bool:
    """Wait until the fault has met somebody, no longer than that."""
    until = time.monotonic() + longest_s
    while not has_struck(kind, before, await stack.control("counters")):
        if time.monotonic() > until or kind.startswith(("world", "deliveries")):
            return False
        await asyncio.sleep(0.5)
    return True


def _next_of(left: list[str], *, quickbooks: bool) -> str:
    """The last that is worth its time."""
    places = [place for place, kind in enumerate(left) if quickbooks or not kind.startswith("quickbooks")]
    return left.pop(places[-1] if places else -1)


async def begin(stack: RunningStack, kind: str) -> None:
    """Put a fault on."""
    source, mode = kind.split()
    if kind in OTHERS:
        path, body = OTHERS[kind]
        with contextlib.suppress(httpx.HTTPStatusError):  # there may be no invoice to take back just now
            await stack.control(path, body)
    elif source == "deliveries":
        await stack.control("deliveries", {"mode": mode})
    elif mode in REFUSALS:
        await stack.control("quickbooks/refusal", {"refusal": mode})
    else:
        share = MIXED_SHARE if mode == "mixed" else 1.0
        await stack.control("faults", {"provider": source, "mode": mode, "share": share})


async def end(stack: RunningStack, kind: str) -> None:
    """Take a fault away."""
    source, mode = kind.split()
    if source == "deliveries":
        await stack.control("deliveries", {"mode": "release"})
    elif source == "clock":
        await stack.control("clock", {"ahead_s": 0})
    elif mode == "groups":
        await stack.control("amplitude/groups", {"most": None})
    elif mode in REFUSALS:
        await stack.control("quickbooks/refusal", {"refusal": "none"})
    elif mode in FAULTS:
        await stack.control("faults", {"provider": source, "mode": "none"})


def has_struck(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a fault met anybody, by what the sandbox counted."""
    source, mode = kind.split()
    if source == "world":
        name, before, after = mode, before["happenings_by_kind"], after["happenings_by_kind"]
    else:
        name = COUNTED.get(kind, f"{source}.faulty.{mode}")
    return bool(after.get(name, 0) > before.get(name, 0))


async def _wish(stack: RunningStack, source: str, user: str) -> None:
    if source in SOURCES:
        with contextlib.suppress(httpx.HTTPError):
            await stack.api(user, "POST", "syncs", json={"source": source}, headers={"x-trueup-csrf": "1"})


async def heal(stack: RunningStack) -> None:
    """Everything as it should be."""
    for kind in KINDS:
        await end(stack, kind)
    await stack.control("pace", {"events_per_s": 0})


class Sampler:
    """Once a second a few accounts, against the key as of their own watermarks."""

    def __init__(self, stack: RunningStack, chance: random.Random, seen: Seen, *, settle_s: float) -> None:
        self._where = stack.where
        self._token = token_for(stack.where.sandbox_url, AUDITOR_USER)
        self._chance = chance
        self._seen = seen
        self._settle_s = settle_s
        self._again: dict[str, asyncio.Task[None]] = {}

    def _auditor(self) -> Auditor:
        return Auditor(url=self._where.url, sandbox_url=self._where.sandbox_url, token=lambda: self._token)

    async def run(self, ended: asyncio.Event, *, each: int = 3) -> None:
        """Sample until the run has ended, and wait for what is looked at again."""
        async with httpx.AsyncClient(timeout=30) as http:
            names = await self._auditor().client_ids(http)
        while not ended.is_set():
            await self._look(self._chance.sample(names, min(each, len(names))))
            await asyncio.sleep(1.0)
        await asyncio.gather(*self._again.values())

    async def _look(self, names: list[str]) -> None:
        self._seen.rounds += 1
        try:
            looked = await self._auditor().run(wait_s=0, client_ids=names)
        except (OperatorError, httpx.HTTPError) as error:
            self._seen.unreadable[type(error).__name__] += 1
            return
        self._seen.answered += 1
        for name, row in looked.shown.items():
            self._seen.looked += 1
            self._seen.cannot_judge += (row.get("variance") or {}).get("band") == NOT_JUDGED
            if looked.differences[name] and name not in self._again:
                self._seen.looked_again += 1
                self._again[name] = asyncio.create_task(self._settle(name))

    async def _settle(self, name: str) -> None:
        try:
            looked = await self._auditor().run(wait_s=self._settle_s, client_ids=[name])
        except (OperatorError, httpx.HTTPError) as error:
            self._seen.unreadable[type(error).__name__] += 1
        else:
            wrong = [str(one) for one in shown_wrongly(looked.shown.get(name, {}), looked.differences.get(name, []))]
            self._seen.wrong += wrong
            if wrong:
                told = {"row": looked.shown[name], "key": looked.key[name]}
                print(f"        {name} is wrong: {json.dumps(told)}", file=sys.stderr, flush=True)
            self._seen.unsettled += bool(looked.differences.get(name)) and not wrong
        finally:
            self._again.pop(name, None)


def shown_wrongly(row: Mapping[str, Any], differences: list[Difference]) -> list[Difference]:
    """A row that says that it cannot judge shows nothing that it would judge by; what else it shows must be right."""
    told = [one for one in differences if one.shown != TOO_EARLY]
    if (row.get("variance") or {}).get("band") != NOT_JUDGED:
        return told
    return [one for one in told if one.shown is not None and not one.path.startswith(JUDGED)]


def unhandled(folder: Path, begin: dict[Path, int]) -> list[str]:
    """Log lines with a stack trace, written since, each with the process that wrote it."""
    found: list[str] = []
    for path in folder.glob("*.log"):
        with path.open(encoding="utf-8", errors="replace") as file:
            file.seek(begin.get(path, 0))
            found += [
                f"{path.stem}: {line.strip()}"
                for line in file
                if '"exception"' in line or "Traceback (most recent call last)" in line
            ]
    return found


async def run(seed: int, seconds: float, settle_s: float, wait_s: float) -> dict[str, Any]:
    chance, seen = random.Random(seed), Seen()
    folder = checkouts.here().logs
    begin = {path: path.stat().st_size for path in folder.glob("*.log")}
    async with running_stack() as stack:
        before = await stack.control("counters")
        usual = (await stack.control("world"))["events_per_s"]
        await stack.control("pace", {"events_per_s": usual * (PACE - 1)})
        ended = asyncio.Event()
        sampling = asyncio.create_task(Sampler(stack, random.Random(seed + 1), seen, settle_s=settle_s).run(ended))
        try:
            await misbehave(stack, chance, seconds, seen)
            ended.set()
            await sampling
        finally:
            sampling.cancel()
            with contextlib.suppress(httpx.HTTPError):
                await heal(stack)
        counters = await stack.control("counters")
        outcome = await audit(stack.where, wait_s=wait_s)
    over = {name: counters.get(name, 0) - before.get(name, 0) for name in LIMITS}
    traces = unhandled(folder, begin)
    return {
        "seed": seed,
        "seconds": seconds,
        "happenings": counters["happenings"] - before["happenings"],
        "requests": {one: counters[f"{one}.requests"] - before.get(f"{one}.requests", 0) for one in SOURCES},
        "faulty_answers": {one: counters.get(f"{one}.faulty", 0) - before.get(f"{one}.faulty", 0) for one in SOURCES},
        "webhooks_lost": counters.get("deliveries.lost", 0) - before.get("deliveries.lost", 0),
        "faults": dict(sorted(seen.faults.items())),
        "struck": dict(sorted(seen.struck.items())),
        "never_struck": never_struck(seen),
        "samples": seen.rounds,
        "rows_sampled": seen.looked,
        "rows_that_said_cannot_judge": seen.cannot_judge,
        "rows_looked_at_again": seen.looked_again,
        "rows_that_could_not_judge_in_time": seen.unsettled,
        "samples_without_answer": dict(seen.unreadable),
        "wrong_answers": len(seen.wrong),
        "wrong": seen.wrong[:20],
        "over_limit": over,
        "stack_traces": len(traces),
        "first_traces": [trace[-TRACE_SHOWN:] for trace in traces[:5]],
        "verify_clean": outcome.clean,
        "differences": [str(one) for one in outcome.differences[:20]],
        "absent": outcome.absent,
        "good": outcome.clean and not seen.wrong and not traces and not any(over.values()) and proves(seen),
    }


def never_struck(seen: Seen) -> list[str]:
    """Faults that met nobody."""
    return [kind for kind in KINDS if not seen.struck[kind]]


def proves(seen: Seen) -> bool:
    """Whether the run could have come upon anything: every fault struck, most samples were answered and judged."""
    return not never_struck(seen) and seen.answered > seen.rounds / 2 and seen.cannot_judge < seen.looked / 2


def main() -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--settle", type=float, default=120, help="seconds within which a row must agree")
    parser.add_argument("--wait", type=float, default=300, help="seconds for everything to settle at the end")
    asked = parser.parse_args()
    report = asyncio.run(run(asked.seed, asked.seconds, asked.settle, asked.wait))
    print(json.dumps(report, indent=1))
    sys.exit(0 if report["good"] else 1)


if __name__ == "__main__":
    main()
