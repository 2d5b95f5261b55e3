"""Seeded histories against the oracle: `make simulate N=10000 [SEED=0]`. Prints JSON; 1 where one ends wrong."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, replace
from typing import Any

from tests.oracle.shrink import shrink
from tests.oracle.simulation.history import facts_for, linked_only
from tests.oracle.simulation.world import ALL, Faults, play

CHUNK = 100
COUNTED = (
    *("records", "records_below_the_fence", "records_older_or_repeated", "records_unreadable", "decisions", "kills"),
    *("partitions_moved", "histories_read_to_the_end_amid_faults"),
)


def outcome(seed: int, facts: dict[str, Any], faults: Faults = ALL) -> tuple[str | None, Counter[str]]:
    """What is wrong at the end, in words; None where nothing is."""
    try:
        played = play(seed, facts, faults)
    except Exception as error:  # noqa: BLE001  a history that breaks is a finding like any other
        return f"{type(error).__name__}: {error}"[:300], Counter()
    first = played.differences[:1]
    return (f"{first[0].path}: product {first[0].product}, oracle {first[0].oracle}" if first else None), played.met


def chunk(seeds: range) -> tuple[list[tuple[int, str]], Counter[str]]:
    """Play some histories."""
    wrong: list[tuple[int, str]] = []
    met: Counter[str] = Counter()
    for seed in seeds:
        said, one = outcome(seed, facts_for(seed))
        met += one
        if said is not None:
            wrong.append((seed, said))
    return wrong, met


def smallest(seed: int) -> dict[str, Any]:
    """The faults and facts that are enough for the history of a seed to end wrong."""
    facts, faults = facts_for(seed), ALL
    for fault in fields(Faults):
        without = replace(faults, **{fault.name: False})
        if outcome(seed, facts, without)[0] is not None:
            faults = without

    def fails(smaller: dict[str, Any]) -> bool:
        return outcome(seed, linked_only(smaller), faults)[0] is not None

    facts = linked_only(shrink(facts, fails, rounds=1))
    needed = [fault.name for fault in fields(Faults) if getattr(faults, fault.name)]
    return {"seed": seed, "faults": needed, "said": outcome(seed, facts, faults)[0], "account": facts}


def main(arguments: list[str] | None = None) -> int:
    """Play and print; 0 where every history ends as the oracle says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("histories", type=int, nargs="?", default=300)
    parser.add_argument("--seed", type=int, default=0, help="the first seed; each history has its own")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    seeds = range(given.seed, given.seed + given.histories)
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    began = time.perf_counter()
    with ProcessPoolExecutor(given.processes) as pool:
        done = list(pool.map(chunk, chunks))
    wrong = [one for some, _ in done for one in some]
    met = sum((one for _, one in done), Counter[str]())
    found: dict[str, Any] = {
        "histories": given.histories,
        "figures_compared": sum(count for name, count in met.items() if name not in COUNTED),
        "met": {name: met[name] for name in COUNTED},
        "differences": len(wrong),
        "seconds": round(time.perf_counter() - began, 1),
        "processes": given.processes,
    }
    if wrong:
        found |= {"first": wrong[:20], "smallest": smallest(wrong[0][0])}
    sys.stdout.write(json.dumps(found, indent=2, default=str) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
