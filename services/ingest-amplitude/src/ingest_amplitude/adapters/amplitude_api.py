"""Amplitude's Dashboard REST API: segmentation for the trailing days, export for the history."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import IO

import httpx

from ingest_amplitude.adapters.export_file import read_export
from ingest_amplitude.domain.answers import GarbledAnswer, Sums, read_sums
from ingest_amplitude.domain.buckets import Filter, Grain, Metric
from ingest_amplitude.domain.cost import segmentation_cost
from ingest_amplitude.domain.tally import Tally
from ingest_amplitude.domain.windows import HOUR, Hours
from ingest_amplitude.ports import QuestionRefused, SourceUnavailable, TooMuchAtOnce
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.http import ProviderClient
from trueup_kit.limits import Limiter
from trueup_kit.logs import get_logger

log = get_logger(__name__)
DOWNLOAD_ATTEMPTS = 4
DOWNLOAD_TIMEOUT_S = 300
PAUSE_LONGEST_S = 60.0
EXPORT_PATH = "/api/2/export"
_INTERVALS: dict[Grain, str] = {"day": "1", "month": "30"}
# 400: over 4 GB; 504: took too long. Both say: ask for fewer hours.
_TOO_MUCH = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.GATEWAY_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})


# Of a question: its definition or its length is at fault; anything else concerns whoever asks, or Amplitude itself.
_REFUSED = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.REQUEST_URI_TOO_LONG,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    }
)


class AmplitudeApi:
    """One project; every method raises SourceUnavailable."""

    def __init__(
        self,
        client: ProviderClient,
        *,
        api_key: str,
        secret_key: str,
        account_property: str,
        exports: Limiter | None = None,
    ) -> None:
        self._client = client
        self._exports = exports
        self._auth = httpx.BasicAuth(api_key, secret_key)
        self._account_property = account_property

    async def sums(self, metric: Metric, days: Sequence[date], accounts: Sequence[str] | None, limit: int) -> Sums:
        """Quantities by account and bucket. The property to sum is the first group-by, the account the last."""
        params = {
            "e": json.dumps(self._event(metric, accounts), separators=(",", ":")),
            "m": metric.measure,
            "start": f"{days[0]:%Y%m%d}",
            "end": f"{days[-1]:%Y%m%d}",
            "i": _INTERVALS[metric.grain],
            "limit": str(limit),
        }
        cost = segmentation_cost(len(days), group_bys=metric.group_bys)
        try:
            answer = await self._client.request(
                "GET", "/api/2/events/segmentation", cost=cost, params=params, auth=self._auth
            )
        except ProviderUnavailable as error:
            if error.reason == "no_database":
                raise
            raise SourceUnavailable(str(error)) from error
        if answer.status_code != HTTPStatus.OK:
            failure = QuestionRefused if answer.status_code in _REFUSED else SourceUnavailable
            raise failure(f"Amplitude answered HTTP {answer.status_code}: {_message(answer)}")
        return read_sums(_exact(answer.content), metric.buckets(days), metric.grain).in_units_of(metric)

    def _event(self, metric: Metric, accounts: Sequence[str] | None) -> dict[str, object]:
        split = [metric.property_name, self._account_property] if metric.property_name else [self._account_property]
        event: dict[str, object] = {
            "event_type": metric.event_type,
            "group_by": [{"type": "event", "value": name} for name in split],
        }
        filters = [_filter(one) for one in metric.filters]
        if accounts is not None:
            filters.append(_filter(Filter(self._account_property, tuple(accounts))))
        if filters:
            event["filters"] = filters
        return event

    async def export(self, hours: Hours, tally: Tally) -> None:
        """Count what was uploaded in these hours. When this raises, the tally is to be thrown away.

        The archive goes to a file first: a cut download is noticed by its missing directory before a line is counted,
        and memory stays constant.
        """
        with tempfile.TemporaryFile(prefix="amplitude-export-") as file:
            if await self._download(hours, file):
                file.seek(0)
                await asyncio.to_thread(read_export, file, tally)
        if tally.unreadable:
            log.warning("metered events that cannot be read", count=tally.unreadable, hours=str(hours.start))
        if tally.nameless:
            log.warning("metered events that name no account", count=tally.nameless, hours=str(hours.start))

    async def _download(self, hours: Hours, file: IO[bytes]) -> bool:
        """Whether there is anything; both ends of the asked range are included, so the last hour is named."""
        params = {"start": f"{hours.start:%Y%m%dT%H}", "end": f"{hours.end - HOUR:%Y%m%dT%H}"}
        for attempt in range(1, DOWNLOAD_ATTEMPTS + 1):
            file.seek(0)
            file.truncate()
            try:
                return await self._stream(params, file)
            except ProviderUnavailable as error:
                if error.reason == "no_database":
                    raise
                if attempt == DOWNLOAD_ATTEMPTS or error.reason == "circuit_open":
                    raise SourceUnavailable(f"export: {error}") from error
                pause_s = max(2 ** (attempt - 1) * random.uniform(0.5, 1.0), error.retry_after_s or 0)
                await asyncio.sleep(min(pause_s, PAUSE_LONGEST_S))
        raise AssertionError("DOWNLOAD_ATTEMPTS must be at least 1")

    async def _stream(self, params: dict[str, str], file: IO[bytes]) -> bool:
        asking = self._client.stream(
            "GET",
            EXPORT_PATH,
            limiter=self._exports,
            own=_TOO_MUCH,
            params=params,
            auth=self._auth,
            timeout=DOWNLOAD_TIMEOUT_S,
        )
        async with asking as answer:
            if answer.status_code == HTTPStatus.NOT_FOUND:
                return False  # nothing was uploaded in these hours
            if answer.status_code in _TOO_MUCH:
                raise TooMuchAtOnce(f"export: HTTP {answer.status_code} for {params['start']} to {params['end']}")
            if answer.status_code != HTTPStatus.OK:
                raise SourceUnavailable(f"export: Amplitude answered HTTP {answer.status_code}")
            async for chunk in answer.aiter_bytes(1 << 16):
                file.write(chunk)
        return True


def _filter(one: Filter) -> dict[str, object]:
    return {
        "subprop_type": one.owner,
        "subprop_key": one.property_name,
        "subprop_op": "is not" if one.negated else "is",
        "subprop_value": list(one.values),
    }


def _exact(content: bytes) -> object:
    """JSON with exact numbers."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise GarbledAnswer("the answer is no JSON") from None


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _message(answer: httpx.Response) -> str:
    """Amplitude's own words, cut."""
    try:
        body = answer.json()
    except ValueError:
        return "no JSON"
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return str(error)[:200]
    metadata = error.get("metadata")
    details = metadata.get("details") if isinstance(metadata, dict) else None
    return f"{error.get('message')}{f': {details}' if details else ''}"[:200]
