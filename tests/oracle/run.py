"""The product against the oracle on many accounts: `make oracle N=100000 [SEED=0]`. Prints JSON; 1 where they differ."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from tests.oracle.compare import Tally, compare
from tests.oracle.portfolio import account
from tests.oracle.shrink import shrink

CHUNK = 500
SHOWN = 20


def chunk(seeds: range) -> Tally:
    """Compare the accounts of some seeds."""
    tally = Tally()
    for seed in seeds:
        tally.differences += [(seed, one) for one in compare(account(seed), tally)]
    return tally


def compare_all(seeds: range, processes: int) -> Tally:
    """Compare all of them, on several processors."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    tally = Tally()
    if processes == 1:
        found = map(chunk, chunks)
        for one in found:
            tally.add(one)
        return tally
    with ProcessPoolExecutor(processes) as pool:
        for one in pool.map(chunk, chunks):
            tally.add(one)
    return tally


def report(tally: Tally, seconds: float, processes: int) -> dict[str, Any]:
    """What is printed."""
    return {
        "accounts": tally.accounts,
        "periods": tally.periods,
        "figures_compared": sum(tally.figures.values()),
        "figures_by_kind": dict(sorted(tally.figures.items())),
        "differences": len(tally.differences),
        "minor_units_of_difference": sum(one.minor for _, one in tally.differences),
        "seconds": round(seconds, 1),
        "processes": processes,
    }


def smallest(seed: int) -> dict[str, Any]:
    """The account of a seed, cut down to what still shows its first difference."""
    place = compare(account(seed))[0].path.rsplit(".", 1)[-1]

    def fails(facts: dict[str, Any]) -> bool:
        return any(one.path.endswith(place) for one in compare(facts))

    facts = shrink(account(seed), fails)
    told = [{"path": one.path, "product": one.product, "oracle": one.oracle} for one in compare(facts)]
    return {"seed": seed, "differences": told, "account": facts}


def main(arguments: list[str] | None = None) -> int:
    """Compare and print; 0 where nothing differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("accounts", type=int, nargs="?", default=2_000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed; each account has its own")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    began = time.perf_counter()
    tally = compare_all(range(given.seed, given.seed + given.accounts), given.processes)
    found = report(tally, time.perf_counter() - began, given.processes)
    if tally.differences:
        found["first"] = [{"seed": seed, "path": one.path} for seed, one in tally.differences[:SHOWN]]
        found["smallest"] = smallest(tally.differences[0][0])
    sys.stdout.write(json.dumps(found, indent=2, default=str) + "\n")
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
