"""How many branches the unit tests reach.

`make cover-sources`: of domain and use cases of the three ingest services. `make cover-domain`: of the reconciler's domain.
Prints what is missed by file; exit code 1 below the floor.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Subject:
    """Packages, the tests that hold them, and how much of their branches these must reach."""

    packages: tuple[str, ...]
    tests: tuple[str, ...]
    floor_percent: float


_INGEST = ("ingest_amplitude", "ingest_quickbooks", "stripe_webhooks")
SUBJECTS = {
    "sources": Subject(
        tuple(f"{service}.{room}" for service in _INGEST for room in ("domain", "usecases")),
        tuple(f"tests/unit/{service}" for service in _INGEST),
        95.0,
    ),
    "domain": Subject(("reconciler.domain",), ("tests/unit/reconciler/domain",), 100.0),
}


def main() -> None:
    """Run the tests under coverage and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subject", choices=SUBJECTS)
    subject = SUBJECTS[parser.parse_args().subject]
    sources = ",".join(subject.packages)
    tests = list(subject.tests)
    with tempfile.TemporaryDirectory() as folder:
        data, report = str(Path(folder) / "data"), Path(folder) / "report.json"
        coverage = [sys.executable, "-m", "coverage"]
        run = [
            *coverage,
            "run",
            "--branch",
            f"--data-file={data}",
            f"--source={sources}",
            "-m",
            "pytest",
            "-q",
            "--timeout=900",
            *tests,
        ]
        if code := subprocess.run(run, check=False).returncode:
            sys.exit(code)
        subprocess.run([*coverage, "json", "-q", f"--data-file={data}", "-o", str(report)], check=True)
        found = json.loads(report.read_text())
    for name, file in found["files"].items():
        if missed := [*file["missing_lines"], *file["missing_branches"]]:
            print(f"{name}: {missed}")
    total = found["totals"]
    percent = 100 * total["covered_branches"] / total["num_branches"]
    print(
        f"{total['covered_branches']} of {total['num_branches']} branches, {percent:.1f} %; floor {subject.floor_percent:g} %"
    )
    sys.exit(0 if percent >= subject.floor_percent else 1)


if __name__ == "__main__":
    main()
