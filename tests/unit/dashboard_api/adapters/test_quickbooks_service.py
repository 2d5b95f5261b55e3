"""The way to ingest-quickbooks: what each answer, and each lack of one, means."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from dashboard_api.adapters.quickbooks_service import LOOK_TIMEOUT_S, QuickBooksService
from dashboard_api.domain.connections import REFUSALS, Connection
from dashboard_api.domain.errors import Conflict, Unavailable

AWAY = "connection_service_unavailable"


class Wire:
    """One answer, or none, to whatever is asked."""

    def __init__(self, answer: httpx.Response | type[httpx.HTTPError]) -> None:
        self._answer = answer
        self.asked: list[httpx.Request] = []
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._take))
        self.service = QuickBooksService(http, url="http://own:8000/", secret="s3cret", timeout_s=25)

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if isinstance(self._answer, httpx.Response):
            return self._answer
        raise self._answer("broken")


async def test_what_is_asked_and_how_long_is_waited() -> None:
    wire = Wire(httpx.Response(200, json={"authorise_url": "https://a", "was_connected": True, "state": "none"}))
    assert await wire.service.begin("me") == "https://a"
    await wire.service.finish("?code=c", "me")
    assert await wire.service.end()
    paths = [(request.method, request.url.path, request.extensions["timeout"]["read"]) for request in wire.asked]
    assert paths == [
        ("POST", "/internal/connection/begin", LOOK_TIMEOUT_S),
        ("POST", "/internal/connection/finish", 25),
        ("DELETE", "/internal/connection", 25),
    ]
    assert {request.headers["authorization"] for request in wire.asked} == {"Bearer s3cret"}
    assert b"code" not in wire.asked[1].url.raw_path


async def test_the_connection_is_read_with_what_is_new_left_aside() -> None:
    told: dict[str, Any] = {"state": "alive", "ends_at": "2027-02-20T12:00:00+00:00", "ends_soon": False, "new": 1}
    wire = Wire(httpx.Response(200, json=told))
    assert await wire.service.look() == Connection("alive", datetime(2027, 2, 20, 12, tzinfo=UTC), ends_soon=False)
    answers: tuple[object, ...] = ({}, {**told, "state": "perhaps"}, [])
    for broken in answers:
        with pytest.raises(Unavailable) as refused:
            await Wire(httpx.Response(200, json=broken)).service.look()
        assert refused.value.code == AWAY


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_refusal_keeps_its_code(code: str) -> None:
    with pytest.raises(Conflict) as refused:
        await Wire(httpx.Response(409, json={"code": code})).service.finish("?", "me")
    assert (refused.value.code, refused.value.detail) == (code, REFUSALS[code])


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(503, json={"code": "provider_error"}), "quickbooks_unavailable"),
        (httpx.Response(404, json={"code": "not_set_up"}), AWAY),
        (httpx.Response(401, json={"code": "wrong_secret"}), AWAY),
        (httpx.Response(409, json={"code": "unheard_of"}), AWAY),
        (httpx.Response(500, text="<html>"), AWAY),
        (httpx.Response(302, headers={"location": "http://elsewhere/"}), AWAY),
        (httpx.ConnectError, AWAY),
        (httpx.ConnectTimeout, AWAY),
        (httpx.ReadTimeout, "connection_unclear"),
        (httpx.RemoteProtocolError, "connection_unclear"),
    ],
)
async def test_everything_else_is_an_outage_by_its_name(
    answer: httpx.Response | type[httpx.HTTPError], code: str
) -> None:
    wire = Wire(answer)
    acting: tuple[Coroutine[Any, Any, object], ...] = (wire.service.finish("?", "me"), wire.service.end())
    looking: tuple[Coroutine[Any, Any, object], ...] = (wire.service.look(), wire.service.begin("me"))
    assert [await refusal(step) for step in acting] == [code] * 2
    asks_nobody = AWAY if code == "connection_unclear" else code
    assert [await refusal(step) for step in looking] == [asks_nobody] * 2


async def refusal(step: Coroutine[Any, Any, object]) -> str:
    with pytest.raises(Unavailable) as refused:
        await step
    return refused.value.code
