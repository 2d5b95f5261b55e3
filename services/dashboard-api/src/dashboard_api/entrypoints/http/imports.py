"""Imports of accounts from CSV files, and of rate cards from CSV or YAML files."""

from __future__ import annotations

from collections.abc import Container
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException

from dashboard_api.domain.access import Permission
from dashboard_api.domain.csv_rates import rows_of_csv
from dashboard_api.domain.errors import InvalidRequest
from dashboard_api.domain.imports import ImportOutcome, RowError
from dashboard_api.domain.rate_rows import COLUMNS
from dashboard_api.entrypoints.http.bodies import read_body
from dashboard_api.entrypoints.http.card_yaml import rows_of_yaml
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.commands import ImportResult
from dashboard_api.entrypoints.http.services import Asking, Wired

router = APIRouter(prefix="/api/v1/imports", tags=["imports"])

BODY_MAX = 8 * 1024 * 1024
SHOWN_MAX = 500
DryRun = Annotated[bool, Query(description="Only show what would change.")]


def csv_body(columns: str) -> dict[str, Any]:
    """For `openapi_extra=`: a CSV file as the body."""
    schema = {"type": "string", "description": f"A CSV file, UTF-8, with a header: {columns}"}
    return {"requestBody": {"required": True, "content": {"text/csv": {"schema": schema}}}}


_ACCOUNTS = csv_body(
    "client_id,name,time_zone,active_from,active_to,anchor_day,owner,"
    "quickbooks_customer_id,amplitude_account_id,stripe_customer_id"
)
_RATES = csv_body(",".join(COLUMNS))
_RATES["requestBody"]["content"]["application/yaml"] = {
    "schema": {
        "type": "string",
        "description": "A list of accounts: client_id, currency, and components with the CSV's columns as fields.",
    }
}
_CARD_READERS = {"text/csv": rows_of_csv, "application/yaml": rows_of_yaml}


@router.post("/accounts", openapi_extra=needs(Permission.IMPORTS_WRITE) | _ACCOUNTS)
async def import_accounts(request: Request, services: Wired, principal: Asking, dry_run: DryRun = True) -> ImportResult:
    """Add and change accounts with their owners and links; accounts that the file does not name stay as they are."""
    return shown(await services.import_accounts(principal, await body_text(request, {"text/csv"}), dry_run=dry_run))


@router.post("/rates", openapi_extra=needs(Permission.IMPORTS_WRITE) | _RATES)
async def import_rates(request: Request, services: Wired, principal: Asking, dry_run: DryRun = True) -> ImportResult:
    """Replace the whole rate card of each account that the file names; former versions are kept."""
    text = await body_text(request, _CARD_READERS)
    return shown(await services.import_rates(principal, text, _CARD_READERS[_media_type(request)], dry_run=dry_run))


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def body_text(request: Request, media_types: Container[str]) -> str:
    """The body as text.

    Raises:
        HTTPException: 413, or 415 where it is none of these types.
        InvalidRequest: it is not UTF-8.
    """
    if _media_type(request) not in media_types:
        raise HTTPException(415)
    body = await read_body(request, bytes_max=BODY_MAX)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise InvalidRequest(f"Line {line} is not UTF-8; save the file as UTF-8.", code="invalid_encoding") from None


def shown(outcome: ImportOutcome) -> ImportResult:
    """The result.

    Raises:
        InvalidRequest: the file was to be applied, but something is wrong with it; nothing was changed.
    """
    if outcome.errors and not outcome.dry_run:
        listed = [{"where": f"line {each.line}", **_error(each)} for each in outcome.errors[:SHOWN_MAX]]
        detail = f"Nothing was imported: {len(outcome.errors)} things are wrong with the file; see errors."
        raise InvalidRequest(detail, code="import_refused", errors=listed, errors_total=len(outcome.errors))
    return ImportResult.model_validate(
        {
            "dry_run": outcome.dry_run,
            "applied": outcome.applied,
            "rows": outcome.rows,
            "added": outcome.count("added"),
            "changed": outcome.count("changed"),
            "removed": outcome.count("removed"),
            "unchanged": outcome.unchanged,
            "changes": [
                {"key": each.key, "change": each.change, "line": each.line, "fields": each.fields}
                for each in outcome.changes[:SHOWN_MAX]
            ],
            "errors": [_error(each) for each in outcome.errors[:SHOWN_MAX]],
            "errors_total": len(outcome.errors),
        }
    )


def _error(error: RowError) -> dict[str, Any]:
    return {"line": error.line, "column": error.column, "code": error.code, "detail": error.detail}
