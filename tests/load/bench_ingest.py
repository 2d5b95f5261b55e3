"""From an empty installation to everything read, reconciled and audited: `make bench-ingest`. Prints JSON.

For each length of history a stack of its own is started with a world of so many accounts, with the providers' own limits
in force. Time counts from the moment that the last ingest service is ready until `trueup verify` finds every account equal to
the answer key. The memory of a process is the most that it ever held (`VmHWM`). The shortest and the longest history
are compared: what grows with it is held in memory and should not be.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml
from aiokafka import AIOKafkaConsumer, TopicPartition
from tests.chaos.processes import processes
from tests.running_stack import running_stack

from trueup_contracts.topics import TOPICS
from trueup_devstack import checkout as checkouts
from trueup_operator.errors import OperatorError
from trueup_operator.verify.audit import audit

INGEST = ("ingest-amplitude", "ingest-quickbooks", "stripe-webhooks")
SOURCES = ("amplitude", "quickbooks", "stripe")
SCENARIO = Path("deploy/sandbox/default.yaml")
MANAGERS = {"ana": 7, "ben": 3, "chloe": 1.5}
"""Twelfths of the accounts; the rest is dev's."""
RSS_MAX_MB = 250.0
GROWTH_MAX = 1.2
QUIET_S = 600.0
"""How long the answers of a system under its first load are waited for, one by one."""


def scenario(accounts: int, months: int) -> dict[str, Any]:
    """The demonstration world with so many accounts, and a history of so many months, the running one included."""
    world: dict[str, Any] = yaml.safe_load((checkouts.here().root / SCENARIO).read_text(encoding="utf-8"))
    managers = {user: int(accounts * share / 12) for user, share in MANAGERS.items()}
    managers["dev"] = accounts - sum(managers.values())
    return world | {"accounts": accounts, "history_months": months - 1, "managers": managers}


def peak_mb(pid: int) -> float:
    """`VmHWM`: the most memory that a process ever held, MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise SystemExit(f"process {pid} has no VmHWM")


def age_s(pid: int) -> float:
    """Seconds since the process was started."""
    started = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")


async def published(bootstrap: str) -> dict[str, int]:
    """Topic → records that were ever written to it by an ingest service."""
    sent = [topic for topic in TOPICS if set(INGEST) & {*topic.senders}]
    places = [TopicPartition(topic.name, each) for topic in sent for each in range(topic.partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(places)
    finally:
        await consumer.stop()
    return {one.name: sum(end for place, end in ends.items() if place.topic == one.name) for one in sent}


async def measure(wait_s: float) -> dict[str, Any]:
    """Of the stack that was started just now."""
    listed = [entry for entry in await processes() if entry["service"] in INGEST]
    began = time.monotonic() - min(age_s(entry["pid"]) for entry in listed)
    async with running_stack(timeout_s=QUIET_S) as stack:
        try:
            outcome, ended_by = await audit(stack.where, wait_s=wait_s), None
        except OperatorError as error:  # what was measured until then is told all the same
            outcome, ended_by = None, str(error)
        took_s = time.monotonic() - began
        counters = await stack.control("counters")
        records = await published(stack.where.kafka_bootstrap)
    now = {entry["service"]: entry for entry in await processes() if entry["service"] in INGEST}
    return {
        "took_s": round(took_s),
        "verify_clean": outcome is not None and outcome.clean,
        "accounts": outcome.accounts if outcome else None,
        "differences": [str(one) for one in outcome.differences[:10]] if outcome else [f"the audit ended: {ended_by}"],
        "records": records,
        "records_per_s": round(sum(records.values()) / took_s),
        "requests": {source: counters[f"{source}.requests"] for source in SOURCES},
        "over_limit": {source: counters.get(f"{source}.refused_by_limit", 0) for source in SOURCES},
        "restarts": sum(entry["restarts"] for entry in now.values()),
        "peak_rss_mb": {service: peak_mb(now[service]["pid"]) for service in INGEST},
        "peak_rss_mb_of_others": {
            entry["name"]: peak_mb(entry["pid"])
            for entry in await processes()
            if entry["service"] in {"reconciler", "dashboard-api"}
        },
    }


def run(accounts: int, months: int, wait_s: float) -> dict[str, Any]:
    """A stack of its own with that world, measured by this file again."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "world.yaml")
        file.write_text(yaml.safe_dump(scenario(accounts, months)), encoding="utf-8")
        out = Path(folder, "out.json")
        environment = os.environ | {
            "SANDBOX_SCENARIO": str(file),
            "INGEST_AMPLITUDE_HISTORY_MONTHS": str(max(months - 1, 1)),
        }
        command = [sys.executable, "-m", "trueup_devstack.own_stack", "--"]
        command += [sys.executable, "-m", "tests.load.bench_ingest", "--measure", str(out), "--wait", str(wait_s)]
        subprocess.run(command, env=environment, check=False, stdout=sys.stderr)
        if not out.exists():
            raise SystemExit(f"the run with {months} months did not come to its end")
        found: dict[str, Any] = {"months": months} | json.loads(out.read_text())
        print(json.dumps(found), file=sys.stderr, flush=True)
        return found


def report(accounts: int, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The runs, and what the longest history needs more than the shortest."""
    short, long = runs[0], runs[-1]
    growth = {
        service: round(long["peak_rss_mb"][service] / short["peak_rss_mb"][service], 2) for service in INGEST
    }  # fmt: skip
    return {
        "accounts": accounts,
        "runs": runs,
        "rss_growth": growth,
        "limits": {"peak_rss_mb": RSS_MAX_MB, "rss_growth": GROWTH_MAX, "over_limit": 0},
        "good": all(
            one["verify_clean"]
            and not any(one["over_limit"].values())
            and not one["restarts"]
            and max(one["peak_rss_mb"].values()) <= RSS_MAX_MB
            for one in runs
        )
        and max(growth.values()) <= GROWTH_MAX,
    }


def main() -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=12_000)
    parser.add_argument(
        "--months", type=int, nargs="+", default=[3, 12], help="the running one included; the world has 3 at least"
    )
    parser.add_argument("--wait", type=float, default=5400, help="seconds for everything to be read and to agree")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        asked.measure.write_text(json.dumps(asyncio.run(measure(asked.wait))))
        return
    found = report(asked.accounts, [run(asked.accounts, months, asked.wait) for months in asked.months])
    print(json.dumps(found, indent=1))
    sys.exit(0 if found["good"] else 1)


if __name__ == "__main__":
    main()
