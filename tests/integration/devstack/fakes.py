"""A tiny fake stack: each process answers 200 on its port, writes down when it starts and stops."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from trueup_devstack import probes
from trueup_devstack.child import Spec
from trueup_devstack.errors import DevstackError

SERVER = Path(__file__).with_name("fake_process.py")


class FakeCatalogue:
    """`first` and `last` run once; `web-0`, `web-1`, ... are replicas behind a gateway."""

    def __init__(self, folder: Path, port: Callable[[str], int]) -> None:
        self._folder = folder
        self._port = port
        self.stop_timeout_s = 5.0
        self.broken: set[str] = set()
        self.stubborn: set[str] = set()

    def spec(self, name: str) -> Spec:
        if name.rpartition("-")[0] != "web" and name not in {"first", "last"}:
            raise DevstackError(f"there is no process {name!r}")
        port = self._port(name)
        mode = "broken" if name in self.broken else "stubborn" if name in self.stubborn else "fine"
        return Spec(
            name=name,
            service=name.rpartition("-")[0] or name,
            argv=(sys.executable, str(SERVER), name, str(port), str(self._folder / "journal"), mode),
            log=self._folder / f"{name}.log",
            ready=partial(probes.http, port, "/readyz"),
            port=port,
            stop_timeout_s=self.stop_timeout_s,
        )

    def replicated(self, service: str) -> bool:
        return service == "web"

    def served(self, service: str) -> bool:
        return service == "web"

    def stop_order(self) -> list[set[str]]:
        return [{"last"}, {"web"}, {"first"}]

    def journal(self) -> list[str]:
        """What happened, in order: `NAME started` and `NAME stopped`."""
        path = self._folder / "journal"
        return path.read_text().splitlines() if path.exists() else []
