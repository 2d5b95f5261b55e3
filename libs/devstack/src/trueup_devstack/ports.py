"""Which port everything has, counted from the gateway's, and who sits on it when it is taken."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from trueup_devstack.errors import DevstackError, PortTaken

DEFAULT_PORT = 8080
SPAN = 100
"""Two copies on one machine stay apart when their ports differ by this much."""
REPLICAS_MAX = 10
SERVICES = ("ingest-amplitude", "ingest-quickbooks", "stripe-webhooks", "reconciler", "dashboard-api")


@dataclass(frozen=True)
class PortPlan:
    """All ports of one running Trueup."""

    gateway: int

    @property
    def sandbox(self) -> int:
        return self.gateway + 1

    @property
    def kafka(self) -> int:
        return self.gateway + 2

    @property
    def kafka_controller(self) -> int:
        return self.gateway + 3

    @property
    def postgres(self) -> int:
        return self.gateway + 4

    @property
    def caddy_admin(self) -> int:
        return self.gateway + 5

    @property
    def smtp(self) -> int:
        """The sandbox takes mail there."""
        return self.gateway + 6

    @property
    def claim(self) -> int:
        """Bound by a stack that chose its block of ports by itself: another that chooses meanwhile takes the next."""
        return self.gateway + SPAN - 1

    def replica(self, service: str, index: int) -> int:
        """Port of one replica; the first has index 0."""
        if not 0 <= index < REPLICAS_MAX:
            raise DevstackError(f"{service} can have at most {REPLICAS_MAX} replicas")
        return self.gateway + 10 + 10 * SERVICES.index(service) + index

    def at_start(self) -> dict[str, int]:
        """What must be free before the first process starts."""
        fixed = ("gateway", "sandbox", "kafka", "kafka_controller", "postgres", "caddy_admin", "smtp")
        return {name: getattr(self, name) for name in fixed} | {name: self.replica(name, 0) for name in SERVICES}


def from_environment() -> PortPlan:
    """The plan for `TRUEUP_PORT`.

    Raises:
        DevstackError: it is not a port number, or leaves no room for the others.
    """
    text = os.environ.get("TRUEUP_PORT") or str(DEFAULT_PORT)
    if not text.isdigit() or not 1024 <= int(text) <= 65535 - SPAN:
        raise DevstackError(
            f"TRUEUP_PORT={text!r} is not a number from 1024 to {65535 - SPAN}; the default is {DEFAULT_PORT}"
        )
    return PortPlan(int(text))


def is_free(port: int) -> bool:
    """Whether a server could listen on it now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def holder(port: int) -> str:
    """The process that listens there, as far as this user may see it."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass
    return "another user's process"


def require_free(wanted: Iterable[tuple[str, int]]) -> None:
    """Check before anything starts.

    Raises:
        PortTaken: names every taken port, what it was for and who holds it.
    """
    taken = [f"port {port} ({what}) is taken by {holder(port)}" for what, port in wanted if not is_free(port)]
    if taken:
        raise PortTaken(
            "; ".join(taken) + f". Stop that, or choose other ports: TRUEUP_PORT={DEFAULT_PORT + SPAN} make up"
            f" (Trueup uses the {SPAN} ports from there)"
        )
