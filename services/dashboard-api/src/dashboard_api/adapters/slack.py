"""Slack's Web API. A message that may have been posted is never posted again from here."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from dashboard_api.domain.flags import Claimed, Failed, Later, Outcome, Sent, Target, Unclear
from trueup_kit.logs import get_logger
from trueup_kit.postgres import describe

log = get_logger(__name__)

CONNECT_SHARE = 0.8
"""Connecting must end before the whole call does, or it could not be told whether anything had been sent."""
_MAYBE_POSTED = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
"""Slack's words for troubles in which the message may have been posted all the same."""
_CODE = re.compile(r"[a-z0-9_]{1,64}")
_PATIENCE_S = 30.0


class RedirectRefused(Exception):
    """Slack's API does not redirect; whatever does is not to be told our token."""


class SlackCourier:
    """Posts to a channel, and asks for the message's address."""

    def __init__(self, *, token: str, base_url: str, timeout_s: float) -> None:
        self._token = token
        self._base_url = base_url
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=timeout_s * CONNECT_SHARE)
        trace = aiohttp.TraceConfig()
        trace.on_request_redirect.append(_refuse_redirect)
        self._traces = [trace]

    async def send(self, claimed: Claimed, target: Target) -> Outcome:
        """Post the message once. A connection of its own: one kept open may end just when it is used again."""
        try:
            async with aiohttp.ClientSession(timeout=self._timeout, trace_configs=self._traces) as session:
                client = self._client(session)
                posted = await self._post(client, claimed, target)
                if not isinstance(posted, Sent):
                    return posted
                return Sent(posted.external_id, await self._permalink(client, posted))
        except Exception:
            log.exception("slack message went wrong", flag_id=str(claimed.flag_id))
            return Unclear("sender_error")

    def _client(self, session: aiohttp.ClientSession) -> AsyncWebClient:
        client = AsyncWebClient(token=self._token, base_url=self._base_url, session=session, retry_handlers=[])
        if _is_here(self._base_url):
            client.proxy = None  # taken from the environment, where it is meant for the world outside
        return client

    async def _post(self, client: AsyncWebClient, claimed: Claimed, target: Target) -> Outcome:
        try:
            answer = await client.chat_postMessage(
                channel=target.address,
                text=claimed.snapshot["fallback"],
                blocks=claimed.snapshot["blocks"],
                parse="none",
                link_names=False,
                unfurl_links=False,
                unfurl_media=False,
                metadata={"event_type": "trueup_flag", "event_payload": {"flag_id": str(claimed.flag_id)}},
            )
        except SlackApiError as error:
            return _refusal(error)
        except RedirectRefused:
            return Failed("redirected")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("slack did not answer", flag_id=str(claimed.flag_id), error=describe(error))
            return _broken(error)
        if not answer.get("ts") or not answer.get("channel"):
            return Unclear("answer_unreadable")
        return Sent(f"{answer['channel']}/{answer['ts']}")

    async def _permalink(self, client: AsyncWebClient, posted: Sent) -> str | None:
        """The message's address; without one it is posted all the same."""
        channel, _, ts = posted.external_id.partition("/")
        try:
            answer = await client.chat_getPermalink(channel=channel, message_ts=ts)
        except (SlackApiError, aiohttp.ClientError, RedirectRefused, TimeoutError, OSError) as error:
            log.warning("slack did not say where the message is", error=type(error).__name__)
            return None
        link = answer.get("permalink")
        return link if isinstance(link, str) and urlsplit(link).scheme in {"https", "http"} else None


def _broken(error: Exception) -> Outcome:
    """What a call without an answer means: only where no connection came about is it certain that nothing was sent."""
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return Later("not_reachable")
    return Unclear("timeout" if isinstance(error, TimeoutError) else "connection_lost")


def _refusal(error: SlackApiError) -> Outcome:
    """What an answer other than `ok` means."""
    response: Any = error.response
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return Later("ratelimited", _retry_after_s(response))
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        # A proxy's page, half an answer, a server's fault: nobody said that it was not posted.
        return Failed(f"http_{status}") if 400 <= status < 500 else Unclear("answer_unreadable")
    return Unclear(code) if code in _MAYBE_POSTED or status >= 500 else Failed(code)


def _retry_after_s(response: Any) -> float:  # noqa: ANN401  of the client's two kinds of answer
    try:
        return max(1.0, float(response.headers.get("Retry-After", _PATIENCE_S)))
    except ValueError:
        return _PATIENCE_S


async def _refuse_redirect(*_: object) -> None:
    raise RedirectRefused


def _is_here(url: str) -> bool:
    return (urlsplit(url).hostname or "") in {"127.0.0.1", "::1", "localhost"}
