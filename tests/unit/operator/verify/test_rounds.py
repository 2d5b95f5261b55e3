"""An audit that may wait asks again where it is told to; a refusal, or a time that is up, ends it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import httpx
import pytest

from trueup_operator.errors import OperatorError
from trueup_operator.verify import rounds

PATH = "/api/v1/accounts/cl_0001"


async def ask(answers: Iterator[int], *, until: float) -> dict[str, object]:
    """What one question comes to, where the API answers with these codes in turn."""
    auditor = rounds.Auditor(url="http://127.0.0.1:1", sandbox_url="http://127.0.0.1:2", token=lambda: "any")
    auditor._deadline = until
    transport = httpx.MockTransport(lambda _: httpx.Response(next(answers), json={"client_id": "cl_0001"}))
    async with httpx.AsyncClient(transport=transport) as http:
        return await auditor._api(http, PATH, {})


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "PAUSE_S", 0.0)


async def test_an_api_that_is_busy_is_asked_again() -> None:
    answers = iter([503, 503, 200, 500])
    assert await ask(answers, until=math.inf) == {"client_id": "cl_0001"}
    assert list(answers) == [500]


async def test_a_token_that_no_longer_holds_is_renewed_once() -> None:
    tokens, seen = iter(["first", "second", "third"]), []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(401 if len(seen) in {2, 4, 5} else 200, json={"client_id": "cl_0001"})

    auditor = rounds.Auditor(url="http://127.0.0.1:1", sandbox_url="http://127.0.0.1:2", token=lambda: next(tokens))
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        for _ in range(2):
            assert await auditor._api(http, PATH, {}) == {"client_id": "cl_0001"}
        with pytest.raises(OperatorError, match="401"):
            await auditor._api(http, PATH, {})
    assert seen == [f"Bearer {name}" for name in ("first", "first", "second", "second", "third")]


@pytest.mark.parametrize("code", [404, 500])
async def test_any_other_answer_ends_it(code: int) -> None:
    answers = iter([code, 200])
    with pytest.raises(OperatorError, match=str(code)):
        await ask(answers, until=math.inf)
    assert list(answers) == [200]


async def test_when_the_time_is_up_no_answer_is_no_success() -> None:
    with pytest.raises(OperatorError, match="503"):
        await ask(iter([503, 200]), until=-math.inf)


async def test_nothing_is_compared_before_every_source_was_read_once() -> None:
    auditor = rounds.Auditor(url="http://127.0.0.1:1", sandbox_url="http://127.0.0.1:2", token=lambda: "any")
    auditor._deadline = math.inf
    states = iter([["never", "never"], ["complete", "never"], ["partial", "stale"], ["never", "never"]])

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/v1/sources"
        return httpx.Response(200, json={"items": [{"state": state} for state in next(states)]})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        await auditor._first_load(http)
        assert len(list(states)) == 1
        auditor._deadline = -math.inf
        await auditor._first_load(http)
