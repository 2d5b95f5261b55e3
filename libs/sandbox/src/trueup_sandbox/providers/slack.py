"""Slack's Web API, as far as a bot needs it that posts messages: it takes them, keeps them, and says where they are."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup_sandbox.clock import to_instant
from trueup_sandbox.providers.gate import Gate, Refused
from trueup_sandbox.world.world import World

TOKEN = "xoxb-sandbox"  # noqa: S105 - a development word
CHANNELS = {"C0BILLING": "billing-issues", "C0REVENUE": "revenue-operations", "C0ARCHIVE": "old-stories"}
ARCHIVED = frozenset({"C0ARCHIVE"})
BLOCKS_MAX, SECTION_MAX, FIELDS_MAX, FIELD_MAX, ELEMENTS_MAX, TEXT_MAX = 50, 3000, 10, 2000, 10, 40_000
_MENTION = re.compile(r"<(!(?:channel|here|everyone|subteam)|[@#][A-Z0-9])[^>]*>")
Json = dict[str, Any]


def _no(error: str) -> Refused:
    return Refused(JSONResponse({"ok": False, "error": error}))


class SlackApi:
    """One workspace with a few channels."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate

    def app(self) -> Starlette:
        """The web application, to be mounted."""
        routes = [
            Route("/api/auth.test", self._auth_test, methods=["GET", "POST"]),
            Route("/api/chat.postMessage", self._post_message, methods=["POST"]),
            Route("/api/chat.getPermalink", self._permalink, methods=["GET", "POST"]),
            Route("/archives/{channel}/{mark}", self._archive),
        ]
        return Starlette(routes=routes, exception_handlers={Refused: _refuse})

    async def _enter(self, request: Request) -> Json:
        await self._gate.enter()
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token != TOKEN:
            raise _no("invalid_auth" if token else "not_authed")
        return await _arguments(request)

    async def _auth_test(self, request: Request) -> Response:
        await self._enter(request)
        team = {
            "team": "Sandbox",
            "team_id": "T0SANDBOX",
            "user": "trueup",
            "user_id": "U0TRUEUP",
            "bot_id": "B0TRUEUP",
        }
        return JSONResponse({"ok": True, "url": f"{_address(request)}/", **team})

    async def _post_message(self, request: Request) -> Response:
        given = await self._enter(request)
        channel = _channel(given)
        if channel in ARCHIVED:
            raise _no("is_archived")
        text, blocks = given.get("text") or "", given.get("blocks") or []
        _check(text, blocks)
        at_ms = self._world.clock.stamp()
        message = {
            "kind": "slack",
            "at": to_instant(at_ms).isoformat(timespec="milliseconds"),
            "channel": channel,
            "channel_name": CHANNELS[channel],
            "ts": f"{at_ms // 1000}.{at_ms % 1000:03d}000",
            "text": text,
            "blocks": blocks,
            "metadata": given.get("metadata"),
            "mentions": mentions(text, blocks),
        }
        self._world.remember_message(message)
        await self._gate.answer()
        return JSONResponse({"ok": True, "channel": channel, "ts": message["ts"], "message": {"text": text}})

    async def _permalink(self, request: Request) -> Response:
        given = await self._enter(request)
        channel, ts = _channel(given), str(given.get("message_ts"))
        if self._find(channel, ts) is None:
            raise _no("message_not_found")
        link = f"{_address(request)}/archives/{channel}/p{ts.replace('.', '')}"
        return JSONResponse({"ok": True, "channel": channel, "permalink": link})

    async def _archive(self, request: Request) -> Response:
        """What a permalink leads to, as far as a sandbox shows messages."""
        mark = request.path_params["mark"].removeprefix("p")
        found = self._find(request.path_params["channel"], f"{mark[:-6]}.{mark[-6:]}")
        if found is None:
            return Response("There is no such message.", 404, media_type="text/plain")
        return Response(json.dumps(found, indent=2, ensure_ascii=False), media_type="application/json")

    def _find(self, channel: str, ts: str) -> Json | None:
        kept = self._world.memory.messages
        wanted = ("slack", channel, ts)
        return next((one for one in kept if (one["kind"], one.get("channel"), one.get("ts")) == wanted), None)


def mentions(text: str, blocks: list[Json]) -> list[str]:
    """Whom the message would call: in whatever Slack reads as mark-up."""
    said = [text, *(each["text"] for each in _texts(blocks) if each.get("type") == "mrkdwn")]
    return [found.group(0) for one in said for found in _MENTION.finditer(one)]


def _texts(blocks: list[Json]) -> list[Json]:
    found: list[Json] = []
    for block in blocks:
        found += [block["text"]] if "text" in block else []
        found += [each for name in ("fields", "elements") for each in block.get(name, [])]
    return found


def _check(text: str, blocks: list[Json]) -> None:
    """Slack's limits for what a message is made of."""
    if not text and not blocks:
        raise _no("no_text")
    if len(text) > TEXT_MAX:
        raise _no("msg_too_long")
    try:
        fits = len(blocks) <= BLOCKS_MAX and all(_fits(block) for block in blocks)
    except (KeyError, TypeError, AttributeError):
        fits = False
    if not fits:
        raise _no("invalid_blocks")


def _fits(block: Json) -> bool:
    if block["type"] == "section":
        text, fields = block.get("text"), block.get("fields", [])
        whole = text is None or 0 < len(text["text"]) <= SECTION_MAX
        return bool(text or fields) and whole and len(fields) <= FIELDS_MAX and all(_short(each) for each in fields)
    if block["type"] == "context":
        return 0 < len(block["elements"]) <= ELEMENTS_MAX and all(_short(each) for each in block["elements"])
    return bool(block["type"] == "divider")


def _short(text: Json) -> bool:
    return text["type"] in {"mrkdwn", "plain_text"} and 0 < len(text["text"]) <= FIELD_MAX


def _channel(given: Json) -> str:
    channel = str(given.get("channel"))
    if channel not in CHANNELS:
        raise _no("channel_not_found")
    return channel


async def _arguments(request: Request) -> Json:
    """From JSON, a form or the address, as Slack takes them."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            given = json.loads(await request.body())
        except ValueError:
            raise _no("invalid_json") from None
        if not isinstance(given, dict):
            raise _no("json_not_object")
        return given
    return {**request.query_params, **dict((await request.form()).items())}


def _address(request: Request) -> str:
    return str(request.base_url).rstrip("/") + str(request.scope["root_path"])


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for this class
    return error.response
