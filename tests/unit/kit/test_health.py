"""Readiness says why not; liveness asks nobody."""

from __future__ import annotations

import httpx
from fastapi import FastAPI

from trueup_kit.health import Health, health_router


def client(health: Health) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(health_router(health))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


async def test_ready_only_when_started_with_every_probe_fine_and_not_stopping() -> None:
    health, trouble = Health("svc"), "no broker"
    health.add("producer", lambda: trouble or None)
    async with client(health) as http:
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["reasons"]) == (503, {"process": "starting"})
        health.started = True
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["reasons"]) == (503, {"producer": "no broker"})
        trouble = ""
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"service": "svc", "ready": True, "reasons": {}})
        health.draining = True
        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/livez")).status_code == 200


async def test_measures_are_prometheus_text_and_no_part_of_the_api() -> None:
    async with client(Health("svc")) as http:
        answer = await http.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        assert "python_info" in answer.text
        assert (await http.get("/openapi.json")).json()["paths"] == {}
