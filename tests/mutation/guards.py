"""Take each guard out, one at a time, in a copy of the tree, and see that its named tests fail.

`make mutate-guards` runs this. It exits with 1 when a guard's removal goes unnoticed, when its tests fail without any
removal, or when the code has moved on and the removal no longer applies.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutants import MUTANTS, Mutant

from trueup_devstack import scratch

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("libs", "services", "tests", "deploy", "pyproject.toml", "docker-compose.yml")
NOT_COPIED = shutil.ignore_patterns(
    "node_modules", "dist", "__pycache__", ".venv", ".git", ".pytest_cache", ".hypothesis"
)
TESTS_FAILED = 1
"""pytest's exit code for tests that ran and failed; anything else but 0 says that they did not run."""
RUN_TIMEOUT_S = 600


@dataclass(frozen=True)
class Verdict:
    """What became of one mutant."""

    mutant: Mutant
    killed: bool
    note: str
    seconds: float


class NoLongerApplies(Exception):
    """The source does not hold the pattern exactly once: the guard has moved, and the mutant must follow it."""


@contextmanager
def copy_of_tree() -> Iterator[Path]:
    """The sources in a folder of their own, forgotten afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="trueup-mutants-"))
    # PostgreSQL may run as another user and must be able to pass through.
    folder.chmod(0o711)
    try:
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=NOT_COPIED)
            else:
                shutil.copy2(source, folder / name)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def mutated(tree: Path, mutant: Mutant) -> Iterator[None]:
    """The tree without the guard; put back afterwards."""
    file = tree / mutant.file
    original = file.read_text()
    if (found := original.count(mutant.pattern)) != 1:
        raise NoLongerApplies(f"{mutant.file} holds the pattern {found} times")
    file.write_text(original.replace(mutant.pattern, mutant.replacement))
    try:
        yield
    finally:
        file.write_text(original)


def run_tests(tree: Path, tests: tuple[str, ...], env: dict[str, str]) -> tuple[int, str]:
    """pytest's exit code and the end of what it said."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--timeout=120", *tests]
    try:
        done = subprocess.run(
            command, cwd=tree, env=env, capture_output=True, text=True, timeout=RUN_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return TESTS_FAILED, f"no end within {RUN_TIMEOUT_S} s"
    return done.returncode, "\n".join((done.stdout + done.stderr).splitlines()[-30:])


def environment(tree: Path, postgres: str, kafka: str) -> dict[str, str]:
    """The copy's sources before the installed ones, and servers that all runs share."""
    sources = [str(found) for kind in ("libs", "services") for found in sorted((tree / kind).glob("*/src"))]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sources),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "200",
        "TRUEUP_TEST_POSTGRES": postgres,
        "TRUEUP_TEST_KAFKA": kafka,
    }


def judge(tree: Path, mutant: Mutant, env: dict[str, str]) -> Verdict:
    """Remove one guard and run its tests."""
    started = time.monotonic()
    try:
        with mutated(tree, mutant):
            code, said = run_tests(tree, mutant.tests, env)
    except NoLongerApplies as error:
        return Verdict(mutant, False, f"mutant no longer applies: {error}", time.monotonic() - started)
    seconds = time.monotonic() - started
    if code == TESTS_FAILED:
        reasons = [line for line in said.splitlines() if line.startswith(("FAILED", "no end"))]
        return Verdict(mutant, True, " ".join(reasons)[:240], seconds)
    note = "SURVIVED: its tests pass without it" if code == 0 else f"the tests did not run (pytest {code}):\n{said}"
    return Verdict(mutant, False, note, seconds)


def check_copy_is_used(tree: Path, env: dict[str, str]) -> None:
    """Fail loudly if the runs would test the installed sources instead of the copy."""
    command = [sys.executable, "-c", "import stripe_webhooks; print(stripe_webhooks.__file__)"]
    found = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=True).stdout.strip()
    if not Path(found).is_relative_to(tree):
        raise SystemExit(f"the copy is not what would be tested: {found}")


def report(verdicts: list[Verdict]) -> None:
    """The table: guard, test, whether it was noticed."""
    width = max(len(verdict.mutant.guard) for verdict in verdicts)
    for verdict in verdicts:
        word = "killed" if verdict.killed else "NOT KILLED"
        print(
            f"{verdict.mutant.guard:<{width}}  {word:<10}  {verdict.seconds:5.1f} s  {', '.join(verdict.mutant.tests)}"
        )
        if verdict.note:
            print(f"    {verdict.note}")


def main() -> int:
    """Run all; 0 when every guard is held by its tests."""
    only = set(sys.argv[1:])
    chosen = [mutant for mutant in MUTANTS if not only or mutant.guard in only]
    if not chosen:
        print(f"no such guard; there are: {', '.join(mutant.guard for mutant in MUTANTS)}")
        return 2
    with copy_of_tree() as tree, scratch.postgres() as postgres, scratch.kafka() as kafka:
        return run_all(tree, chosen, environment(tree, postgres.admin_dsn, kafka.bootstrap))


def run_all(tree: Path, chosen: list[Mutant], env: dict[str, str]) -> int:
    """With every guard in place, and then without each: 0 when every removal is noticed."""
    check_copy_is_used(tree, env)
    named = tuple(sorted({test for mutant in chosen for test in mutant.tests}))
    code, said = run_tests(tree, named, env)
    if code != 0:
        print(f"the tests fail with every guard in place (pytest {code}):\n{said}")
        return 1
    print(f"with every guard in place: {len(named)} tests pass")
    verdicts = [judge(tree, mutant, env) for mutant in chosen]
    report(verdicts)
    return 0 if all(verdict.killed for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
