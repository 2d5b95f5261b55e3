"""Calibration: counts of the company's own are taken, and what drifted too far is cleared."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from dashboard_api.domain.access import Permission
from dashboard_api.domain.calibration import METRIC
from dashboard_api.entrypoints.http.answers import answer
from dashboard_api.entrypoints.http.imports import DryRun, body_text, csv_body, shown
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.calibrations import Calibrations, Clearance, Cleared, CountAsked
from dashboard_api.entrypoints.http.schemas.commands import ImportResult
from dashboard_api.entrypoints.http.services import Asking, Wired

router = APIRouter(prefix="/api/v1/calibrations", tags=["calibrations"])

Metric = Annotated[str, Path(pattern=f"^{METRIC}$")]
_NEEDS = needs(Permission.CALIBRATION_MANAGE)


@router.get("", response_model=Calibrations, openapi_extra=_NEEDS)
async def calibrations(request: Request, services: Wired, principal: Asking) -> Response:
    """Each metric with its last count, its verdict, and when it is due."""
    items = await services.calibrate.overview(principal)
    has_database = json.dumps(services.calibrate.has_database)
    interval = services.calibrate.interval_days
    return answer(request, f'{{"items":{items},"interval_days":{interval},"has_database":{has_database}}}')


@router.post("/csv", openapi_extra=_NEEDS | csv_body("metric,from_day,to_day,count"))
async def count_from_csv(request: Request, services: Wired, principal: Asking, dry_run: DryRun = True) -> ImportResult:
    """Take the counts of a file; usage is held against them as soon as it is known whole for their days."""
    return shown(await services.calibrate.from_csv(principal, await body_text(request, {"text/csv"}), dry_run=dry_run))


@router.post("/sql", openapi_extra=_NEEDS)
async def count_from_database(
    body: CountAsked, services: Wired, principal: Asking, dry_run: DryRun = True
) -> ImportResult:
    """Take the counts that the query in the settings answers for these days."""
    outcome = await services.calibrate.from_database(principal, body.from_day, body.to_day, dry_run=dry_run)
    return shown(outcome)


@router.post("/{metric}/clear", status_code=202, openapi_extra=_NEEDS)
async def clear_calibration(metric: Metric, body: Clearance, services: Wired, principal: Asking) -> Cleared:
    """Let a metric be projected again; who and why is written down."""
    await services.calibrate.clear(principal, metric, body.reason)
    return Cleared(metric=metric, state="applying")
