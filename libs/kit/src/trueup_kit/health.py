"""Whether a process lives, whether it can work, and its measures: `/livez`, `/readyz`, `/metrics`."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Probe = Callable[[], str | None]


class Health:
    """What a process knows about itself. Probes answer at once from memory: they never ask the network."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.started = False
        """Everything that must run is running."""
        self.draining = False
        """The process was told to stop; long-lived answers such as streams should end."""
        self._probes: dict[str, Probe] = {}

    def add(self, name: str, probe: Probe) -> None:
        """Let `probe` take part in readiness: None means fine, text says why not ready."""
        self._probes[name] = probe

    def reasons(self) -> dict[str, str]:
        """Name → why the process is not ready; empty when it is."""
        if self.draining:
            return {"process": "stopping"}
        if not self.started:
            return {"process": "starting"}
        return {name: text for name, probe in self._probes.items() if (text := probe()) is not None}


def health_router(health: Health) -> APIRouter:
    """`/livez` (the process answers), `/readyz` (503 with reasons), `/metrics` (Prometheus text)."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        # Still 200 while it stops, or it would be killed; a gateway reads the word and sends nothing more.
        return {"service": health.service, "status": "draining" if health.draining else "alive"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        reasons = health.reasons()
        return JSONResponse(
            {"service": health.service, "ready": not reasons, "reasons": reasons}, status_code=503 if reasons else 200
        )

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
