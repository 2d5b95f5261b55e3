"""When an access token is renewed, and what a token answer says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

RENEW_BEFORE = timedelta(minutes=5)
RECONNECT_BEFORE = timedelta(days=14)
_LIVES = ("x_refresh_token_expires_in", "x_refresh_token_hard_expires_in")
"""Seconds: about a hundred days if it is never used, five years however often it is. The second comes only when asked for."""
_LIVES_LONGEST_S = 10**9


class BadTokenAnswer(Exception):
    """The token endpoint answered something that is no token."""

    code = "bad_token_answer"


@dataclass(frozen=True, slots=True, repr=False)
class TokenAnswer:
    """What the token endpoint gave. Never logged: it has no repr."""

    access_token: str
    refresh_token: str
    access_expires_at: datetime
    refresh_expires_at: datetime | None
    """The earlier of its ends; None where neither is told."""

    def __repr__(self) -> str:
        return "TokenAnswer(...)"


def renewal_due(expires_at: datetime | None, now: datetime) -> bool:
    """Five minutes before the access token ends, or when there is none."""
    return expires_at is None or expires_at - now <= RENEW_BEFORE


def reconnect_soon(ends_at: datetime, now: datetime) -> bool:
    """Whether the refresh token ends within the fortnight: it lives about 100 days, and five years at the very most."""
    return ends_at - now <= RECONNECT_BEFORE


def read_token_answer(answer: object, now: datetime) -> TokenAnswer:
    """Read the answer to a refresh; `now` is when it was asked for.

    Raises:
        BadTokenAnswer: a token or its lifetime is missing.
    """
    if not isinstance(answer, Mapping):
        raise BadTokenAnswer("the answer is no object")
    access, refresh, lifetime_s = (answer.get(name) for name in ("access_token", "refresh_token", "expires_in"))
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        raise BadTokenAnswer("access_token or refresh_token is missing")
    if not isinstance(lifetime_s, int) or lifetime_s <= 0:
        raise BadTokenAnswer("expires_in is missing")
    return TokenAnswer(
        access_token=access,
        refresh_token=refresh,
        access_expires_at=now + timedelta(seconds=lifetime_s),
        refresh_expires_at=_end(answer, now),
    )


def _end(answer: Mapping[object, object], now: datetime) -> datetime | None:
    told = [answer.get(name) for name in _LIVES]
    known = [one for one in told if isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= _LIVES_LONGEST_S]
    return now + timedelta(seconds=min(known)) if known else None
