"""How long links take at size: resolving 36,000 customers of 12,000 accounts, and suggesting for 500 that wait.

Pure arithmetic in one process, no server. Names are drawn by seed from small lists, so that many accounts share words;
each customer that waits has one letter less than its account. CPU time, as JSON; the best of some rounds, because another
process can only make it slower. `as_pairs` is the same scoring without an index, of some customers, for the ratio.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from typing import TypeVar

from reconciler.domain.links import Customer, Decision, Imported, resolve
from reconciler.domain.names import grams, normalised, similarity_permille
from reconciler.domain.suggest import Candidate, Known, index, suggest
from trueup_billing import Ref, Source

T = TypeVar("T")
FIRST = [
    "Harbor",
    "Summit",
    "Delta",
    "Nordic",
    "Blue",
    "Cloud",
    "Prime",
    "Vertex",
    "Lumen",
    "Apex",
    "Orbit",
    "Quantum",
    "Silver",
    "Global",
    "Atlas",
    "Pioneer",
]
LAST = [
    "Analytics",
    "Systems",
    "Labs",
    "Logistics",
    "Foods",
    "Media",
    "Energy",
    "Robotics",
    "Health",
    "Capital",
    "Software",
    "Networks",
    "Partners",
]
TAILS = ("", "on", "ix", "ara", "et", "um")
PAIRED = 10


def names(count: int, draw: random.Random) -> list[str]:
    """Names of three words; a few are drawn twice, as in life."""
    return [f"{draw.choice(FIRST)}{draw.choice(TAILS)} {draw.choice(FIRST)} {draw.choice(LAST)}" for _ in range(count)]


def portfolio(accounts: int, waiting: int, seed: int) -> tuple[list[Candidate], list[tuple[Known, str]]]:
    """Accounts with two or three customers, and customers that wait with the account that each belongs to."""
    draw = random.Random(seed)
    made, missing = [], []
    alone = set(draw.sample(range(accounts), waiting))
    for number, name in enumerate(names(accounts, draw)):
        own = Known(Ref(Source.STRIPE, f"cus_{number}"), name, f"d{number}.example", "USD")
        linked = [
            Known(Ref(Source.QUICKBOOKS, str(number)), f"{name} Inc.", None, "USD"),
            Known(Ref(Source.AMPLITUDE, f"a{number}")),
        ]
        if number in alone:
            place = draw.randrange(1, len(name))
            slip = f"{name[:place]}{name[place + 1 :]}"
            missing.append((Known(own.ref, slip, None, "USD"), f"c{number}"))
        else:
            linked.append(own)
        made.append(Candidate(f"c{number}", name, tuple(linked), frozenset({"api_calls"}), frozenset({"USD"})))
    return made, missing


def best_s(rounds: int, work: Callable[[], T]) -> tuple[float, T]:
    """The shortest CPU time of some rounds, and the last result."""
    shortest, result = float("inf"), None
    for _ in range(rounds):
        started = time.process_time()
        result = work()
        shortest = min(shortest, time.process_time() - started)
    assert result is not None
    return shortest, result


def pairs(customer: Known, accounts: list[Candidate]) -> int:
    """The name of one customer against all names of all accounts."""
    runs = grams(normalised(customer.name or ""))
    return max(
        similarity_permille(runs, grams(normalised(name)))
        for account in accounts
        for name in (account.name, *(known.name for known in account.customers if known.name))
    )


def links(accounts: list[Candidate]) -> tuple[list[Imported], list[Customer], list[Decision]]:
    """The ledger's customer by import, the gateway's by key, and some by decision."""
    imported = [Imported(one.client_id, (f"quickbooks:{one.client_id[1:]}",)) for one in accounts]
    customers = [
        Customer(f"quickbooks:{one.client_id[1:]}", {"amplitude_id": f"a{one.client_id[1:]}"}) for one in accounts
    ]
    customers += [Customer(f"stripe:cus_{one.client_id[1:]}", {"quickbooks_id": one.client_id[1:]}) for one in accounts]
    customers += [Customer(f"amplitude:a{one.client_id[1:]}") for one in accounts]
    decisions = [Decision(f"stripe:cus_{number}", f"d{number}", f"c{number}") for number in range(0, len(accounts), 50)]
    return imported, customers, decisions


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=12_000)
    parser.add_argument("--waiting", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    accounts, missing = portfolio(given.accounts, given.waiting, given.seed)
    known = links(accounts)
    resolve_s, resolved = best_s(given.rounds, lambda: resolve(*known))
    index_s, prepared = best_s(given.rounds, lambda: index(accounts))
    suggest_s, found = best_s(given.rounds, lambda: [suggest(customer, prepared) for customer, _ in missing])
    some = missing[:PAIRED]
    pairs_s, _ = best_s(1, lambda: [pairs(customer, accounts) for customer, _ in some])
    ranks = [[one.client_id for one in ranked] for ranked in found]
    each_s = suggest_s / len(missing)
    print(
        json.dumps(
            {
                "accounts": len(accounts),
                "refs": len(known[1]),
                "links": len(resolved),
                "waiting": len(missing),
                "resolve_ms": round(resolve_s * 1e3, 1),
                "resolve_us_per_ref": round(resolve_s / len(known[1]) * 1e6, 2),
                "index_ms": round(index_s * 1e3, 1),
                "suggest_ms_each": round(each_s * 1e3, 3),
                "as_pairs_ms_each": round(pairs_s / len(some) * 1e3, 1),
                "pairs_per_suggest": round(pairs_s / len(some) / each_s, 1),
                "right_one_first": sum(
                    ranked[:1] == [right] for ranked, (_, right) in zip(ranks, missing, strict=True)
                ),
                "right_one_listed": sum(right in ranked for ranked, (_, right) in zip(ranks, missing, strict=True)),
            }
        )
    )


if __name__ == "__main__":
    main()
