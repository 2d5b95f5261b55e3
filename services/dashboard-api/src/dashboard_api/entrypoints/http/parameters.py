"""Query parameters: unknown ones are refused, known ones must make sense."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.dependencies.models import Dependant

from dashboard_api.domain.errors import InvalidRequest, NotFound
from dashboard_api.ports.reads import Cursor

_REPEATABLE = frozenset({"status", "band", "mark"})
OPEN_ENDED = frozenset({"/api/v1/auth/callback", "/api/v1/connections/quickbooks/callback"})
"""Whoever sends a browser back may add parameters of its own (RFC 6749 §4.1.2 has clients ignore them)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Page = Annotated[int, Query(ge=1, le=100_000)]
PageSize = Annotated[int, Query(ge=1, le=50)]


async def known_parameters(request: Request) -> None:
    """Refuse parameters that the operation does not have, and repeated ones that it takes once.

    Raises:
        InvalidRequest: with the parameter's name.
    """
    route = request.scope["route"]
    if route.path in OPEN_ENDED:
        return
    known = _declared(route)
    names = [name for name, _ in request.query_params.multi_items()]
    for name in names:
        if name not in known:
            raise InvalidRequest(
                "There is no such query parameter.", code="unknown_parameter", parameter=name[:100], known=sorted(known)
            )
        if names.count(name) > 1 and name not in _REPEATABLE:
            raise InvalidRequest("This query parameter is given once.", code="repeated_parameter", parameter=name)


def _declared(route: Any) -> frozenset[str]:  # noqa: ANN401  a route of the framework
    dependant = getattr(route, "dependant", None)
    if dependant is None:
        return frozenset()
    return frozenset(_names(dependant))


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for dependency in dependant.dependencies:
        yield from _names(dependency)


def client_id(client_id: Annotated[str, Path(max_length=200)]) -> str:
    """The account's id; one that cannot exist is simply not there."""
    if _CONTROL.search(client_id):
        raise NotFound("There is no such account in your portfolio.", code="account_not_found")
    return client_id


def plain_id(text: str, *, missing: NotFound) -> str:
    """An id in a path; one that cannot exist is simply not there."""
    if _CONTROL.search(text):
        raise missing
    return text


def plain_text(text: str | None, *, name: str) -> str | None:
    """Trimmed text without control characters; nothing left is None.

    Raises:
        InvalidRequest: a control character.
    """
    if text is not None and _CONTROL.search(text):
        raise InvalidRequest("Control characters are not allowed.", code="invalid_parameter", parameter=name)
    return (text or "").strip() or None


def multi_line_text(text: str, *, name: str) -> str | None:
    """Trimmed text whose only control characters are tabs and line ends; nothing left is None.

    Raises:
        InvalidRequest: another control character.
    """
    lines = text.replace("\r\n", "\n")
    if _UNSEEN.search(lines):
        raise InvalidRequest("Control characters are not allowed.", code="invalid_parameter", parameter=name)
    return lines.strip() or None


def encode_cursor(cursor: Cursor) -> str:
    """The cursor as opaque text."""
    return base64.urlsafe_b64encode(f"{cursor.occurred_at.isoformat()}|{cursor.entry_id}".encode()).decode().rstrip("=")


def decode_cursor(text: str | None) -> Cursor | None:
    """The inverse of `encode_cursor`.

    Raises:
        InvalidRequest: not a cursor of ours.
    """
    if text is None:
        return None
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        instant, entry_id = plain.split("|")
        cursor = Cursor(datetime.fromisoformat(instant), int(entry_id))
    except (ValueError, binascii.Error):
        raise InvalidRequest("This cursor is none of ours.", code="invalid_cursor", parameter="before") from None
    if cursor.occurred_at.tzinfo is None or not 0 <= cursor.entry_id < 2**63:
        raise InvalidRequest("This cursor is none of ours.", code="invalid_cursor", parameter="before")
    return cursor
