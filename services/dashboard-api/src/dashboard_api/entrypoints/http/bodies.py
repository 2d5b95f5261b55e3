"""Reading a request's body by hand: after the guard has let it pass, and never more than the operation takes."""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from dashboard_api.domain.errors import InvalidRequest

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, *, bytes_max: int) -> bytes:
    """The whole body.

    Raises:
        HTTPException: 413, as soon as it is known to be longer than `bytes_max`.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > bytes_max:
        raise HTTPException(413)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            raise HTTPException(413)
    return bytes(body)


async def read_model(request: Request, model: type[Model], *, bytes_max: int) -> Model:
    """The body as JSON of that shape.

    Raises:
        InvalidRequest: it is none; each field at fault is named, its value is not.
        HTTPException: 413, as above.
    """
    body = await read_body(request, bytes_max=bytes_max)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        errors = [
            {"where": ".".join(["body", *map(str, each["loc"])]), "detail": each["msg"]} for each in error.errors()
        ]
        raise InvalidRequest("The body does not make sense; see errors.", code="invalid_body", errors=errors) from None
