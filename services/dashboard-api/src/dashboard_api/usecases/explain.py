"""Taking a figure apart, within scope."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Protocol

from dashboard_api.domain.access import Principal
from dashboard_api.domain.errors import InvalidRequest, NotFound
from dashboard_api.domain.explanation import Decided, explanation
from trueup_billing import month_of

PERIOD = r"\d{4}-\d{2}(-\d{2})?"


class ExplainReads(Protocol):
    """What the answer is made of, seen with the eyes of one principal."""

    async def period(self, principal: Principal, client_id: str, first: date, end: date) -> Decided | None:
        """The earliest period that begins in the half-open days; None when there is none, or out of scope."""


class Explain:
    """Every input row and every step of one period."""

    def __init__(self, reads: ExplainReads) -> None:
        self._reads = reads

    async def __call__(self, principal: Principal, client_id: str, period: str) -> dict[str, Any]:
        """The explanation of the period that begins on a day, or in a month.

        Raises:
            InvalidRequest: `period` is neither YYYY-MM-DD nor YYYY-MM.
            NotFound: no such period, or out of scope.
        """
        first, end = _days(period)
        found = await self._reads.period(principal, client_id, first, end)
        if found is None:
            raise NotFound("There is no such period of an account in your portfolio.", code="period_not_found")
        return explanation(found)


def _days(period: str) -> tuple[date, date]:
    try:
        if not re.fullmatch(PERIOD, period):
            raise ValueError(period)
        first = date.fromisoformat(period if len(period) > len("YYYY-MM") else f"{period}-01")
    except ValueError:
        detail = "Write a period as the day it begins on, YYYY-MM-DD, or as its month, YYYY-MM."
        raise InvalidRequest(detail, code="invalid_parameter", parameter="period") from None
    # A period begins on its anchor day; a month names the one that begins in it.
    return (
        (first, month_of(first).end)
        if len(period) == len("YYYY-MM")
        else (first, date.fromordinal(first.toordinal() + 1))
    )
