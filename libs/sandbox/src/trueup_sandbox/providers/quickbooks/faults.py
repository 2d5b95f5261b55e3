"""QuickBooks' faults in both spellings, and the requests that earn them."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.responses import Response

from trueup_sandbox.providers.gate import Refused
from trueup_sandbox.providers.quickbooks.shapes import Json, instant
from trueup_sandbox.world.chance import token

Refusal = Literal[
    "none", "lapsed", "forbidden", "unauthorized", "xml_401", "throttled_403", "throttled_200", "quota", "changes_fault",
    "changes_nothing",
]  # fmt: skip
"""Lapsed: the subscription is over. Forbidden: the app may not. Unauthorized: every token is refused; xml_401: by a gateway.
throttled_403, throttled_200: too many, as the ledger said it once, or without a status that says so. quota: the month's
reads are used up. changes_…: change capture refuses one entity inside a 200, or says nothing at all."""


@dataclass(slots=True)
class Temper:
    """How the ledger refuses just now."""

    counters: Counter[str] = field(default_factory=Counter)
    """Shared with the doors: how often it refused so, `quickbooks.faulty.lapsed`."""
    refusal: Refusal = "none"

    def refuse(self, *, at_ms: int) -> None:
        """Before a request is looked at.

        Raises:
            Refused: it is in no mood to answer.
        """
        if self.refusal != "none" and not self.refusal.startswith("changes_"):
            self._count()
        if self.refusal == "lapsed":
            words = "You can only add or edit one company after the subscription period has ended"
            raise fault("6190", "Subscription period has ended", words, at_ms=at_ms, status=403)
        if self.refusal == "forbidden":
            raise fault(
                "120", "Authorization Failure", "The app may not", at_ms=at_ms, status=403, kind="AUTHORIZATION"
            )
        if self.refusal == "unauthorized":
            raise unauthorized("Token revoked", at_ms=at_ms)
        if self.refusal == "xml_401":
            body = "<?xml version='1.0'?><IntuitResponse><Fault type='AUTHENTICATION'/></IntuitResponse>"
            raise Refused(Response(body, 401, media_type="application/xml"))
        if self.refusal == "throttled_403":
            raise Refused(throttled(at_ms=at_ms, status=403))
        if self.refusal == "throttled_200":
            raise Refused(throttled(at_ms=at_ms, status=200))
        if self.refusal == "quota":
            self.counters["quickbooks.refused_by_quota"] += 1
            raise Refused(throttled(at_ms=at_ms))

    def captured(self, answers: list[Json]) -> list[Json]:
        """What change capture puts into its CDCResponse."""
        if self.refusal == "changes_nothing":
            self._count()
            return []
        if self.refusal == "changes_fault":
            self._count()
            error = {"Message": "An application error has occurred", "Detail": "System Failure Error", "code": "10000"}
            answers = [*answers[:-1], {"Fault": {"Error": [error], "type": "SystemFault"}}]
        return [{"QueryResponse": answers}]

    def _count(self) -> None:
        self.counters[f"quickbooks.faulty.{self.refusal}"] += 1


def answer(body: Json, status: int = 200, **headers: str) -> Response:
    """A JSON answer with its transaction id."""
    text = json.dumps(body, separators=(",", ":"))
    return Response(
        text, status, {"intuit_tid": f"1-{token(time.monotonic_ns(), len(text))}", **headers}, "application/json"
    )


def fault(
    code: str, message: str, detail: str, *, at_ms: int, status: int = 400, kind: str = "ValidationFault"
) -> Refused:
    """The usual spelling."""
    error: dict[str, Any] = {"Message": message, "Detail": detail, "code": code}
    body = {"Fault": {"Error": [error], "type": kind}, "time": instant(at_ms, digits="milliseconds")}
    return Refused(answer(body, status))


def unauthorized(detail: str, *, at_ms: int) -> Refused:
    """The lower-case spelling of authentication failures."""
    error = {
        "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
        "detail": detail,
        "code": "3200",
    }
    body = {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": "AUTHENTICATION"},
        "report": None,
        "queryResponse": None,
        "time": at_ms,
    }
    return Refused(answer(body, 401, **{"WWW-Authenticate": 'Bearer realm="Intuit", error="invalid_token"'}))


def throttled(*, at_ms: int, status: int = 429) -> Response:
    """Too many requests."""
    error = {
        "Message": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "Detail": "The request limit was reached.",
        "code": "3001",
    }
    body = {"Fault": {"Error": [error], "type": "THROTTLE"}, "time": instant(at_ms, digits="milliseconds")}
    return answer(body, status)
