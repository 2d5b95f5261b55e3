from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from trueup_sandbox.providers.gate import AtOnce, Gate, Refused, Window, marking, refusal_of
from trueup_sandbox.providers.mangled import Mangling


def test_a_window_has_room_for_so_much_and_no_more() -> None:
    window = Window(10, 60)
    assert [window.take(4), window.take(4), window.take(4), window.take(2), window.take()] == [
        True,
        True,
        False,
        True,
        False,
    ]


async def test_a_window_empties_with_time() -> None:
    window = Window(1, 0.05)
    assert window.take()
    assert not window.take()
    async with asyncio.timeout(2):
        while not window.take():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        ("down", 503),
        ("error", 500),
        ("garbage", 200),
        ("html", 200),
        ("limited", 429),
        ("limited_mute", 429),
    ],
)
async def test_a_broken_provider_answers_nothing_useful(mode: str, status: int) -> None:
    gate = Gate("stripe", Counter())
    gate.break_down(mode, None)  # type: ignore[arg-type]
    with pytest.raises(Refused) as caught:
        await gate.enter()
    assert caught.value.response.status_code == status
    assert gate.counters["stripe.faulty"] == 1


async def test_a_slow_provider_goes_on_when_it_heals() -> None:
    gate = Gate("amplitude", Counter())
    gate.break_down("slow", None)
    entering = asyncio.create_task(gate.enter())
    await asyncio.sleep(0.01)
    assert not entering.done()
    gate.break_down("none", None)
    async with asyncio.timeout(2):
        await entering


async def test_a_silent_provider_answers_when_it_heals() -> None:
    gate = Gate("slack", Counter())
    gate.break_down("silent", None)
    await gate.enter()
    answering = asyncio.create_task(gate.answer())
    await asyncio.sleep(0.01)
    assert not answering.done()
    gate.break_down("none", None)
    async with asyncio.timeout(2):
        await answering


async def test_a_fault_heals_by_itself() -> None:
    gate = Gate("quickbooks", Counter())
    gate.break_down("down", 0.02)
    async with asyncio.timeout(2):
        while gate.current() != "none":
            await asyncio.sleep(0.005)
    await gate.enter()


async def test_only_one_of_the_two_limits_says_for_how_long() -> None:
    said = {}
    for mode in ("limited", "limited_mute"):
        refusal = refusal_of(mode)
        assert refusal is not None
        said[mode] = refusal.headers.get("retry-after")
    assert said == {"limited": "1", "limited_mute": None}


async def test_a_mixed_door_draws_every_fault_by_its_seed_and_leaves_the_rest_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trueup_sandbox.providers.gate.SLOW_S", 0.0)

    async def run() -> list[str]:
        gate = Gate("stripe", Counter(), share=0.5)
        gate.draw.seed(7)
        gate.break_down("mixed", None)
        met = []
        for _ in range(400):
            with marking() as marks:
                try:
                    await gate.enter()
                except Refused as refused:
                    met.append(f"{refused.response.status_code} {refused.response.headers.get('retry-after')}")
                else:
                    met.append(",".join(marks) or "let in")
        assert 150 < gate.counters["stripe.faulty"] < 250
        return met

    met = await run()
    assert met == await run()
    assert set(met) == {"let in", "truncated", "half", "503 None", "500 None", "200 None", "429 1", "429 None"}


async def test_more_at_a_time_than_may_be_are_refused_until_one_has_been_answered() -> None:
    go_on = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await go_on.wait()
        await Response("at last")(scope, receive, send)

    app = AtOnce(slow, most=2, refuse=lambda: Response("too many", 429))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
        first = [asyncio.create_task(http.get("/")) for _ in range(2)]
        await asyncio.sleep(0)
        assert [(await http.get("/")).status_code for _ in range(2)] == [429, 429]
        go_on.set()
        assert [(await one).status_code for one in first] == [200, 200]
        assert (await http.get("/")).status_code == 200


async def _answered(body: bytes, mark: str | None) -> bytes:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        gate = Gate("stripe", Counter())
        if mark is not None:
            gate.break_down(mark, None)  # type: ignore[arg-type]
        await gate.enter()
        await Response(body, media_type="application/json")(scope, receive, send)

    transport = httpx.ASGITransport(app=Mangling(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        answer = await client.get("/")
    assert int(answer.headers["content-length"]) == len(answer.content)
    return answer.content


async def test_a_truncated_answer_is_the_right_one_cut_in_the_middle() -> None:
    assert await _answered(b'{"id": "in_1"}', "truncated") == b'{"id": '
    assert await _answered(b'{"id": "in_1"}', None) == b'{"id": "in_1"}'


@pytest.mark.parametrize(
    ("whole", "half"),
    [
        ({"object": "list", "data": [1, 2, 3], "has_more": False}, {"object": "list", "data": [1], "has_more": True}),
        ({"object": "list", "data": [1], "has_more": False}, {"object": "list", "data": [1], "has_more": False}),
        (
            {"QueryResponse": {"Invoice": [1, 2, 3, 4], "startPosition": 1, "maxResults": 4}},
            {"QueryResponse": {"Invoice": [1, 2], "startPosition": 1, "maxResults": 2}},
        ),
        (
            {"data": {"series": [[1], [2]], "seriesLabels": [[0, "a"], [0, "b"]]}},
            {"data": {"series": [[1]], "seriesLabels": [[0, "a"]]}, "prunedResult": True},
        ),
        ({"id": "in_1"}, {"id": "in_1"}),
    ],
)
async def test_half_a_list_is_its_first_half(whole: Any, half: Any) -> None:
    assert json.loads(await _answered(json.dumps(whole).encode(), "half")) == half
