"""Mutate with cosmic-ray and count what the tests notice.

`make mutate`: what reads the providers' bodies. `make mutate-domain`: the reconciler's domain, which the oracle watches as well
as the unit tests. Works on a copy of the tree.
`--sample N` draws so many mutants of each subject by a seed; without it all are tried: half an hour for the first, hours for
the second. Prints survivors and a score for each subject; exit code 1 below its floor. cosmic-ray stands in an environment of
its own: it needs older libraries than the product. Each core works on a tree of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.guards import check_copy_is_used, copy_of_tree, environment

COSMIC_RAY = "8.7.0"
TIMEOUT_S, START_S = 300.0, 120.0
# Annotations are never run, so a mutant of one (`X | None`) cannot be noticed; a docstring's neither.
NEVER_RUN = ("core/ReplaceBinaryOperator_BitOr",)


@dataclass(frozen=True)
class Subject:
    """What is mutated, and the tests that hold it."""

    package: str
    paths: tuple[str, ...]
    """Files, or folders with all of their files."""
    tests: tuple[str, ...]
    floor_percent: float


def _of(service: str, floor_percent: float, *modules: str, tests: tuple[str, ...] = ()) -> Subject:
    """Modules of a service's domain, or all of it."""
    package = service.replace("-", "_")
    domain = f"services/{service}/src/{package}/domain"
    paths = tuple(f"{domain}/{module}.py" for module in modules) or (domain,)
    return Subject(package, paths, tests or (f"tests/unit/{package}/domain",), floor_percent)


SUBJECTS = {
    "normalisers": (
        _of("ingest-amplitude", 85, "answers", "tally"),
        _of("ingest-quickbooks", 85, "reading", "documents", "payments", "customers", "answers"),
        _of("stripe-webhooks", 85, "fields", "invoices", "payments", "customers", "events"),
    ),
    # The oracle sees in seconds what goes wrong with a figure; the unit tests take longer and see the rest.
    "domain": (_of("reconciler", 90, tests=("tests/mutation/agreement.py", "tests/unit/reconciler/domain")),),
}


def _config(one: Subject, asked: str) -> str:
    return (
        f"[cosmic-ray]\nmodule-path = {json.dumps(list(one.paths))}\ntimeout = {TIMEOUT_S}\nexcluded-modules = []\n"
        f"test-command = {json.dumps(asked)}\n[cosmic-ray.distributor]\nname = 'local'\n"
    )


def _cosmic_ray(tree: Path, env: dict[str, str], *arguments: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "tool", "run", "--from", f"cosmic-ray=={COSMIC_RAY}", "cosmic-ray", *arguments]
    subprocess.run(command, cwd=tree, env=env, check=True)


def _choose(session: Path, sample: int | None, seed: int, share: int, shares: int) -> int:
    """Leave only the mutants to try in the session, of these one share; returns how many."""
    with sqlite3.connect(session) as rows:
        sql = """
            SELECT job_id, operator_name FROM mutation_specs
            ORDER BY module_path, start_pos_row, start_pos_col, operator_name, occurrence
        """
        found = [job for job, operator in rows.execute(sql) if not operator.startswith(NEVER_RUN)]
        drawn = found if sample is None or sample >= len(found) else random.Random(seed).sample(found, sample)
        kept = set(drawn[share::shares])
        for (job,) in list(rows.execute("SELECT job_id FROM work_items")):
            if job not in kept:
                rows.execute("DELETE FROM mutation_specs WHERE job_id = ?", (job,))
                rows.execute("DELETE FROM work_items WHERE job_id = ?", (job,))
    return len(kept)


def _judge(session: Path) -> tuple[int, list[str]]:
    """How many were noticed, and where the others stand."""
    noticed, survivors = 0, []
    with sqlite3.connect(session) as rows:
        sql = """
            SELECT s.module_path, s.operator_name, s.start_pos_row, r.test_outcome
            FROM work_results r JOIN mutation_specs s USING (job_id)
        """
        for path, operator, line, outcome in rows.execute(sql):
            if "KILLED" in str(outcome).upper() or "INCOMPETENT" in str(outcome).upper():
                noticed += 1
            else:
                survivors.append(f"{path}:{line} {operator}")
    return noticed, sorted(survivors)


@contextmanager
def _asked(tree: Path, env: dict[str, str], one: Subject) -> Iterator[str]:
    """The command that runs the subject's tests, in a process forked from one that is ready to."""
    address = tree / f"{one.package}.sock"
    command = [sys.executable, "-m", "tests.mutation.forker", str(address), ",".join(one.tests), *one.paths]
    server = subprocess.Popen(command, cwd=tree, env=env)
    try:
        until = time.monotonic() + START_S
        while not address.exists():
            if server.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{one.package}: its tests cannot be imported")
            time.sleep(0.05)
        yield f"{sys.executable} -I -S {tree / 'tests' / 'mutation' / 'forker.py'} {address}"
    finally:
        server.kill()
        server.wait()


def try_share(one: Subject, sample: int | None, seed: int, share: int, shares: int) -> tuple[int, list[str]]:
    """Mutate a copy of the tree: how many were noticed of this share of the mutants, and which survived."""
    with copy_of_tree() as tree:
        env = {name: value for name, value in environment(tree, "", "").items() if not name.startswith("TRUEUP_TEST_")}
        check_copy_is_used(tree, env)
        config, session = tree / f"{one.package}.toml", tree / f"{one.package}.sqlite"
        with _asked(tree, env, one) as command:
            config.write_text(_config(one, command))
            _cosmic_ray(tree, env, "init", config.name, session.name)
            _cosmic_ray(tree, env, "baseline", config.name)
            tried = _choose(session, sample, seed, share, shares)
            _cosmic_ray(tree, env, "exec", config.name, session.name)
            # Where the tests can no longer be run, every mutant looks noticed.
            _cosmic_ray(tree, env, "baseline", config.name)
        noticed, survivors = _judge(session)
    if noticed + len(survivors) != tried:
        raise SystemExit(f"{one.package}: {noticed + len(survivors)} of {tried} mutants came to a result")
    return noticed, survivors


def try_out(one: Subject, sample: int | None, seed: int) -> bool:
    """Mutate one subject, on all cores; prints what survived and tells whether the score reaches its floor."""
    shares = os.cpu_count() or 1
    with ThreadPoolExecutor(shares) as pool:
        found = list(pool.map(lambda share: try_share(one, sample, seed, share, shares), range(shares)))
    noticed, survivors = sum(count for count, _ in found), sorted(place for _, places in found for place in places)
    tried = noticed + len(survivors)
    score = 100 * noticed / tried
    print("\n".join(f"  survived {survivor}" for survivor in survivors))
    print(f"{one.package}: {noticed} of {tried} noticed, {score:.1f} %; floor {one.floor_percent:g} %", flush=True)
    return score >= one.floor_percent


def main() -> int:
    """From the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("--sample", type=int, default=None, help="mutants of each package, drawn by the seed")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", choices=[one.package for found in SUBJECTS.values() for one in found])
    asked = parser.parse_args()
    wanted = [one for one in SUBJECTS[asked.subject] if asked.only in {None, one.package}]
    return 0 if all(try_out(one, asked.sample, asked.seed) for one in wanted) and wanted else 1


if __name__ == "__main__":
    sys.exit(main())
