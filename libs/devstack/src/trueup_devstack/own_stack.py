"""A stack of a test's own: `python -m trueup_devstack.own_stack -- COMMAND ...` starts one beside, runs the command, forgets it.

The command finds it by `TRUEUP_URL`, `TRUEUP_SANDBOX_URL`, ... in its environment.
"""

from __future__ import annotations

import os
import subprocess
import sys

from trueup_devstack import checkout as checkouts
from trueup_devstack import control, ports, settings
from trueup_devstack.boot import Boot
from trueup_devstack.commands import forget, stop
from trueup_devstack.errors import DevstackError
from trueup_devstack.stack import Stack

PORTS = range(18080, 19080, ports.SPAN)
SCENARIO = "small.yaml"


def free_plan() -> ports.PortPlan:
    """The first block of ports that nobody uses.

    Raises:
        DevstackError: there is none.
    """
    for first in PORTS:
        plan = ports.PortPlan(first)
        if all(ports.is_free(port) for port in plan.at_start().values()):
            return plan
    raise DevstackError(f"no free block of ports from {PORTS.start} on")


def main(argv: list[str]) -> int:
    """Run the command beside a fresh stack with the small world; its exit code is ours."""
    os.environ.setdefault("TRUEUP_STATE", str(checkouts.here().root / ".trueup" / "own"))
    os.environ.setdefault("SANDBOX_SCENARIO", str(checkouts.here().root / "deploy" / "sandbox" / SCENARIO))
    checkout = checkouts.here()
    stop(checkout)
    forget(checkout)
    stack = Stack(checkout, free_plan())
    boot = Boot(stack, lambda text: print(text, flush=True))
    try:
        boot.check()
        boot.supervisor()
        boot.run()
        env = os.environ | settings.operator(stack.wiring) | {"TRUEUP_PORT": str(stack.ports.gateway)}
        return subprocess.run(argv, env=env, check=False).returncode
    except DevstackError as error:
        print(f"trueup: {error}", file=sys.stderr)
        return 1
    finally:
        if control.answers(checkout):
            stop(checkout)
        forget(checkout)


if __name__ == "__main__":
    sys.exit(main([argument for argument in sys.argv[1:] if argument != "--"]))
