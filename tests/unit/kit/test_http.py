"""Provider calls: what is repeated, what is honoured, and when the circuit opens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from trueup_kit import http
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.http import Circuit, ProviderClient, retry_after_s
from trueup_kit.limits import for_person

Answer = httpx.Response | Exception


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses asked for; none is waited."""
    asked: list[float] = []
    real = asyncio.sleep

    async def sleep(delay_s: float) -> None:
        asked.append(delay_s)
        await real(0)

    monkeypatch.setattr("trueup_kit.http.asyncio.sleep", sleep)
    return asked


class Spender:
    """A limiter that only counts."""

    def __init__(self, error: Exception | None = None) -> None:
        self.spent: list[tuple[float, str]] = []
        self._error = error

    async def acquire(self, cost: float = 1, *, priority: str = "background") -> None:
        if self._error is not None:
            raise self._error
        self.spent.append((cost, priority))


def client(
    *answers: Answer | Callable[[httpx.Request], Answer],
    limiter: Spender | None = None,
    attempts_max: int = 4,
    answering: Counted | None = None,
    limited_pause_s: float | None = None,
) -> tuple[ProviderClient, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        found = answers[min(len(seen), len(answers)) - 1]
        found = found(request) if callable(found) else found
        if isinstance(found, Exception):
            raise found
        return found

    made = ProviderClient(
        base_url="http://provider",
        limiter=limiter,  # type: ignore[arg-type]
        timeout_s=1,
        attempts_max=attempts_max,
        service="kit",
        source="test",
        answering=answering,  # type: ignore[arg-type]
        limited_pause_s=limited_pause_s,
        transport=httpx.MockTransport(answer),
    )
    return made, seen


async def test_what_may_pass_is_repeated_and_each_attempt_pays(pauses: list[float]) -> None:
    limiter = Spender()
    made, seen = client(
        httpx.ReadTimeout("slow"), httpx.ConnectError("away"), httpx.Response(502), httpx.Response(200), limiter=limiter
    )
    answer = await made.request("GET", "/x", cost=3, priority="person", params={"a": "b"})
    assert answer.status_code == 200
    assert len(seen) == 4
    assert limiter.spent == [(3, "person")] * 4
    assert [round(pause, 3) for pause in pauses] == sorted(round(pause, 3) for pause in pauses)
    assert seen[0].url.query == b"a=b"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
async def test_other_answers_are_the_callers_to_read(pauses: list[float], status: int) -> None:
    made, seen = client(httpx.Response(status))
    assert (await made.request("GET", "/x")).status_code == status
    assert len(seen) == 1
    assert pauses == []


async def test_retry_after_is_honoured_up_to_a_bound(pauses: list[float]) -> None:
    made, _ = client(
        httpx.Response(429, headers={"retry-after": "7"}),
        httpx.Response(503, headers={"retry-after": "100000"}),
        httpx.Response(200),
    )
    await made.request("GET", "/x")
    assert pauses == [7.0, http.RETRY_AFTER_LONGEST_S]


def test_retry_after_may_be_a_date_and_nonsense_is_ignored() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 < (retry_after_s(httpx.Response(429, headers={"retry-after": soon})) or 0) <= 30
    assert retry_after_s(httpx.Response(429, headers={"retry-after": "soon"})) is None
    assert retry_after_s(httpx.Response(429)) is None


async def test_after_the_last_attempt_the_reason_is_named(pauses: list[float]) -> None:
    made, seen = client(httpx.Response(429, headers={"retry-after": "3"}), attempts_max=2)
    with pytest.raises(ProviderUnavailable) as failed:
        await made.request("GET", "/x")
    assert (failed.value.reason, failed.value.status, failed.value.retry_after_s) == ("rate_limited", 429, 3.0)
    assert len(seen) == 2


async def test_failures_in_a_row_open_the_circuit_and_one_probe_closes_it(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("trueup_kit.http.time.monotonic", lambda: now)
    made, seen = client(*[httpx.Response(500)] * http.FAILURES_TO_OPEN, httpx.Response(200), attempts_max=10)
    with pytest.raises(ProviderUnavailable) as opened:
        await made.request("GET", "/x")
    assert opened.value.reason == "circuit_open"
    assert len(seen) == http.FAILURES_TO_OPEN
    now += http.OPEN_S + 1
    assert (await made.request("GET", "/x")).status_code == 200
    assert (await made.request("GET", "/x")).status_code == 200


def test_while_a_probe_is_under_way_nobody_else_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("trueup_kit.http.time.monotonic", lambda: now)
    circuit = Circuit(failures_to_open=1, open_s=10)
    circuit.note(worked=False)
    with pytest.raises(ProviderUnavailable):
        circuit.enter()
    now += 11
    circuit.enter()
    with pytest.raises(ProviderUnavailable):
        circuit.enter()
    circuit.note(worked=False)
    with pytest.raises(ProviderUnavailable):
        circuit.enter()


async def test_no_database_no_call_and_no_blame_on_the_provider(pauses: list[float]) -> None:
    limiter = Spender(ProviderUnavailable("no_database"))
    made, seen = client(httpx.Response(200), limiter=limiter)
    for _ in range(http.FAILURES_TO_OPEN + 1):
        with pytest.raises(ProviderUnavailable) as refused:
            await made.request("GET", "/x")
        assert refused.value.reason == "no_database"
    assert seen == []


async def test_a_limit_is_no_sign_of_death(pauses: list[float]) -> None:
    made, seen = client(*[httpx.Response(429)] * 8, httpx.Response(200), attempts_max=9)
    assert (await made.request("GET", "/x")).status_code == 200
    assert len(seen) == 9


async def test_a_long_pause_is_not_slept_through_and_nobody_calls_before_it_is_over(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("trueup_kit.http.time.monotonic", lambda: now)
    made, seen = client(httpx.Response(429), httpx.Response(200), limited_pause_s=60)
    for left_s in (60.0, 50.0):
        with pytest.raises(ProviderUnavailable) as limited:
            await made.request("GET", "/x", priority="person")
        found = limited.value
        assert (found.reason, found.status, found.retry_after_s) == ("rate_limited", 429, left_s)
        now += 10
    assert (len(seen), pauses) == (1, [])
    now += 41
    assert (await made.request("GET", "/x")).status_code == 200


async def test_a_short_pause_that_is_asked_for_is_sat_out(pauses: list[float]) -> None:
    made, seen = client(httpx.Response(429, headers={"retry-after": "3"}), httpx.Response(200), limited_pause_s=60)
    assert (await made.request("GET", "/x")).status_code == 200
    assert (len(seen), pauses) == (2, [3.0])


async def test_what_only_the_caller_sees_to_be_a_limit_is_honoured_too() -> None:
    made, seen = client(httpx.Response(403), limited_pause_s=60)
    assert made.rest(await made.request("GET", "/x")) == 60
    with pytest.raises(ProviderUnavailable):
        await made.request("GET", "/x")
    assert len(seen) == 1


class Counted:
    """Stands for the counts over all replicas."""

    def __init__(self) -> None:
        self.worked: list[bool] = []

    def note(self, *, worked: bool) -> None:
        self.worked.append(worked)


async def test_each_call_that_was_made_is_counted_and_limits_are_no_failures(pauses: list[float]) -> None:
    counted = Counted()
    made, _ = client(
        httpx.Response(500),
        httpx.ReadTimeout("slow"),
        httpx.Response(429),
        httpx.Response(404),
        answering=counted,
    )
    await made.request("GET", "/x")
    assert counted.worked == [False, False, True, True]


async def test_without_a_database_nothing_is_counted(pauses: list[float]) -> None:
    counted = Counted()
    made, _ = client(
        httpx.Response(200), limiter=Spender(ProviderUnavailable("no_database")), answering=counted, attempts_max=1
    )
    with pytest.raises(ProviderUnavailable):
        await made.request("GET", "/x")
    assert counted.worked == []


async def test_what_is_streamed_pays_is_counted_and_opens_the_circuit(pauses: list[float]) -> None:
    exports: Any = Spender()
    counted = Counted()
    made, seen = client(httpx.Response(200, content=b"ab"), httpx.Response(502), answering=counted)
    with for_person():
        async with made.stream("GET", "/x", limiter=exports) as answer:
            assert await answer.aread() == b"ab"
    for _ in range(http.FAILURES_TO_OPEN):
        with pytest.raises(ProviderUnavailable):
            async with made.stream("GET", "/x", limiter=None):
                raise AssertionError("a failed answer is not for the caller")
    with pytest.raises(ProviderUnavailable) as opened:
        async with made.stream("GET", "/x", limiter=None):
            raise AssertionError("the circuit is open")
    assert opened.value.reason == "circuit_open"
    assert exports.spent == [(1, "person")]
    assert counted.worked == [True] + [False] * http.FAILURES_TO_OPEN
    assert len(seen) == 1 + http.FAILURES_TO_OPEN


async def test_a_status_of_the_callers_own_is_no_failure() -> None:
    counted = Counted()
    made, _ = client(httpx.Response(504), answering=counted)
    async with made.stream("GET", "/x", limiter=None, own={504}) as answer:
        assert answer.status_code == 504
    assert counted.worked == [True]


async def test_a_stream_that_breaks_off_is_a_failure() -> None:
    counted = Counted()
    made, _ = client(httpx.Response(200), answering=counted)
    with pytest.raises(ProviderUnavailable) as broken:
        async with made.stream("GET", "/x", limiter=None):
            raise httpx.ReadError("cut")
    assert (broken.value.reason, counted.worked) == ("connection", [False])
