"""How many branches of domain and use cases the unit tests of the three ingest services reach: `make cover-sources`.

Prints what is missed by file; exit code 1 below the floor.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SERVICES = ("ingest_amplitude", "ingest_quickbooks", "stripe_webhooks")
ROOMS = ("domain", "usecases")
FLOOR_PERCENT = 95.0


def main() -> None:
    """Run the tests under coverage and judge."""
    sources = ",".join(f"{service}.{room}" for service in SERVICES for room in ROOMS)
    tests = [f"tests/unit/{service}" for service in SERVICES]
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
        f"{total['covered_branches']} of {total['num_branches']} branches, {percent:.1f} %; floor {FLOOR_PERCENT:g} %"
    )
    sys.exit(0 if percent >= FLOOR_PERCENT else 1)


if __name__ == "__main__":
    main()
