"""An audit that may wait asks again where it is told to; a refusal, or a time that is up, ends it."""

from __future__ import annotations

import json
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


class Moving:
    """An API and a key of two accounts; one of them moves whenever the total is asked, as often as told."""

    def __init__(self, moves: int, *, wrong_by: int = 0) -> None:
        self.moves, self.wrong_by = moves, wrong_by
        self.amounts, self.revisions = {"cl_1": 5, "cl_2": 7}, {"cl_1": 1, "cl_2": 1}
        self.looked_at: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        match request.url.path.rsplit("/", 1)[-1]:
            case "forecast":
                if self.moves:
                    self.moves -= 1
                    self.amounts["cl_2"] += 1
                    self.revisions["cl_2"] += 1
                total = sum(self.amounts.values()) + self.wrong_by
                currency = {"currency": "USD", "accounts": len(self.amounts), "likely_minor": total}
                return httpx.Response(200, json={"by_currency": [currency]})
            case "accounts":
                items = [{"client_id": one, "revision": number} for one, number in self.revisions.items()]
                return httpx.Response(200, json={"items": items, "total": len(items)})
            case "key":
                asked = [one["client_id"] for one in json.loads(request.content)["accounts"]]
                return httpx.Response(200, json={"accounts": [self.key(one) for one in asked]})
            case client_id:
                self.looked_at.append(client_id)
                row = {
                    "client_id": client_id,
                    "revision": self.revisions[client_id],
                    "reconciled_at": "now",
                    "watermarks": {},
                }
                return httpx.Response(200, json=row)

    def key(self, client_id: str) -> dict[str, object]:
        return {"forecast": {"status": "ok", "currency": "USD", "amount_minor": self.amounts[client_id]}}

    async def add_up(self) -> tuple[bool, rounds.Looked]:
        auditor = rounds.Auditor(url="http://127.0.0.1:1", sandbox_url="http://127.0.0.1:2", token=lambda: "any")
        looked = rounds.Looked()
        async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as http:
            await auditor._look(http, looked, list(self.amounts))
            self.looked_at.clear()
            return await auditor._add_up(http, looked), looked


@pytest.fixture
def _rows_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "compare", lambda _row, _key: [])


@pytest.mark.usefixtures("_rows_agree")
@pytest.mark.parametrize("moves", [0, 1, 3])
async def test_what_moved_since_it_was_looked_at_is_looked_at_again_until_the_total_is_the_sum(moves: int) -> None:
    world = Moving(moves)
    settled, looked = await world.add_up()
    assert (settled, looked.totals) == (True, [])
    assert world.looked_at == ["cl_2"] * moves


@pytest.mark.usefixtures("_rows_agree")
async def test_a_total_that_is_not_the_sum_is_told_though_nothing_moves() -> None:
    world = Moving(0, wrong_by=1)
    settled, looked = await world.add_up()
    assert not settled
    assert [str(one) for one in looked.totals] == ["portfolio forecast[USD]: shown (2, 13), expected (2, 12)"]
    assert world.looked_at == []


@pytest.mark.usefixtures("_rows_agree")
async def test_a_total_that_moves_on_and_on_is_not_asked_for_ever() -> None:
    settled, looked = await Moving(100).add_up()
    assert not settled
    assert len(looked.totals) == 1


@pytest.mark.parametrize(("wrong", "kept", "asked"), [([3, 2, 1, 2], 1, 4), ([3, 2, 0], 0, 3), ([2, 3, 3, 3], 2, 4)])
async def test_a_row_that_is_ahead_is_held_to_where_it_differs_least(
    monkeypatch: pytest.MonkeyPatch, wrong: list[int], kept: int, asked: int
) -> None:
    """As of its watermarks first, then as of each later instant, until nothing differs."""
    compared: list[int] = []

    def compare(_row: object, key: dict[str, int]) -> list[int]:
        compared.append(key["wrong"])
        return [1] * key["wrong"]

    monkeypatch.setattr(rounds, "compare", compare)
    monkeypatch.setattr(rounds, "later_sights", lambda *_: [[]] * (len(wrong) - 1))
    keys = iter([{"wrong": number, "moves": {}} for number in wrong])

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("key"):
            number = len(json.loads(request.content)["accounts"])
            return httpx.Response(200, json={"accounts": [next(keys) for _ in range(number)]})
        return httpx.Response(200, json={"client_id": "cl_1", "revision": 1, "reconciled_at": "now", "watermarks": []})

    auditor, looked = rounds.Auditor(url="http://1", sandbox_url="http://2", token=lambda: "any"), rounds.Looked()
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        await auditor._look(http, looked, ["cl_1"])
    assert len(looked.differences["cl_1"]) == kept
    assert looked.key["cl_1"]["wrong"] == kept
    assert len(compared) == asked
