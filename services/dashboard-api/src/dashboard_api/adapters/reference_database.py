"""The company's own database: one query from the settings, in a read-only transaction, with limits of time and rows.

What it answers is in no log and in no message: it is another system's data.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import asyncpg

from dashboard_api.domain.calibration import read_reference
from dashboard_api.domain.errors import InvalidRequest
from trueup_billing import InvalidValue
from trueup_kit.logs import get_logger

METRIC_MAX = 100
_GRACE_S = 2.0
"""So much longer than the database's own limit is waited for it to say so."""
_log = get_logger(__name__)


class PostgresReferenceDatabase:
    """See `ReferenceDatabase`. The query takes the first day as $1 and the last, included, as $2, and answers rows of
    metric and count."""

    def __init__(self, dsn: str, query: str, *, timeout_s: float, rows_max: int) -> None:
        self._dsn = dsn
        self._query = query
        self._timeout_s = timeout_s
        self._rows_max = rows_max

    async def counts(self, first: date, last: date) -> Sequence[tuple[str, Decimal]]:
        """Metric and count for the days, `last` included.

        Raises:
            InvalidRequest: the query failed, took too long or answered something else.
        """
        try:
            async with asyncio.timeout(self._timeout_s + _GRACE_S):
                rows = await self._rows(first, last)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("the reference database did not answer", error=type(error).__name__)
            raise _failed("It did not answer; its own log knows why.") from None
        if len(rows) > self._rows_max:
            raise _failed(f"It answered more than {self._rows_max} rows.")
        found = [_count(row) for row in rows]
        if len({metric for metric, _ in found}) < len(found):
            raise _failed("It named a metric twice.")
        return found

    async def _rows(self, first: date, last: date) -> list[asyncpg.Record]:
        limit_ms = str(int(self._timeout_s * 1000))
        settings = {"statement_timeout": limit_ms, "default_transaction_read_only": "on"}
        connection = await asyncpg.connect(
            self._dsn, timeout=self._timeout_s, server_settings={"application_name": "trueup calibration", **settings}
        )
        try:
            async with connection.transaction(readonly=True):
                # A cursor: no more than the limit is ever fetched, whatever the query would answer.
                cursor = await connection.cursor(self._query, first, last)
                rows: list[asyncpg.Record] = await cursor.fetch(self._rows_max + 1)
                return rows
        finally:
            await connection.close(timeout=_GRACE_S)


def _count(row: asyncpg.Record) -> tuple[str, Decimal]:
    values = tuple(row.values())
    if len(values) == 2 and isinstance(values[0], str) and len(values[0]) <= METRIC_MAX:
        try:
            # The driver gives integers and numerics exactly; a float is no count.
            if isinstance(values[1], int | Decimal):
                return values[0], read_reference(str(values[1]))
        except (InvalidValue, ValueError):
            pass
    raise _failed("It must answer two columns: the metric as text and an exact count that is not negative.")


def _failed(detail: str) -> InvalidRequest:
    return InvalidRequest(f"The reference database could not be used. {detail}", code="reference_database_failed")
