"""QuickBooks' accounting API, read only. Bodies are checked for faults before statuses are believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Protocol

import httpx

from ingest_quickbooks.domain.answers import Changes, GarbledAnswer, read_changes, read_page
from ingest_quickbooks.domain.faults import Fault, find_fault
from ingest_quickbooks.domain.paging import Place, Within, count_query, query
from ingest_quickbooks.domain.reading import Body
from ingest_quickbooks.domain.snapshots import Entity
from ingest_quickbooks.ports import ConnectionDead, SourceUnavailable
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.http import ProviderClient

MINOR_VERSION = "75"


class Tokens(Protocol):
    """Where access tokens come from."""

    async def access_token(self, *, refused: str | None = None) -> str:
        """A token that should work; a `refused` one is replaced, unless somebody has replaced it already."""


class QuickBooksApi:
    """One company's ledger; every method raises SourceUnavailable."""

    def __init__(
        self, client: ProviderClient, tokens: Tokens, *, realm_id: str, answered: Callable[[], None] = lambda: None
    ) -> None:
        self._answered = answered
        self._client = client
        self._tokens = tokens
        self._company = f"/v3/company/{realm_id}"

    async def changes(self, since: datetime, entities: Sequence[Entity]) -> Changes:
        """Change capture at or after `since`."""
        moment = since.astimezone(UTC).isoformat(timespec="seconds")
        return read_changes(await self._get("/cdc", {"entities": ",".join(entities), "changedSince": moment}))

    async def page(self, entity: Entity, place: Place, within: Within | None = None) -> list[Body]:
        """One page of a query in order of change."""
        return read_page(await self._query(query(entity, place, within)), entity)

    async def count(self, entity: Entity, since: datetime | None = None, within: Within | None = None) -> int:
        """How many objects stand, or have changed since."""
        answer = await self._query(count_query(entity, since, within))
        found = answer.get("QueryResponse") if isinstance(answer, dict) else None
        total = found.get("totalCount") if isinstance(found, dict) else None
        if not isinstance(total, int):
            raise GarbledAnswer("totalCount is missing")
        return total

    async def _query(self, text: str) -> object:
        return await self._get("/query", {"query": text})

    async def _get(self, path: str, params: dict[str, str]) -> object:
        token = await self._tokens.access_token()
        answer = await self._ask(path, params, token)
        if _refuses_token(answer):
            # Once: a second refusal is no matter of age.
            token = await self._tokens.access_token(refused=token)
            answer = await self._ask(path, params, token)
        return _body(answer)

    async def _ask(self, path: str, params: dict[str, str], token: str) -> httpx.Response:
        try:
            answer = await self._client.request(
                "GET",
                self._company + path,
                params=params | {"minorversion": MINOR_VERSION},
                headers={"accept": "application/json", "authorization": f"Bearer {token}"},
            )
        except ProviderUnavailable as error:
            if error.reason == "no_database":
                raise
            raise SourceUnavailable(str(error)) from error
        if answer.is_success:
            self._answered()
        return answer


def _refuses_token(answer: httpx.Response) -> bool:
    """A 401 may be XML or JSON; a fault may hide in a 200."""
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        return True
    fault = find_fault(_json(answer))
    return fault is not None and fault.token_expired


def _body(answer: httpx.Response) -> object:
    body = _json(answer)
    fault = find_fault(body)
    if fault is not None:
        raise _failure(fault, answer.status_code)
    if answer.status_code != HTTPStatus.OK:
        raise SourceUnavailable(f"QuickBooks answered HTTP {answer.status_code}")
    if body is None:
        raise GarbledAnswer("the answer is no JSON")
    return body


def _failure(fault: Fault, status: int) -> SourceUnavailable:
    words = f"QuickBooks refused (HTTP {status}, code {fault.code or 'none'}): {fault.message}"
    if fault.needs_person or fault.token_expired:
        return ConnectionDead(words)
    return SourceUnavailable(words)


def _json(answer: httpx.Response) -> object:
    """The body with exact numbers, or None where it is no JSON."""
    try:
        return json.loads(answer.content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")
