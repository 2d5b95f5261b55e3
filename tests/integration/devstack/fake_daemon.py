"""Run by the tests: FOLDER PORT ... A supervisor's process over the fake stack, as `trueup up` starts the real one."""

import asyncio
import sys
from pathlib import Path

from tests.integration.devstack.fakes import FakeCatalogue

from trueup_devstack.__main__ import Daemon
from trueup_devstack.checkout import Checkout

folder, ports = Path(sys.argv[1]), dict(zip(("first", "web-0", "web-1", "last"), sys.argv[2:], strict=True))
catalogue = FakeCatalogue(folder, lambda name: int(ports[name]))
asyncio.run(Daemon(Checkout(folder, folder / ".trueup"), catalogue, port=1).run())
