"""Every operation of the API declares one permission and has been reviewed; nothing is served beside the document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from fastapi.routing import APIRoute
from tests.integration.dashboard_api.operations import PUBLIC, REQUESTS, inventory

from dashboard_api.domain.access import Permission
from dashboard_api.entrypoints.http import permissions
from dashboard_api.entrypoints.http.app import create_app
from dashboard_api.openapi import document

UNDOCUMENTED = {("GET", "/api/openapi.json")}
_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def documented() -> dict[tuple[str, str], str | None]:
    paths = json.loads(document())["paths"]
    return {
        (method.upper(), path): operation.get("x-permission")
        for path, item in paths.items()
        for method, operation in item.items()
    }


class Anything:
    """Stands where no use case is called."""

    def __getattr__(self, name: str) -> object:
        return "" if name == "public_url" else Anything()


def served() -> Iterator[Any]:
    """Every route, those of included routers as well: the application's own list does not hold them."""
    waiting: list[Any] = list(create_app(cast("Any", Anything())).routes)
    while waiting:
        route = waiting.pop()
        router = getattr(route, "original_router", None)
        if router is not None:
            waiting += router.routes
        else:
            yield route


def test_every_operation_declares_one_permission_or_is_public_by_name() -> None:
    found = documented()
    assert found
    without = {operation for operation, permission in found.items() if permission is None}
    assert without <= permissions.PUBLIC
    assert {permission for permission in found.values() if permission} <= {each.value for each in Permission}


def test_every_operation_has_been_reviewed() -> None:
    """Add the operation to tests/integration/dashboard_api/operations.txt, and with that to the route matrix."""
    reviewed = {(each.method, each.path): each.permission for each in inventory()}
    assert len(reviewed) == len(inventory())
    assert reviewed == {operation: permission or PUBLIC for operation, permission in documented().items()}
    assert set(REQUESTS) <= {each.name for each in inventory()}


def test_nothing_is_served_beside_the_document() -> None:
    routes = list(served())
    assert len(routes) > 10
    operations = {(method, route.path) for route in routes for method in (route.methods or _METHODS) & _METHODS}
    assert operations == set(documented()) | UNDOCUMENTED | {("GET", "/api/openapi.json")}
    assert all(isinstance(route, APIRoute) for route in routes if route.path != "/api/openapi.json")
