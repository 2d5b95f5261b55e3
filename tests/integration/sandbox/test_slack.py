"""The workspace over HTTP: messages, their addresses, refusals, and faults."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

AUTH = {"authorization": "Bearer xoxb-sandbox"}
POST = "/slack/api/chat.postMessage"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Look at &lt;this&gt;"}}


async def post(running: Any, **given: Any) -> dict[str, Any]:
    message = {"channel": "C0BILLING", "text": "Look", "blocks": [SECTION]} | given
    answer: dict[str, Any] = (await running.http.post(POST, json=message, headers=AUTH)).json()
    return answer


async def test_a_message_is_kept_and_has_an_address(running: Any) -> None:
    assert (await running.http.post("/slack/api/auth.test", headers=AUTH)).json()["team"] == "Sandbox"
    first, second = await post(running), await post(running, text="Again")
    assert first["ok"]
    assert first["ts"] < second["ts"]
    asked = {"channel": first["channel"], "message_ts": first["ts"]}
    found = (await running.http.get("/slack/api/chat.getPermalink", params=asked, headers=AUTH)).json()
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(found["permalink"])).json()["ts"] == first["ts"]
        assert (await anybody.get(found["permalink"][:-1] + "7")).status_code == 404
    kept = (await running.http.get("/control/messages")).json()
    assert [one["text"] for one in kept] == ["Look", "Again"]
    assert kept[0]["blocks"] == [SECTION]
    assert kept[0]["mentions"] == []


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"channel": "C0ARCHIVE"}, "is_archived"),
        ({"text": "", "blocks": []}, "no_text"),
        ({"blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}]}, "invalid_blocks"),
        ({"blocks": [{"text": "x"}]}, "invalid_blocks"),
    ],
)
async def test_what_slack_refuses(running: Any, given: dict[str, Any], error: str) -> None:
    assert await post(running, **given) == {"ok": False, "error": error}
    assert (await running.http.get("/control/messages")).json() == []


async def test_a_wrong_token_is_refused(running: Any) -> None:
    for headers, error in (({}, "not_authed"), ({"authorization": "Bearer xoxb-other"}, "invalid_auth")):
        assert (await running.http.post(POST, json={}, headers=headers)).json()["error"] == error


async def test_who_would_be_called_is_seen(running: Any) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here> and <@U0ANA>"}}]
    await post(running, text="<!channel> &lt;!everyone&gt;", blocks=blocks)
    kept = (await running.http.get("/control/messages")).json()
    assert kept[0]["mentions"] == ["<!channel>", "<!here>", "<@U0ANA>"]


async def test_slack_limits_and_keeps_its_answer_to_itself(running: Any) -> None:
    await running.http.post("/control/faults", json={"provider": "slack", "mode": "limited"})
    limited = await running.http.post(POST, json={}, headers=AUTH)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "1")
    await running.http.post("/control/faults", json={"provider": "slack", "mode": "silent"})
    with pytest.raises(httpx.ReadTimeout):
        await running.http.post(POST, json={"channel": "C0BILLING", "text": "x"}, headers=AUTH, timeout=3)
    assert len((await running.http.get("/control/messages")).json()) == 1
    await running.http.post("/control/faults", json={"provider": "slack", "mode": "none"})
    refused = await running.http.post("/control/faults", json={"provider": "stripe", "mode": "silent"})
    assert refused.status_code == 422
