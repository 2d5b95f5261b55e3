"""The page's own commands with the wheel's Node: `python -m trueup_devstack.web lint|types|test|e2e|api|screenshots`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from trueup_devstack import checkout as checkouts
from trueup_devstack import page
from trueup_devstack.errors import DevstackError


def main(argv: list[str]) -> int:
    """Install the page's packages if need be, then run the script of that name; its exit code is ours."""
    checkout = checkouts.here()
    try:
        page.install(checkout, lambda text: print(text, flush=True))
        npm = str(page.node_folder() / "npm")
    except DevstackError as error:
        print(f"trueup: {error}", file=sys.stderr)
        return 1
    env = page.environment() | addresses(checkout.operator_env)
    return subprocess.run([npm, "run", *argv], cwd=checkout.web, env=env, check=False).returncode


def addresses(file: Path) -> dict[str, str]:
    """Where the stack is that `make up` started here, unless the environment names another one."""
    if "TRUEUP_URL" in os.environ or not file.is_file():
        return {}
    pairs = (line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    return {name: value for name, value in pairs if name in {"TRUEUP_URL", "TRUEUP_SANDBOX_URL"}}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
