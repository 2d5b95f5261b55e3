"""Amplitude over HTTP: questions as documented, cost paid first, exports counted whole or not at all."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from ingest_amplitude.adapters import amplitude_api
from ingest_amplitude.adapters.amplitude_api import AmplitudeApi
from ingest_amplitude.domain.answers import GarbledAnswer
from ingest_amplitude.domain.buckets import Filter, Key, Metric
from ingest_amplitude.domain.tally import RecentIds, Tally
from ingest_amplitude.domain.windows import Hours
from ingest_amplitude.ports import QuestionRefused, SourceUnavailable, TooMuchAtOnce
from trueup_kit.http import ProviderClient

CALLS = Metric("api_calls", "api_calls_metered", "quantity", "calls")
DAYS = [date(2026, 11, 9), date(2026, 11, 10)]
START = datetime(2026, 11, 9, 22, tzinfo=UTC)
HOURS = Hours(START, START + timedelta(hours=4))
Answer = Callable[[httpx.Request], httpx.Response]


class Paid:
    """A limiter that only notes what was paid."""

    def __init__(self) -> None:
        self.costs: list[float] = []

    async def acquire(self, cost: float = 1, **_: Any) -> None:
        self.costs.append(cost)


def api(answer: Answer, limiter: Any = None) -> AmplitudeApi:
    client = ProviderClient(
        base_url="https://amplitude.example",
        limiter=limiter,
        timeout_s=5,
        attempts_max=1,
        service="test",
        source="amplitude",
        transport=httpx.MockTransport(answer),
    )
    return AmplitudeApi(client, api_key="k", secret_key="s", account_property="account_id")


def says(body: Any, status: int = 200) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: httpx.Response(status, content=content)


def chart(**data: Any) -> dict[str, Any]:
    days = [day.isoformat() for day in DAYS]
    return {"data": {"series": [[1, 2]], "seriesLabels": [[0, "a"]], "xValues": days} | data, "timeComputed": 1}


def tally() -> Tally:
    return Tally([CALLS], account_property="account_id", zone=UTC, first_day=date(2026, 1, 1), recent=RecentIds())


def line(number: int, **changes: Any) -> bytes:
    event = {
        "event_type": "api_calls_metered",
        "event_time": "2026-11-09 22:10:00.000000",
        "uuid": f"00000000-0000-0000-0000-{number:012}",
        "event_properties": {"account_id": "a", "quantity": 2},
        "user_properties": {"plan": "pro"},
    }
    return json.dumps(event | changes).encode() + b"\n"


def archive(*files: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as packed:
        for number, file in enumerate(files):
            packed.writestr(f"1/1_2026-11-09_{number}#0.json.gz", gzip.compress(file))
    return sink.getvalue()


class TestSums:
    async def test_asks_as_documented_and_pays_first(self) -> None:
        asked: list[httpx.Request] = []
        limiter = Paid()

        def answer(request: httpx.Request) -> httpx.Response:
            assert limiter.costs == [18]
            asked.append(request)
            return httpx.Response(200, json=chart(series=[[1, 2.5]]))

        sums = await api(answer, limiter).sums(CALLS, DAYS, ["a", "b"], 1000)
        assert sums.by_account == {"a": (Decimal(1), Decimal("2.5"))}
        params = dict(asked[0].url.params)
        assert json.loads(params.pop("e")) == {
            "event_type": "api_calls_metered",
            "group_by": [{"type": "event", "value": "quantity"}, {"type": "event", "value": "account_id"}],
            "filters": [
                {
                    "subprop_type": "event",
                    "subprop_key": "account_id",
                    "subprop_op": "is",
                    "subprop_value": ["a", "b"],
                }
            ],
        }
        assert params == {"m": "sums", "start": "20261109", "end": "20261110", "i": "1", "limit": "1000"}
        assert asked[0].headers["authorization"].startswith("Basic ")

    async def test_asks_for_all_without_a_filter(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            assert "filters" not in json.loads(request.url.params["e"])
            return httpx.Response(200, json=chart())

        assert (await api(answer).sums(CALLS, DAYS, None, 1000)).rows == 1

    @pytest.mark.parametrize("body", [b"<html>", b"", b'{"data":{"series":[[NaN,1]]}}', b"[" * 99999])
    async def test_garbage_is_refused(self, body: bytes) -> None:
        with pytest.raises(GarbledAnswer):
            await api(says(body)).sums(CALLS, DAYS, None, 1000)

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 414, 429, 503])
    async def test_refusals_are_failures_of_the_source(self, status: int) -> None:
        error = {"error": {"http_code": status, "message": "Invalid chart definition"}}
        with pytest.raises(SourceUnavailable, match=str(status)) as told:
            await api(says(error, status)).sums(CALLS, DAYS, None, 1000)
        assert isinstance(told.value, QuestionRefused) is (status in {400, 413, 414})


class TestExport:
    async def test_counts_every_line_of_every_file(self) -> None:
        asked: list[dict[str, str]] = []
        content = archive(line(1) + line(2), line(3, event_properties={"account_id": "b", "quantity": 0.5}), b"")

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(dict(request.url.params))
            return httpx.Response(200, content=content)

        counted = tally()
        await api(answer).export(HOURS, counted)
        assert asked == [{"start": "20261109T22", "end": "20261110T01"}]  # both ends included
        day = date(2026, 11, 9)
        assert counted.totals == {Key("api_calls", day, "a"): Decimal(4), Key("api_calls", day, "b"): Decimal("0.5")}

    async def test_no_data_is_nothing_and_no_error(self) -> None:
        counted = tally()
        await api(says(b"not found", 404)).export(HOURS, counted)
        assert counted.totals == {}

    async def test_lines_without_properties_are_nobodys(self) -> None:
        counted = tally()
        lines = line(2, event_properties=None) + line(3, event_type="page", event_properties=None)
        await api(says(archive(lines + line(4)))).export(HOURS, counted)
        assert (counted.nameless, counted.unreadable, counted.counted) == (1, 0, 1)

    @pytest.mark.parametrize(
        ("garbled", "day"),
        [
            (line(1, uuid=7), DAYS[0]),
            (line(1, event_properties=["a"]), DAYS[0]),
            (line(1, event_properties={"account_id": "~"}).replace(b"~", b"\xff"), DAYS[0]),
            (line(1, event_properties={"account_id": "~"}).replace(b'"~"', b"[" * 100_000), None),
            (line(1, event_type=7), DAYS[0]),
            (line(1, event_time=7), None),
            (b'{"event_type": "api\n', None),
            (b"null\n", None),
        ],
    )
    async def test_a_line_that_is_no_event_costs_its_day_and_not_the_export(
        self, garbled: bytes, day: date | None
    ) -> None:
        counted = tally()
        await api(says(archive(garbled + b"\n" + line(2)))).export(HOURS, counted)
        assert (counted.unread, counted.unreadable, counted.counted) == ({("api_calls", day)}, 1, 1)

    @pytest.mark.parametrize(
        "odd", [b"half \\ud83d", b"half \\ud83d of it", b"not UTF-8 \xff", b'", "rate": NaN, "": "']
    )
    async def test_a_text_that_is_cut_within_a_character_spoils_nothing_else(self, odd: bytes) -> None:
        counted = tally()
        other = line(1, event_type="page", event_properties={"title": "~"})
        mine = line(2, event_properties={"account_id": "a", "quantity": 0.5, "title": "~"})
        marked = line(3, uuid="~")
        await api(says(archive((other + mine + marked).replace(b"~", odd)))).export(HOURS, counted)
        assert counted.totals == {Key("api_calls", DAYS[0], "a"): Decimal("2.5")}
        assert (counted.unread, counted.unreadable) == (set(), 0)

    async def test_a_garbled_line_that_is_not_metered_costs_nothing(self) -> None:
        counted = tally()
        await api(says(archive(line(1, event_type="page", uuid=7) + line(2)))).export(HOURS, counted)
        assert (counted.unread, counted.unreadable, counted.counted) == (set(), 0, 1)

    @pytest.mark.parametrize(
        "content",
        [
            b"PK garbage",
            archive(line(1))[:-40],
            archive(line(1)).replace(b"\x1f\x8b", b"\x00\x00"),
        ],
    )
    async def test_a_broken_archive_is_refused(self, content: bytes) -> None:
        with pytest.raises(GarbledAnswer):
            await api(says(content)).export(HOURS, tally())

    @pytest.mark.parametrize("status", [400, 504])
    async def test_too_much_is_told_apart(self, status: int) -> None:
        with pytest.raises(TooMuchAtOnce):
            await api(says(b"", status)).export(HOURS, tally())

    async def test_what_passes_is_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(amplitude_api, "PAUSE_LONGEST_S", 0)
        answers = [httpx.Response(503), httpx.Response(429), httpx.Response(200, content=archive(line(1)))]
        counted = tally()
        await api(lambda _: answers.pop(0)).export(HOURS, counted)
        assert counted.counted == 1

    async def test_it_gives_up_in_the_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(amplitude_api, "PAUSE_LONGEST_S", 0)
        with pytest.raises(SourceUnavailable):
            await api(says(b"", 503)).export(HOURS, tally())


async def test_a_metric_by_the_month_is_asked_as_it_is_defined() -> None:
    asked: list[httpx.URL] = []
    paid = Paid()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return says(chart(series=[[2500]], xValues=["2026-11-01"]))(request)

    seats = Metric(
        "seats", "signed_in", None, "k users", "uniques", (Filter("plan", ("free",), "user", negated=True),),
        Decimal("0.001"), additive=False,
    )  # fmt: skip
    sums = await api(answer, paid).sums(seats, [date(2026, 11, day) for day in range(1, 11)], ["a", "b"], 1000)
    assert sums.by_account == {"a": (Decimal("2.5"),)}
    assert paid.costs == [10 * (1 + 4)]
    params = asked[0].params
    assert (params["m"], params["i"], params["start"], params["end"]) == ("uniques", "30", "20261101", "20261110")
    event = json.loads(params["e"])
    assert [group["value"] for group in event["group_by"]] == ["account_id"]
    assert event["filters"] == [
        {"subprop_type": "user", "subprop_key": "plan", "subprop_op": "is not", "subprop_value": ["free"]},
        {"subprop_type": "event", "subprop_key": "account_id", "subprop_op": "is", "subprop_value": ["a", "b"]},
    ]


async def test_another_month_than_asked_for_is_not_taken() -> None:
    seats = Metric("seats", "signed_in", None, "users", "uniques", additive=False)
    with pytest.raises(GarbledAnswer, match="xValues"):
        await api(says(chart(series=[[1]], xValues=["2026-10-31"]))).sums(seats, [date(2026, 11, 1)], None, 1000)


async def test_exported_users_are_read_where_a_filter_asks_for_them() -> None:
    pro = Metric("pro", "api_calls_metered", "quantity", "calls", filters=(Filter("plan", ("pro",), "user"),))
    counted = Tally([pro], account_property="account_id", zone=UTC, first_day=date(2026, 1, 1), recent=RecentIds())
    free = line(2, user_properties={"plan": "free"})
    await api(says(archive(line(1) + free + line(3, user_properties=None)))).export(HOURS, counted)
    assert list(counted.totals.values()) == [2]
