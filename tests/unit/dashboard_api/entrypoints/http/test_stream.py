"""The text of the stream: pings while nothing happens, an end after its time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from dashboard_api.domain.access import Principal, Role
from dashboard_api.entrypoints.http.stream import events
from dashboard_api.usecases.live import LiveHub

FAY = Principal(user="fay", role=Role.FINANCE)


def hub() -> LiveHub:
    nobody = cast("Any", None)
    return LiveHub(owners=nobody, sessions=nobody, now=lambda: datetime.now(UTC))


async def test_a_quiet_stream_pings_and_asks_to_reconnect_at_its_end() -> None:
    live = hub()
    text = [part async for part in events(live, live.open(FAY), ping_s=0.01, life_s=0.05)]
    assert text[0].startswith("retry: ")
    assert ": ping\n\n" in text[1:-1]
    assert text[-1] == 'event: reconnect\ndata: {"type":"reconnect","reason":"time"}\n\n'
    assert live.listeners == []


async def test_changes_and_sources_are_named() -> None:
    live = hub()
    listener = live.open(FAY)
    listener.add({"b": 2, "a": 1})
    listener.add_retries({"pr_1": "a"})
    listener.sources_changed()
    stream = events(live, listener, ping_s=1, life_s=5)
    await anext(stream)
    assert await anext(stream) == (
        'event: accounts\ndata: {"type":"accounts","changes":[{"client_id":"a","revision":1},'
        '{"client_id":"b","revision":2}]}\n\n'
    )
    assert await anext(stream) == (
        'event: retries\ndata: {"type":"retries","changes":[{"id":"pr_1","client_id":"a"}]}\n\n'
    )
    assert await anext(stream) == 'event: sources\ndata: {"type":"sources"}\n\n'
    listener.add({"c": 3})
    listener.close("session_ended")
    assert [part async for part in stream] == ['event: closed\ndata: {"type":"closed","reason":"session_ended"}\n\n']
