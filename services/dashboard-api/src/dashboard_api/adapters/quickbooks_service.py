"""The service ingest-quickbooks, over its own port. The address of a finish holds a secret and is put into no log."""

from __future__ import annotations

from typing import TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from dashboard_api.domain.connections import REFUSALS, Connection
from dashboard_api.domain.errors import Conflict, Unavailable
from trueup_kit.logs import get_logger

LOOK_TIMEOUT_S = 4.0
_AWAY = "The service that reads QuickBooks cannot be reached at the moment. Nothing was changed."
_LEDGER_AWAY = "QuickBooks cannot be reached at the moment. Nothing was changed."
_UNCLEAR = "There was no whole answer. What the connection says now is what came of it."
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_CONNECTION = TypeAdapter(Connection)
_log = get_logger(__name__)
Shape = TypeVar("Shape")


class _Begun(BaseModel):
    model_config = ConfigDict(extra="ignore")

    authorise_url: str


class _Ended(BaseModel):
    model_config = ConfigDict(extra="ignore")

    was_connected: bool


class QuickBooksService:
    """The port `LedgerConnection`. `timeout_s` holds for what has QuickBooks asked."""

    def __init__(self, http: httpx.AsyncClient, *, url: str, secret: str, timeout_s: float) -> None:
        self._http = http
        self._url = f"{url.rstrip('/')}/internal/connection"
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._timeout_s = timeout_s

    async def look(self) -> Connection:
        """See the port."""
        return _read(_CONNECTION, await self._ask("GET"))

    async def begin(self, bound_to: str) -> str:
        """See the port."""
        answer = await self._ask("POST", "/begin", {"bound_to": bound_to})
        return _read(TypeAdapter(_Begun), answer).authorise_url

    async def finish(self, address: str, bound_to: str) -> None:
        """See the port."""
        await self._ask("POST", "/finish", {"address": address, "bound_to": bound_to}, acts=True)

    async def end(self) -> bool:
        """See the port."""
        return _read(TypeAdapter(_Ended), await self._ask("DELETE", acts=True)).was_connected

    async def _ask(
        self, method: str, path: str = "", body: dict[str, str] | None = None, *, acts: bool = False
    ) -> httpx.Response:
        """The answer, when it is a good one. `acts`: QuickBooks is asked behind it, which takes longer and may change something."""
        timeout_s = self._timeout_s if acts else LOOK_TIMEOUT_S
        try:
            answer = await self._http.request(
                method, f"{self._url}{path}", json=body, headers=self._headers, timeout=timeout_s
            )
        except _NOT_SENT:
            raise _unavailable(_AWAY, "connection_service_unavailable") from None
        except httpx.HTTPError as error:
            if not acts:
                raise _unavailable(_AWAY, "connection_service_unavailable") from None
            _log.error("the connection to QuickBooks: no whole answer", error=type(error).__name__)
            raise _unavailable(_UNCLEAR, "connection_unclear") from None
        if answer.is_success:
            return answer
        raise _refusal(answer)


def _read(shape: TypeAdapter[Shape], answer: httpx.Response) -> Shape:
    try:
        return shape.validate_json(answer.content)
    except ValidationError:
        raise _unavailable(_AWAY, "connection_service_unavailable") from None


def _refusal(answer: httpx.Response) -> Conflict | Unavailable:
    try:
        code = str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        code = ""
    if answer.status_code == 409 and code in REFUSALS:
        return Conflict(REFUSALS[code], code=code)
    if code == "provider_error":
        return _unavailable(_LEDGER_AWAY, "quickbooks_unavailable")
    _log.error("ingest-quickbooks does not do what it is asked", status=answer.status_code, code=code[:40])
    return _unavailable(_AWAY, "connection_service_unavailable")


def _unavailable(detail: str, code: str) -> Unavailable:
    return Unavailable(detail, code=code)
