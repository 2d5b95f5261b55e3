"""Read each of the gateway's answers wrongly, one at a time, in a running stack: the row's test in the browser must fail.

`make mutate-retry-rows` runs this: from the click to the words on the screen, `tests/e2e/retry.spec.ts` has a test for each
row of "what Stripe may answer to pay". It starts one stack of its own, whose stripe-webhooks is a copy; first every row must
pass, then the copy is changed, the service restarted and the row's test run. Prints JSON; exit code 1 when a wrong reading
goes unnoticed or a row fails without any. Rows can be named: ARGS='"429 rate limit"'.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.processes import replace
from tests.mutation.guards import NOT_COPIED, ROOT, NoLongerApplies, mutated
from tests.mutation.mutants import Mutant
from tests.mutation.row_mutants import ROWS

SERVICE = "stripe-webhooks"
SPEC = ROOT / "tests" / "e2e" / "retry.spec.ts"
IN_STACK = "TRUEUP_MUTATED_TREE"
PATIENCE_S = 20
ROW_TIMEOUT_S = 150
SEEN = re.compile(r"^\s*> *\d+ \|(.*(?:row\.|waiting|within_s).*)$", re.MULTILINE)
"""Where the spec looks at what became of the click; failing anywhere else says nothing of the reading."""
ENVIRONMENT = {
    "STRIPE_WEBHOOKS_RETRY_PAY_TIMEOUT_S": "5",
    "STRIPE_WEBHOOKS_RETRY_CLAIM_S": "12",
    "STRIPE_WEBHOOKS_RETRY_PAUSE_LONGEST_S": "3",
    "INGEST_QUICKBOOKS_POLL_INTERVAL_S": "2",
    "PYTHONDONTWRITEBYTECODE": "1",
}


@contextmanager
def copy_of_service() -> Iterator[Path]:
    """The service's sources in a tree of their own, forgotten afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="trueup-rows-"))
    try:
        part = Path("services") / SERVICE
        shutil.copytree(ROOT / part, folder / part, ignore=NOT_COPIED)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def browser(rows: list[str], *options: str, **env: str) -> tuple[int, str]:
    """Run the tests of these rows; the exit code and what was said."""
    pattern = "row (" + "|".join(re.escape(row) for row in rows) + ")$"
    command = [sys.executable, "-m", "trueup_devstack.web", "e2e", "--", str(SPEC), "-g", pattern, *options]
    timeout_s = ROW_TIMEOUT_S * (1 + len(rows) // 2)
    try:
        done = subprocess.run(
            command, env=os.environ | env, capture_output=True, text=True, check=False, timeout=timeout_s
        )
    except subprocess.TimeoutExpired:
        return 124, "no end in time"
    return done.returncode, done.stdout + done.stderr


def judge(tree: Path, mutant: Mutant) -> dict[str, object]:
    """Change the copy, restart, run the row's test."""
    began = time.monotonic()
    try:
        with mutated(tree, mutant):
            asyncio.run(replace(SERVICE))
            code, said = browser([mutant.guard], "--no-deps", TRUEUP_RETRY_PATIENCE_S=str(PATIENCE_S))
    except NoLongerApplies as error:
        return {"row": mutant.guard, "killed": False, "note": f"no longer applies: {error}"}
    failed = SEEN.search(said) if code == 1 else None
    note = failed.group(1).strip() if failed else said[-2000:]
    shown = re.search(r"Received(?: string)?: +(.*)", said)
    return {
        "row": mutant.guard,
        "killed": failed is not None,
        "seconds": round(time.monotonic() - began, 1),
        "failed_at": note,
        "shown": shown.group(1)[:120] if shown else None,
    }


def in_stack(tree: Path, chosen: list[Mutant]) -> int:
    """First as it is, then each mutant."""
    code, said = browser([mutant.guard for mutant in chosen])
    passed = re.findall(r"^\s+✓.*› row (.*?) \(", said, re.MULTILINE)
    if code != 0:
        print(said[-6000:], file=sys.stderr)
        print(json.dumps({"as_it_is": "failed", "passed": passed}))
        return 1
    verdicts = []
    for mutant in chosen:
        verdicts.append(judge(tree, mutant))
        print(json.dumps(verdicts[-1]), file=sys.stderr, flush=True)
    print(json.dumps({"passed_as_it_is": len(passed), "rows": verdicts}, indent=2))
    return 0 if len(passed) == len(chosen) and all(verdict["killed"] for verdict in verdicts) else 1


def main() -> int:
    """Start the stack around the copy, or, inside of it, run all."""
    only = set(sys.argv[1:])
    chosen = [mutant for mutant in ROWS if not only or mutant.guard in only]
    if not chosen or only - {mutant.guard for mutant in chosen}:
        print(f"no such row; there are: {', '.join(mutant.guard for mutant in ROWS)}")
        return 2
    if IN_STACK in os.environ:
        return in_stack(Path(os.environ[IN_STACK]), chosen)
    with copy_of_service() as tree:
        sources = tree / "services" / SERVICE / "src"
        env = os.environ | ENVIRONMENT | {IN_STACK: str(tree), "PYTHONPATH": f"{sources}{os.pathsep}{ROOT}"}
        check_copy_is_used(sources, env)
        inner = [sys.executable, "-m", "tests.mutation.retry_rows", *sys.argv[1:]]
        verified = f'{Path(sys.executable).with_name("trueup")} verify --wait 400 >&2 && exec "$@"'
        own = [sys.executable, "-m", "trueup_devstack.own_stack", "--", "sh", "-c", verified, "sh", *inner]
        return subprocess.run(own, env=env, cwd=ROOT, check=False).returncode


def check_copy_is_used(sources: Path, env: dict[str, str]) -> None:
    """Fail loudly if the stack would run the installed sources instead of the copy."""
    command = [sys.executable, "-c", "import stripe_webhooks; print(stripe_webhooks.__file__)"]
    found = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()
    if not Path(found).is_relative_to(sources):
        raise SystemExit(f"the copy is not what would be run: {found}")


if __name__ == "__main__":
    sys.exit(main())
