"""What one decision costs: µs per `reconcile()` for accounts of different ages and sizes: `make bench-decide`. Prints JSON.

Pure computing, no server. Each size is timed in turn, round after round, and the median of the rounds is printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tests.unit.reconciler.builders import account, invoice, payment, rate, scopes, series, snapshot

from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.snapshot import Coverage, Line, Scope, Snapshot
from trueup_billing import Source, month_of

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SIZES = {"1 month": (1, 1), "7 months": (7, 1), "24 months": (24, 1), "7 months, 1,000 invoices": (7, 143)}
METRICS = ("api_calls", "seats", "storage_gb")


def history(months: int, invoices_a_month: int) -> Snapshot:
    """An account with three metrics, daily usage, and so many paid invoices of three lines each month."""
    today = NOW.date()
    starts = [month_of(today).start]
    while len(starts) < months:
        starts.append(month_of(starts[-1] - timedelta(days=1)).start)
    first = starts[-1]
    days = {first + timedelta(days=each): 1_000 + each % 7 for each in range((today - first).days + 1)}
    usage = Scope(Source.AMPLITUDE, "usage|api_calls|0", NOW, (Coverage(first, None, NOW),))
    documents = [_invoice(start, number) for start in starts for number in range(invoices_a_month)]
    return snapshot(
        account=account(active_from=first, rates=tuple(rate(metric=metric, valid_from=first) for metric in METRICS)),
        usage={metric: series(days, metric=metric) for metric in METRICS},
        documents=tuple(documents),
        payments=tuple(payment(f"stripe:payment:pi_{number}") for number in range(len(documents))),
        scopes=tuple(replace(one, as_of=NOW) for one in scopes(NOW, amplitude=usage)),
    )


def _invoice(start: date, number: int) -> object:
    lines = [Line(str(each), "item", 10_000, start, str(each), f"Item {each}") for each in range(3)]
    name = f"{start:%Y%m}-{number}"
    return invoice(30_000, identity=name, number=f"INV-{name}", lines=lines, issued_on=start, due_on=start)


def main(rounds: int) -> None:
    """Time every size."""
    policy = Policy()
    accounts = {name: history(*size) for name, size in SIZES.items()}
    took: dict[str, list[float]] = {name: [] for name in accounts}
    for _ in range(rounds):
        for name, known in accounts.items():
            began = time.process_time()
            reconcile(known, policy, NOW)
            took[name].append(1e6 * (time.process_time() - began))
    medians = {name: round(statistics.median(each)) for name, each in took.items()}
    growth = {f"{name} / 7 months": round(value / medians["7 months"], 2) for name, value in medians.items()}
    print(json.dumps({"rounds": rounds, "us_per_decision": medians, "growth": growth}, indent=1))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    main(parser.parse_args().rounds)
