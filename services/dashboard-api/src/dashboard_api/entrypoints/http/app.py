"""The application: all routes behind one guard."""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from dashboard_api.domain.disclaimer import DISCLAIMER
from dashboard_api.entrypoints.http import (
    accounts,
    audit,
    auth,
    calibrations,
    connections,
    decisions,
    errors,
    exports,
    figures,
    flags,
    forecasts,
    imports,
    links,
    me,
    rate_cards,
    retries,
    sessions,
    sources,
    stream,
    syncs,
)
from dashboard_api.entrypoints.http.document import openapi_document
from dashboard_api.entrypoints.http.parameters import known_parameters
from dashboard_api.entrypoints.http.permissions import Guard
from dashboard_api.entrypoints.http.services import Services
from dashboard_api.entrypoints.http.tracing import Tracing


def create_app(services: Services) -> FastAPI:
    """Build the application on wired use cases; nothing is reachable that the guard does not pass."""
    guard = Guard(services.identify, services.cookies, public_url=services.public_url, read_only=services.read_only)
    app = FastAPI(
        title="Trueup API",
        version="1",
        description=f"Usage, invoices and payments of one company's clients, reconciled. {DISCLAIMER}.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(guard), Depends(known_parameters)],
        redirect_slashes=False,
    )
    app.state.services = services
    app.add_middleware(Tracing)
    errors.install(app)
    operations = (
        me,
        accounts,
        rate_cards,
        forecasts,
        flags,
        decisions,
        retries,
        sources,
        stream,
        syncs,
        imports,
        links,
        calibrations,
        connections,
        exports,
        figures,
        audit,
        sessions,
        auth,
    )
    for module in operations:
        app.include_router(module.router)
    # A plain route, outside the guard: the document holds no data and everybody may read it.
    app.openapi = lambda: openapi_document(app)  # type: ignore[method-assign]
    app.add_route("/api/openapi.json", _document, methods=["GET"], include_in_schema=False)
    return app


async def _document(request: Request) -> Response:
    return JSONResponse(request.app.openapi(), headers={"Cache-Control": "no-cache"})
