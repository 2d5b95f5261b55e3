"""Mutate what reads the providers' bodies, with cosmic-ray, and count what the unit tests notice: `make mutate`.

Works on a copy of the tree. `--sample N` draws so many mutants of each source by a seed; without it all are tried, which
takes hours. Prints survivors and a score for each source; exit code 1 below the floor. cosmic-ray stands in an environment
of its own: it needs older libraries than the product.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.guards import check_copy_is_used, copy_of_tree, environment

COSMIC_RAY = "8.7.0"
FLOOR_PERCENT = 85.0
TIMEOUT_S = 300.0
# Annotations are never run, so a mutant of one (`X | None`) cannot be noticed; a docstring's neither.
NEVER_RUN = ("core/ReplaceBinaryOperator_BitOr",)


@dataclass(frozen=True)
class Normaliser:
    """One source's reading of bodies, and the tests that hold it."""

    package: str
    folder: str
    modules: tuple[str, ...]
    tests: str

    @property
    def paths(self) -> list[str]:
        return [f"{self.folder}/domain/{module}.py" for module in self.modules]


def _of(service: str, *modules: str) -> Normaliser:
    package = service.replace("-", "_")
    return Normaliser(package, f"services/{service}/src/{package}", modules, f"tests/unit/{package}/domain")


NORMALISERS = (
    _of("ingest-amplitude", "answers", "tally"),
    _of("ingest-quickbooks", "reading", "documents", "payments", "customers", "answers"),
    _of("stripe-webhooks", "fields", "invoices", "payments", "customers", "events"),
)


def _config(one: Normaliser) -> str:
    test = f"{sys.executable} -m pytest -q -x -p no:cacheprovider --timeout=60 {one.tests}"
    return (
        f"[cosmic-ray]\nmodule-path = {json.dumps(one.paths)}\ntimeout = {TIMEOUT_S}\nexcluded-modules = []\n"
        f"test-command = {json.dumps(test)}\n[cosmic-ray.distributor]\nname = 'local'\n"
    )


def _cosmic_ray(tree: Path, env: dict[str, str], *arguments: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "tool", "run", "--from", f"cosmic-ray=={COSMIC_RAY}", "cosmic-ray", *arguments]
    subprocess.run(command, cwd=tree, env=env, check=True)


def _choose(session: Path, sample: int | None, chance: random.Random) -> int:
    """Leave only the mutants to try in the session; returns how many."""
    with sqlite3.connect(session) as rows:
        found = [
            job
            for job, operator in rows.execute("SELECT job_id, operator_name FROM mutation_specs ORDER BY job_id")
            if not operator.startswith(NEVER_RUN)
        ]
        kept = set(found if sample is None or sample >= len(found) else chance.sample(sorted(found), sample))
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


def try_out(tree: Path, env: dict[str, str], one: Normaliser, sample: int | None, seed: int) -> float:
    """Mutate one source's normaliser; prints what survived and returns the score in percent."""
    config, session = tree / f"{one.package}.toml", tree / f"{one.package}.sqlite"
    config.write_text(_config(one))
    _cosmic_ray(tree, env, "init", config.name, session.name)
    _cosmic_ray(tree, env, "baseline", config.name)
    tried = _choose(session, sample, random.Random(seed))
    _cosmic_ray(tree, env, "exec", config.name, session.name)
    noticed, survivors = _judge(session)
    if noticed + len(survivors) != tried:
        raise SystemExit(f"{one.package}: {noticed + len(survivors)} of {tried} mutants came to a result")
    score = 100 * noticed / tried
    print("\n".join(f"  survived {survivor}" for survivor in survivors))
    print(f"{one.package}: {noticed} of {tried} noticed, {score:.1f} %; floor {FLOOR_PERCENT:g} %", flush=True)
    return score


def main() -> int:
    """From the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=None, help="mutants of each source, drawn by the seed")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", choices=[one.package for one in NORMALISERS])
    asked = parser.parse_args()
    with copy_of_tree() as tree:
        env = environment(tree, "", "") | {"PATH": os.environ["PATH"]}
        env = {name: value for name, value in env.items() if not name.startswith("TRUEUP_TEST_")}
        check_copy_is_used(tree, env)
        scores = [
            try_out(tree, env, one, asked.sample, asked.seed)
            for one in NORMALISERS
            if asked.only in {None, one.package}
        ]
    return 0 if all(score >= FLOOR_PERCENT for score in scores) else 1


if __name__ == "__main__":
    sys.exit(main())
