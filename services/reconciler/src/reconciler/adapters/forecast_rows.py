"""What every account's forecast is, and what it was in each week: the rows that portfolios add up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from reconciler.adapters.detail import forecast
from reconciler.adapters.driver import Driver
from reconciler.domain.forecast import Forecast
from reconciler.domain.result import Reconciliation
from reconciler.ports import wire

METRIC_CODES = frozenset({"month_grain", "calibration_drift", "no_price", "other_currency"})
"""Codes of metrics that a forecast misses; one-off lines and credits are no part of it by their nature."""

_NOW = """
INSERT INTO read_model.forecasts AS kept (
    client_id, name, active_from, active_to, week, quarter_start, reason, currency, low_minor, likely_minor, high_minor,
    left_out)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (client_id) DO UPDATE
"""
# What stood when a week began stays beside what stands now.
_TURN = """
    week = greatest(kept.week, excluded.week),
    quarter_start_before = CASE WHEN kept.week < excluded.week THEN kept.quarter_start ELSE kept.quarter_start_before END,
    currency_before = CASE WHEN kept.week < excluded.week THEN kept.currency ELSE kept.currency_before END,
    likely_minor_before = CASE WHEN kept.week < excluded.week THEN kept.likely_minor ELSE kept.likely_minor_before END
"""
_REPLACE = f"""{_NOW} SET name = excluded.name, active_from = excluded.active_from, active_to = excluded.active_to,
    quarter_start = excluded.quarter_start, reason = excluded.reason, currency = excluded.currency,
    low_minor = excluded.low_minor, likely_minor = excluded.likely_minor, high_minor = excluded.high_minor,
    left_out = excluded.left_out, {_TURN}"""
_KEEP = f"{_NOW} SET {_TURN} WHERE kept.week < excluded.week"
_WEEK = """
INSERT INTO read_model.forecast_weeks AS kept (
    week, client_id, quarter_end, status, currency, low_minor, likely_minor, high_minor, payload, decided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb, $10) ON CONFLICT (week, client_id)
"""
_REPLACE_WEEK = f"""{_WEEK} DO UPDATE SET quarter_end = excluded.quarter_end, status = excluded.status,
    currency = excluded.currency, low_minor = excluded.low_minor, likely_minor = excluded.likely_minor,
    high_minor = excluded.high_minor, payload = excluded.payload, decided_at = excluded.decided_at
WHERE kept.payload IS DISTINCT FROM excluded.payload"""
_KEEP_WEEK = f"{_WEEK} DO NOTHING"
FORGET = "DELETE FROM read_model.forecast_weeks WHERE week < $1"


def week_of(instant: datetime) -> date:
    """The Monday of the week, in UTC: one week for every account, wherever it is billed."""
    day = instant.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


async def write_forecasts(driver: Driver, changed: Sequence[Reconciliation], same: Sequence[Reconciliation]) -> None:
    """What stands now, and each week's last forecast; an unchanged account only makes sure that its week has begun."""
    for results, now, week in ((changed, _REPLACE, _REPLACE_WEEK), (same, _KEEP, _KEEP_WEEK)):
        if results:
            await driver.executemany(now, [now_row(one) for one in results])
            await driver.executemany(week, [week_row(one) for one in results])


def now_row(result: Reconciliation) -> tuple[Any, ...]:
    """The columns of `read_model.forecasts`, but for what stood before."""
    account, found = result.snapshot.account, result.forecast
    return (
        account.client_id,
        account.name,
        account.active_from,
        account.active_to,
        week_of(result.now),
        found.quarter.start,
        reason_of(found),
        found.currency if found.amount_minor is not None else None,
        found.low_minor,
        found.amount_minor,
        found.high_minor,
        sorted({one.code for one in found.excluded} & METRIC_CODES),
    )


def week_row(result: Reconciliation) -> tuple[Any, ...]:
    """The columns of `read_model.forecast_weeks`."""
    found = result.forecast
    return (
        week_of(result.now),
        result.snapshot.account.client_id,
        found.quarter.end,
        found.status,
        found.currency,
        found.low_minor,
        found.amount_minor,
        found.high_minor,
        wire.encode(forecast(found)),
        result.now,
    )


def reason_of(found: Forecast) -> str | None:
    """Why a forecast has no amount, as narrow as it is known; None where it has one."""
    if found.status == "ok":
        return None
    narrow = found.status in {"cannot_judge", "nothing_to_project"}
    return found.excluded[0].code if narrow and found.excluded else found.status
