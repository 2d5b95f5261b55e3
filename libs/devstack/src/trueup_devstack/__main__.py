"""The supervisor's process: `python -m trueup_devstack` in the background, started by `trueup up`."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sys
from typing import Any

from trueup_devstack import checkout as checkouts
from trueup_devstack import control, logfiles
from trueup_devstack.checkout import Checkout
from trueup_devstack.errors import DevstackError
from trueup_devstack.files import write_whole
from trueup_devstack.ports import from_environment
from trueup_devstack.stack import Stack
from trueup_devstack.supervisor import Catalogue, Supervisor


class Daemon:
    """Answers the `trueup` command until it is told to stop."""

    def __init__(self, checkout: Checkout, catalogue: Catalogue, *, port: int) -> None:
        self._checkout = checkout
        self._port = port
        self._supervisor = Supervisor(checkout, catalogue)
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Serve; on SIGTERM or the `shutdown` command stop every process in order and return."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._over.set)
        loop.add_signal_handler(signal.SIGINT, self._over.set)
        server = await control.serve(self._checkout, self._handle)
        trimming = asyncio.create_task(logfiles.keep_short(self._checkout.logs))
        await self._over.wait()
        trimming.cancel()
        await self._supervisor.shutdown()
        self._checkout.control_file.unlink(missing_ok=True)
        server.close()

    async def _handle(self, command: str, arguments: dict[str, Any]) -> object:
        match command:
            case "ping":
                return {"port": self._port, "pid": os.getpid()}
            case "start":
                self._supervisor.start(arguments["names"])
            case "status":
                return self._supervisor.status()
            case "scale":
                return await self._supervisor.scale(arguments["service"], arguments["count"])
            case "restart":
                return await self._supervisor.restart(arguments["service"])
            case "shutdown":
                await self._supervisor.shutdown()
                self._over.set()
            case _:
                raise DevstackError(f"the supervisor does not know {command!r}")
        return None


def main() -> None:
    """Take the lock of this checkout, or leave: there is one supervisor."""
    checkout = checkouts.here()
    checkout.state.mkdir(parents=True, exist_ok=True)
    with checkout.lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("another supervisor runs for this checkout")
        write_whole(checkout.state / "supervisor.pid", str(os.getpid()))
        ports = from_environment()
        asyncio.run(Daemon(checkout, Stack(checkout, ports), port=ports.gateway).run())


if __name__ == "__main__":
    main()
