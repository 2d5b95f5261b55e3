"""Amplitude's routes: segmentation and export, with Basic authentication and the cost budget."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from trueup_sandbox.clock import HOUR_MS, to_ms
from trueup_sandbox.providers.amplitude import chart as charts
from trueup_sandbox.providers.amplitude.export import Export
from trueup_sandbox.providers.amplitude.segmentation import answer
from trueup_sandbox.providers.gate import AtOnce, Gate, Refused, Window
from trueup_sandbox.world.world import World

CREDENTIALS = ("amp_key", "amp_secret")
EXPORT_DAYS_MAX = 365


def _error(status: int, kind: str, message: str, details: str = "") -> Response:
    error = {"http_code": status, "type": kind, "message": message, "metadata": {"details": details}}
    return JSONResponse({"error": error}, status)


class AmplitudeApi:
    """The analytics project's HTTP interface to one world."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate
        self._export_files = Export(world)
        limits = world.scenario.amplitude
        self.groups_max = limits.groups_max
        """Rows of an answer, however many are asked for."""
        self._at_once = limits.at_once
        self._windows = (Window(limits.cost_per_5_min, 300.0), Window(limits.cost_per_hour, 3600.0))

    def app(self) -> Starlette:
        """The web application, to be mounted."""
        routes = [
            Route("/api/2/events/segmentation", self._segmentation),
            Route("/api/2/export", self._export),
        ]
        return Starlette(
            routes=routes,
            exception_handlers={Refused: _refuse},
            middleware=[Middleware(AtOnce, most=self._at_once, refuse=self._crowded)],
        )

    def _crowded(self) -> Response:
        refusal = _error(429, "rate_limited", "Too many concurrent requests")
        return self._gate.refuse_by_limit(refusal).response

    async def _enter(self, request: Request) -> None:
        await self._gate.enter()
        _, _, given = request.headers.get("authorization", "").partition(" ")
        if base64.b64decode(given + "==").decode(errors="replace") != ":".join(CREDENTIALS):
            raise Refused(_error(403, "forbidden", "Invalid API key or secret key"))

    async def _segmentation(self, request: Request) -> Response:
        await self._enter(request)
        try:
            chart = charts.parse(request.query_params)
            if not all(window.take(chart.cost) for window in self._windows):
                refusal = _error(429, "rate_limited", "Exceeded rate limit with cost", f"cost {chart.cost}")
                raise self._gate.refuse_by_limit(refusal)
            return JSONResponse(self._answer(chart))
        except charts.BadChart as error:
            return _error(400, "invalid", "Invalid chart definition", str(error))

    def _answer(self, chart: charts.Chart) -> dict[str, Any]:
        found = answer(self._world, replace(chart, limit=min(chart.limit, self.groups_max)), self._world.clock.read())
        if self.groups_max < chart.limit and found["prunedResult"]:
            self._gate.counters["amplitude.faulty.groups"] += 1
            found["hitChunkGroupByLimit"] = True
        return found

    async def _export(self, request: Request) -> Response:
        await self._enter(request)
        try:
            first, last = (_hour(request.query_params.get(name, "")) for name in ("start", "end"))
        except ValueError:
            return _error(400, "invalid", "start and end must be YYYYMMDDTHH")
        if not first <= last < first + EXPORT_DAYS_MAX * 24:
            return _error(400, "invalid", "The range is empty or longer than 365 days")
        hours = self._export_files.hours(first, last)
        if not hours:
            return _error(404, "not_found", "Raw data files were not found.")
        if self._export_files.is_too_large(hours):
            self._gate.counters["amplitude.refused_as_too_large"] += 1
            return _error(400, "invalid", "The amount of data is too large: ask for a shorter range")
        return StreamingResponse(self._export_files.stream(hours), media_type="application/zip")


def _hour(text: str) -> int:
    return to_ms(datetime.strptime(text, "%Y%m%dT%H").replace(tzinfo=UTC)) // HOUR_MS


async def _refuse(_: Request, refused: Exception) -> Response:
    if not isinstance(refused, Refused):
        raise refused
    return refused.response
