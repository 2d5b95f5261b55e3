"""The analytics project over HTTP."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

KEYS = ("amp_key", "amp_secret")
EVENT = "api_calls_metered"


async def chart(running: Any, *, start: datetime, end: datetime, filters: list[Any] | None = None, **more: str) -> Any:
    event = {
        "event_type": EVENT,
        "group_by": [{"type": "event", "value": "quantity"}, {"type": "event", "value": "account_id"}],
        "filters": filters or [],
    }
    params = {
        "e": json.dumps(event),
        "m": "sums",
        "i": "1",
        "limit": "1000",
        "start": f"{start:%Y%m%d}",
        "end": f"{end:%Y%m%d}",
    }
    return await running.http.get("/amplitude/api/2/events/segmentation", params=params | more, auth=KEYS)


async def export(running: Any, start: datetime, end: datetime) -> list[dict[str, Any]]:
    params = {"start": f"{start:%Y%m%dT%H}", "end": f"{end:%Y%m%dT%H}"}
    answer = (await running.http.get("/amplitude/api/2/export", params=params, auth=KEYS)).raise_for_status()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = [gzip.decompress(archive.read(name)) for name in archive.namelist()]
    return [json.loads(line) for file in files for line in file.splitlines()]


async def test_the_chart_and_the_export_agree(running: Any) -> None:
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    start = end - timedelta(days=20)
    lines = await export(running, start, end + timedelta(hours=23))
    assert len({line["uuid"] for line in lines}) == len(lines)
    exported: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if line["event_type"] == EVENT:
            properties = line["event_properties"]
            exported[properties["account_id"], line["event_time"][:10]] += properties["quantity"]
    data = (await chart(running, start=start, end=end)).json()["data"]
    charted = {
        (label, day): value
        for (_, label), values in zip(data["seriesLabels"], data["series"], strict=True)
        for day, value in zip(data["xValues"], values, strict=True)
        if value
    }
    late = {one.amplitude_id for one in running.world.accounts if one.planted and one.planted.name == "late_usage"}
    assert {key: value for key, value in charted.items() if key[0] not in late} == {
        key: value for key, value in exported.items() if key[0] not in late
    }


async def test_answers_say_as_of_when_and_what_they_cost(running: Any) -> None:
    today = datetime.now(UTC)
    before = running.world.clock.read()
    body = (await chart(running, start=today - timedelta(days=2), end=today)).json()
    assert before <= body["timeComputed"] <= running.world.clock.read()
    assert body["novaCost"] == 27
    assert not body["prunedResult"]
    for values, collapsed in zip(body["data"]["series"], body["data"]["seriesCollapsed"], strict=True):
        assert collapsed[0]["value"] == sum(values)


async def test_usage_shows_up_at_once_and_in_the_export_when_its_hour_is_over(running: Any) -> None:
    today = datetime.now(UTC)

    async def total() -> int:
        data = (await chart(running, start=today - timedelta(days=1), end=today)).json()["data"]
        return sum(map(sum, data["series"]))

    before = await total()
    used = [await running.happen("usage") for _ in range(20)]
    added = sum(int(one["objects"]["quantity"]) for one in used if one["objects"]["metric"] == "api_calls")
    assert await total() == before + added


async def test_more_groups_than_the_limit_are_cut_and_said_so(running: Any) -> None:
    today = datetime.now(UTC)
    body = (await chart(running, start=today - timedelta(days=2), end=today, limit="10")).json()
    assert len(body["data"]["series"]) == 10
    assert body["prunedResult"]


async def test_fewer_groups_than_were_asked_for_are_told_of(running: Any) -> None:
    today = datetime.now(UTC)
    await running.http.post("/control/amplitude/groups", json={"most": 10})
    body = (await chart(running, start=today - timedelta(days=2), end=today)).json()
    assert (len(body["data"]["series"]), body["hitChunkGroupByLimit"]) == (10, True)
    assert (await running.http.get("/control/counters")).json()["amplitude.faulty.groups"] == 1
    await running.http.post("/control/amplitude/groups", json={"most": None})
    body = (await chart(running, start=today - timedelta(days=2), end=today)).json()
    assert (len(body["data"]["series"]) > 10, body["hitChunkGroupByLimit"]) == (True, False)


async def test_a_filter_lets_only_those_accounts_through(running: Any) -> None:
    today = datetime.now(UTC)
    only = {"subprop_type": "event", "subprop_key": "account_id", "subprop_op": "is", "subprop_value": ["acct_0001"]}
    body = (await chart(running, start=today - timedelta(days=2), end=today, filters=[only])).json()
    assert body["data"]["seriesLabels"] == [[0, "acct_0001"]]


async def test_the_cost_budget_ends(running: Any) -> None:
    today = datetime.now(UTC)
    spans = [await chart(running, start=today - timedelta(days=30), end=today) for _ in range(4)]
    assert [one.status_code for one in spans] == [200, 200, 200, 429]
    assert (await chart(running, start=today, end=today)).status_code == 200
    assert (await running.http.get("/control/counters")).json()["amplitude.refused_by_limit"] == 1


async def test_an_export_of_too_much_is_refused(start: Any) -> None:
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)

    async def status(running: Any, hours: int) -> int:
        params = {"start": f"{end - timedelta(hours=hours):%Y%m%dT%H}", "end": f"{end - timedelta(hours=1):%Y%m%dT%H}"}
        found: int = (await running.http.get("/amplitude/api/2/export", params=params, auth=KEYS)).status_code
        return found

    async with start() as running:
        lines = len(await export(running, end - timedelta(days=2), end - timedelta(hours=1)))
    for most, answered in ((lines, 200), (lines - 1, 400)):
        async with start(scenario={"amplitude": {"export_lines_max": most}}) as running:
            assert (await status(running, 48), await status(running, 24)) == (answered, 200)


async def test_refusals(running: Any) -> None:
    today = datetime.now(UTC)
    wrong = await running.http.get("/amplitude/api/2/export", auth=("amp_key", "no"))
    assert wrong.status_code == 403
    nothing = {"start": "20200101T00", "end": "20200101T05"}
    assert (await running.http.get("/amplitude/api/2/export", params=nothing, auth=KEYS)).status_code == 404
    this_hour = {"start": f"{today:%Y%m%dT%H}", "end": f"{today:%Y%m%dT%H}"}
    assert (await running.http.get("/amplitude/api/2/export", params=this_hour, auth=KEYS)).status_code == 404
    bad = await chart(running, start=today, end=today, m="pct_dau")
    assert bad.json()["error"]["message"] == "Invalid chart definition"
