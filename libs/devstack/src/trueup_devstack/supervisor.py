"""Owns every process: starts, stops, scales and restarts them, and writes down which are ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Protocol

from trueup_devstack.checkout import Checkout
from trueup_devstack.child import Child, Spec, State
from trueup_devstack.errors import DevstackError
from trueup_devstack.identity import remember
from trueup_devstack.ports import REPLICAS_MAX

READY_TIMEOUT_S = 90.0


class Catalogue(Protocol):
    """What can be run."""

    def spec(self, name: str) -> Spec:
        """How to run a process of this name."""
        ...

    def replicated(self, service: str) -> bool:
        """Whether the service may have several replicas, named `service-0`, `service-1`, ..."""
        ...

    def served(self, service: str) -> bool:
        """Whether people's requests reach it, so that its only replica must not be missing for a moment."""
        ...

    def stop_order(self) -> list[set[str]]:
        """Services in the order in which they are stopped; those of one set at once."""
        ...


class Supervisor:
    """All children of one checkout."""

    def __init__(self, checkout: Checkout, catalogue: Catalogue) -> None:
        self._checkout = checkout
        self._catalogue = catalogue
        self._turn = asyncio.Lock()
        self.children: dict[str, Child] = {}

    def start(self, names: Iterable[str]) -> None:
        """Start those that do not run yet."""
        for name in names:
            if name not in self.children:
                self.children[name] = Child(
                    lambda name=name: self._catalogue.spec(name),  # type: ignore[misc]
                    changed=self._write_down,
                )
            self.children[name].start()

    def replicas(self, service: str) -> list[str]:
        """Names of a service's processes, in order."""
        return [name for name, child in sorted(self.children.items()) if child.spec.service == service]

    def status(self) -> list[dict[str, Any]]:
        """Every process: name, service, pid, state, restarts, port, exit code of its last crash."""
        return [
            {
                "name": name,
                "service": child.spec.service,
                "pid": child.pid,
                "state": str(child.state),
                "restarts": child.restarts,
                "port": child.spec.port,
                "last_exit": child.last_exit,
                "log": str(child.spec.log),
            }
            for name, child in self.children.items()
        ]

    async def wait_ready(self, names: Iterable[str], *, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Wait until all are ready.

        Raises:
            DevstackError: one is not in time; names it.
        """
        waiting = set(names)
        deadline = asyncio.get_running_loop().time() + timeout_s
        while waiting := {name for name in waiting if self.children[name].state is not State.READY}:
            if asyncio.get_running_loop().time() > deadline:
                raise DevstackError(f"not ready after {timeout_s:g} s: {', '.join(sorted(waiting))}; see `trueup logs`")
            await asyncio.sleep(0.05)

    async def scale(self, service: str, count: int) -> list[str]:
        """Bring a service to so many replicas; returns their names once they are ready.

        Raises:
            DevstackError: the service cannot have several, or not so many.
        """
        async with self._turn:
            return await self._scale(service, count)

    async def _scale(self, service: str, count: int) -> list[str]:
        self._require_replicated(service)
        if not 1 <= count <= REPLICAS_MAX:
            raise DevstackError(f"{service} can have from 1 to {REPLICAS_MAX} replicas, not {count}")
        wanted = [f"{service}-{index}" for index in range(count)]
        surplus = [name for name in self.replicas(service) if name not in wanted]
        missing = [name for name in wanted if name not in self.children]
        try:
            self.start(missing)
            await self.wait_ready(missing, timeout_s=READY_TIMEOUT_S)
        except BaseException:
            await self._forget(missing)
            raise
        await self._forget(surplus)
        return wanted

    async def restart(self, service: str) -> list[str]:
        """Restart a service's processes one at a time, each ready before the next goes; an only replica gets a stand-in.

        Raises:
            DevstackError: it does not run, or one did not become ready again.
        """
        async with self._turn:
            names = self.replicas(service)
            if not names:
                raise DevstackError(f"{service} does not run; `trueup status` lists what does")
            stand_in = len(names) == 1 and self._catalogue.served(service)
            if stand_in:
                await self._scale(service, 2)
            for name in names:
                await self.children[name].stop()
                self.children[name].start()
                await self.wait_ready([name])
            if stand_in:
                await self._scale(service, 1)
            return names

    async def shutdown(self) -> None:
        """Stop everything, in order."""
        for services in self._catalogue.stop_order():
            chosen = [child for child in self.children.values() if child.spec.service in services]
            await asyncio.gather(*(child.stop() for child in chosen))

    async def _forget(self, names: list[str]) -> None:
        await asyncio.gather(*(self.children[name].stop() for name in names))
        for name in names:
            del self.children[name]
        self._write_down()

    def _require_replicated(self, service: str) -> None:
        if not self._catalogue.replicated(service):
            raise DevstackError(f"{service} cannot be scaled; the services can")

    def _write_down(self) -> None:
        remember(self._checkout.processes_file, [child.known for child in self.children.values() if child.known])
