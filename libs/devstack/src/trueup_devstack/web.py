"""The page's own commands with the wheel's Node: `python -m trueup_devstack.web lint|types|test|e2e|api|screenshots`."""

from __future__ import annotations

import subprocess
import sys

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
    return subprocess.run([npm, "run", *argv], cwd=checkout.web, env=page.environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
