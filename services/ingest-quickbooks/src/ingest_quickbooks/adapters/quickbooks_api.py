"""QuickBooks' accounting API, read only. Bodies are checked for faults before statuses are believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
LIMITED = "it is asked again when the pause that it wants is over"


class Tokens(Protocol):
    """Where access tokens come from."""

    async def access_token(self, *, refused: str | None = None) -> str:
        """A token that should work; a `refused` one is replaced, unless somebody has replaced it already."""

    async def refuse(self, token: str, words: str) -> bool:
        """No repetition helps with this token. False: somebody has replaced it meanwhile, so that nothing is known."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer, read once; `body` None: it is no JSON."""

    http: httpx.Response
    body: object
    fault: Fault | None

    @property
    def refuses_token(self) -> bool:
        """A 401 may be XML or JSON; a fault may hide in a 200."""
        return self.http.status_code == HTTPStatus.UNAUTHORIZED or (self.fault is not None and self.fault.token_expired)

    @property
    def refusal(self) -> str:
        """In words."""
        status = self.http.status_code
        if self.fault is None:
            return f"QuickBooks answered HTTP {status}"
        return f"QuickBooks refused (HTTP {status}, code {self.fault.code or 'none'}): {self.fault.message}"


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
        if answer.refuses_token:
            # Once: a second refusal is no matter of age.
            token = await self._tokens.access_token(refused=token)
            answer = await self._ask(path, params, token)
        if answer.refuses_token and answer.fault is None:
            # A gateway may be the one who says so. Were the connection over, the renewal would have been refused.
            raise SourceUnavailable(f"{answer.refusal} to a token that QuickBooks has just given")
        if answer.refuses_token or (answer.fault is not None and answer.fault.needs_person):
            if await self._tokens.refuse(token, answer.refusal):
                raise ConnectionDead(answer.refusal)
            raise SourceUnavailable(f"{answer.refusal}; somebody has connected or renewed meanwhile")
        return self._body(answer)

    def _body(self, answer: _Answer) -> object:
        if answer.fault is not None and answer.fault.throttled:
            # Where the status does not say so, the client does not know it.
            self._client.rest(answer.http)
            raise SourceUnavailable(f"{answer.refusal}; {LIMITED}")
        if answer.fault is not None or answer.http.status_code != HTTPStatus.OK:
            raise SourceUnavailable(answer.refusal)
        if answer.body is None:
            raise GarbledAnswer("the answer is no JSON")
        return answer.body

    async def _ask(self, path: str, params: dict[str, str], token: str) -> _Answer:
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
            words = f"{error}; {LIMITED}" if error.reason == "rate_limited" else str(error)
            raise SourceUnavailable(words) from error
        if answer.is_success:
            self._answered()
        body = _json(answer)
        return _Answer(answer, body, find_fault(body))


def _json(answer: httpx.Response) -> object:
    """The body with exact numbers, or None where it is no JSON."""
    try:
        return json.loads(answer.content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")
