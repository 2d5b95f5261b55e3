"""Rounds of comparison. Facts travel while we look: an account that differs is looked at again until time is up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from trueup_operator.clients import TIMEOUT, say_problem
from trueup_operator.errors import OperatorError
from trueup_operator.verify import totals
from trueup_operator.verify.ahead import later_sights
from trueup_operator.verify.compare import Difference, compare

PAGE_SIZE = 50
KEY_BATCH = 100
PARALLEL = 8
PAUSE_S = 2.0
PAUSE_MAX_S = 15.0
SUMS_MAX = 5
"""How often what moved meanwhile is looked at again before a total that differs is told."""
FORECAST = "/api/v1/portfolio/forecast"
SOURCES = "/api/v1/sources"
NEVER_READ = "never"


@dataclass
class Looked:
    """What was last seen of every account."""

    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    key: dict[str, dict[str, Any]] = field(default_factory=dict)
    differences: dict[str, list[Difference]] = field(default_factory=dict)
    totals: list[Difference] = field(default_factory=list)
    """Where the portfolio's forecast is not the sum of the key's."""
    rounds: int = 0


class Auditor:
    """Reads the API as finance does and the answer key as of each row's own watermarks, or of what it knows beyond."""

    def __init__(self, *, url: str, sandbox_url: str, token: Callable[[], str]) -> None:
        self._sandbox_url = sandbox_url
        self._url = url
        self._token = token
        self._headers: dict[str, str] = {}
        self._deadline = time.monotonic()

    async def run(self, *, wait_s: float, client_ids: Sequence[str] | None = None, accounts: int = 1) -> Looked:
        """Compare until nothing differs or `wait_s` has passed.

        `client_ids`: only these accounts. `accounts`: how many there must be; fewer are still on their way.
        """
        self._deadline = time.monotonic() + wait_s
        looked = Looked()
        limits = httpx.Limits(max_connections=PARALLEL)
        async with httpx.AsyncClient(timeout=TIMEOUT, limits=limits) as http:
            await self._first_load(http)
            while True:
                began = time.monotonic()
                wanted = list(client_ids) if client_ids is not None else await self._listed(http, looked, accounts)
                await self._look(http, looked, [one for one in wanted if looked.differences.get(one, True)])
                looked.rounds += 1
                settled = len(looked.shown) >= accounts and not any(looked.differences.values())
                if settled and client_ids is None:
                    settled = await self._add_up(http, looked)
                if settled or time.monotonic() >= self._deadline:
                    return looked
                # Looking costs what deciding costs: a long round leaves time to the system that it audits.
                await asyncio.sleep(min(max(PAUSE_S, time.monotonic() - began), PAUSE_MAX_S))

    async def _first_load(self, http: httpx.AsyncClient) -> None:
        """Wait while a source is being read for the first time: nothing can agree yet, and looking would slow it down."""
        while time.monotonic() < self._deadline:
            sources = (await self._api(http, SOURCES, {}))["items"]
            if all(one["state"] != NEVER_READ for one in sources):
                return
            await asyncio.sleep(PAUSE_S)

    async def _add_up(self, http: httpx.AsyncClient, looked: Looked) -> bool:
        """Hold the portfolio's forecast to the key's sum; True when they agree.

        A forecast that moved since its account was looked at makes the two differ: what has moved is looked at again,
        which takes moments where all of them take minutes, in which others move.
        """
        for _ in range(SUMS_MAX):
            shown = totals.of_answer(await self._api(http, FORECAST, {}))
            looked.totals = totals.differences(shown, totals.of_key(looked.key.values()))
            if not looked.totals:
                break
            now = await self._revisions(http)
            await self._look(
                http, looked, [one for one, row in looked.shown.items() if now.get(one) != row["revision"]]
            )
        return not looked.totals and not any(looked.differences.values())

    async def _listed(self, http: httpx.AsyncClient, looked: Looked, accounts: int) -> list[str]:
        """Every account; asked again while some have not been decided for the first time."""
        return list(looked.shown) if len(looked.shown) >= accounts else await self.client_ids(http)

    async def client_ids(self, http: httpx.AsyncClient) -> list[str]:
        """Every account the API lists, ended ones too."""
        return list(await self._revisions(http))

    async def _revisions(self, http: httpx.AsyncClient) -> dict[str, int]:
        """Which revision each account is at."""
        found: dict[str, int] = {}
        page, total = 1, 1
        while (page - 1) * PAGE_SIZE < total:
            body = await self._api(
                http, "/api/v1/accounts", {"active": "all", "sort": "name", "page": page, "page_size": PAGE_SIZE}
            )
            found |= {item["client_id"]: item["revision"] for item in body["items"]}
            total, page = body["total"], page + 1
        return found

    async def _look(self, http: httpx.AsyncClient, looked: Looked, todo: Sequence[str]) -> None:
        for start in range(0, len(todo), KEY_BATCH):
            batch = todo[start : start + KEY_BATCH]
            shown = await asyncio.gather(*(self._detail(http, client_id) for client_id in batch))
            for row, key in zip(shown, await self._keys(http, [_question(row) for row in shown]), strict=True):
                client_id = row["client_id"]
                looked.shown[client_id], looked.key[client_id] = row, key
                looked.differences[client_id] = compare(row, key)
                if looked.differences[client_id]:
                    await self._look_ahead(http, looked, client_id)

    async def _look_ahead(self, http: httpx.AsyncClient, looked: Looked, client_id: str) -> None:
        """Hold a row that differs to what it may know beyond its watermarks: to where it differs least."""
        row, key = looked.shown[client_id], looked.key[client_id]
        sights = list(later_sights(row["watermarks"], key["moves"]))
        for other in await self._keys(http, [_question(row) | {"watermarks": sight} for sight in sights]):
            differences = compare(row, other)
            if len(differences) < len(looked.differences[client_id]):
                looked.key[client_id], looked.differences[client_id] = other, differences
            if not differences:
                return

    async def _detail(self, http: httpx.AsyncClient, client_id: str) -> dict[str, Any]:
        return await self._api(http, f"/api/v1/accounts/{client_id}", {})

    async def _keys(self, http: httpx.AsyncClient, asked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        if not asked:
            return []
        answer = await http.post(f"{self._sandbox_url}/control/key", json={"accounts": list(asked)})
        if answer.is_error:
            raise OperatorError(f"the answer key refused: HTTP {answer.status_code} {answer.text[:200]}")
        body: list[dict[str, Any]] = answer.json()["accounts"]
        return body

    async def _api(self, http: httpx.AsyncClient, path: str, params: dict[str, Any]) -> dict[str, Any]:
        answer = await self._get(http, path, params)
        while answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and time.monotonic() < self._deadline:
            # "Try again": what serves is busy or being started anew. It says nothing about any figure.
            await asyncio.sleep(PAUSE_S)
            answer = await self._get(http, path, params)
        if answer.is_error:
            raise OperatorError(f"{path}: {say_problem(answer)}")
        body: dict[str, Any] = answer.json()
        return body

    async def _get(self, http: httpx.AsyncClient, path: str, params: dict[str, Any]) -> httpx.Response:
        """With a token; with a new one where the one before no longer holds: a long audit outlives it."""
        answer = await http.get(f"{self._url}{path}", params=params, headers=self._headers) if self._headers else None
        if answer is None or answer.status_code == httpx.codes.UNAUTHORIZED:
            self._headers = {"authorization": f"Bearer {await asyncio.to_thread(self._token)}"}
            answer = await http.get(f"{self._url}{path}", params=params, headers=self._headers)
        return answer


def _question(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the key is asked about a row."""
    return {"client_id": row["client_id"], "now": row["reconciled_at"], "watermarks": row["watermarks"]}
