"""The published OpenAPI document."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from dashboard_api.entrypoints.http.schemas.commands import SyncRequest
from dashboard_api.entrypoints.http.schemas.decisions import BulkAccount, BulkRequest, DecisionRequest
from dashboard_api.entrypoints.http.schemas.exports import ExportFilter, ExportRequest
from dashboard_api.entrypoints.http.schemas.flags import FlagRequest
from dashboard_api.entrypoints.http.schemas.links import LinkRequest
from dashboard_api.entrypoints.http.schemas.problem import FieldProblem, Problem
from dashboard_api.entrypoints.http.schemas.retries import RetryRequest

_BODIES = (
    SyncRequest,
    FlagRequest,
    LinkRequest,
    ExportFilter,
    ExportRequest,
    RetryRequest,
    DecisionRequest,
    BulkAccount,
    BulkRequest,
)
"""Read by hand, so the framework does not know them."""
_SECURITY = {
    "session": {"type": "apiKey", "in": "cookie", "name": "trueup_session"},
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
}
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_ALWAYS = {"422": "A parameter does not make sense.", "503": "Something needed is away; try again."}
_GUARDED = {"401": "Not signed in.", "403": "The role does not allow it."}
_OWN_ERRORS: tuple[tuple[tuple[str, ...], str, dict[str, str]], ...] = (
    (("post",), "links", {"404": "There is no such customer or account."}),
    (("post",), "/syncs", {"429": "Asked again too soon."}),
    (
        ("post",),
        "/exports",
        {
            "404": "An account is unknown, or not in the caller's portfolio; nothing is exported.",
            "429": "More records than are left; nothing is exported.",
        },
    ),
    (
        ("post",),
        "/v1/decisions",
        {"404": "An account is unknown, or not in the caller's portfolio; nothing is decided."},
    ),
    (
        ("post", "delete"),
        "/connections/quickbooks",
        {"409": "It is connected at the command line here, or is not set up."},
    ),
    (("get",), "/connections/quickbooks/callback", {"409": "It was not begun in this login, or does not fit."}),
    (("get",), "/file", {"410": "Downloaded before, or too old."}),
)
"""What single operations can answer besides: methods, how the path ends, status and words."""


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The document of all operations, with the errors that each can answer; built once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = document["components"]["schemas"]
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for model in (*_BODIES, Problem, FieldProblem):
            schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schema.pop("$defs", None)
            schemas[model.__name__] = schema
        document["components"]["securitySchemes"] = _SECURITY
        for path, item in document["paths"].items():
            for method, operation in item.items():
                _add_errors(path, method, operation)
        app.openapi_schema = document
    return app.openapi_schema


def _add_errors(path: str, method: str, operation: dict[str, Any]) -> None:
    errors = dict(_ALWAYS)
    if "x-permission" in operation:
        errors |= _GUARDED
    if "{" in path:
        errors["404"] = "Unknown, or not in the caller's portfolio."
    if method == "post":
        errors["413"] = "The body is too large."
    if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", [])):
        errors["409"] = "The key was used for another request, or what the command rests on has changed."
    for of, ending, more in _OWN_ERRORS:
        if method in of and path.endswith(ending):
            errors |= more
    for status, description in errors.items():
        operation["responses"][status] = {"description": description, "content": _PROBLEM}
    operation["responses"] = dict(sorted(operation["responses"].items()))
