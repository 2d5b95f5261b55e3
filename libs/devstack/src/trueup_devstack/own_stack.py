"""A stack of a test's own: `python -m trueup_devstack.own_stack -- COMMAND ...` starts one beside, runs the command, forgets it.

The command finds it by `TRUEUP_URL`, `TRUEUP_SANDBOX_URL`, ... in its environment.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from trueup_devstack import checkout as checkouts
from trueup_devstack import control, ports, settings
from trueup_devstack.boot import Boot
from trueup_devstack.commands import forget, stop
from trueup_devstack.errors import DevstackError
from trueup_devstack.stack import Stack

PORTS = range(18080, 19080, ports.SPAN)
SCENARIO = "small.yaml"


@contextmanager
def claimed_plan() -> Iterator[ports.PortPlan]:
    """The first block of ports that nobody uses, and nobody else chooses meanwhile.

    Raises:
        DevstackError: there is none.
    """
    for first in PORTS:
        plan = ports.PortPlan(first)
        with socket.socket() as claim:
            try:
                claim.bind(("127.0.0.1", plan.claim))
            except OSError:
                continue
            if all(ports.is_free(port) for port in plan.at_start().values()):
                yield plan
                return
    raise DevstackError(f"no free block of ports from {PORTS.start} on")


def main(argv: list[str]) -> int:
    """Run the command beside a fresh stack with the small world; its exit code is ours."""
    os.environ.setdefault("TRUEUP_STATE", str(checkouts.here().root / ".trueup" / "own"))
    os.environ.setdefault("SANDBOX_SCENARIO", str(checkouts.here().root / "deploy" / "sandbox" / SCENARIO))
    try:
        with claimed_plan() as plan:
            return _run(argv, plan)
    except DevstackError as error:
        print(f"trueup: {error}", file=sys.stderr)
        return 1


def _run(argv: list[str], plan: ports.PortPlan) -> int:
    checkout = checkouts.here()
    stop(checkout)
    forget(checkout)
    stack = Stack(checkout, plan)
    boot = Boot(stack, lambda text: print(text, flush=True))
    try:
        boot.check()
        boot.supervisor()
        boot.run()
        env = os.environ | settings.operator(stack.wiring) | {"TRUEUP_PORT": str(stack.ports.gateway)}
        return subprocess.run(argv, env=env, check=False).returncode
    finally:
        if control.answers(checkout):
            stop(checkout)
        forget(checkout)


if __name__ == "__main__":
    sys.exit(main([argument for argument in sys.argv[1:] if argument != "--"]))
