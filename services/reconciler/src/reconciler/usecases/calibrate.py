"""Judge each count once, as soon as the usage of its days is known whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from reconciler.domain.calibration import Verdict, is_counted, judge
from reconciler.ports.calibrations import CalibrationStore, CalibrationTurn, Waiting


async def calibrate(store: CalibrationStore, clock: Callable[[], datetime]) -> int:
    """Take one turn; how many counts were judged."""
    async with store.turn() as turn:
        return sum([await _metric(turn, one, clock()) for one in turn.waiting])


async def _metric(turn: CalibrationTurn, one: Waiting, now: datetime) -> int:
    verdicts = {verdict.check.check_id: verdict for verdict in one.judged}
    fresh = 0
    for check in one.checks:
        if check.check_id not in verdicts and is_counted(check, turn.scopes):
            verdicts[check.check_id] = judge(check, await turn.metered(check))
            await turn.store(verdicts[check.check_id], now)
            fresh += 1
    done = all(check.check_id in verdicts for check in one.checks)
    await turn.settle(one.metric, version=one.version if done else None, off_reason=off_reason([*verdicts.values()]))
    return fresh


def off_reason(verdicts: list[Verdict]) -> str | None:
    """The reason of the latest count over its limit; a good one after it changes nothing, a person does."""
    over = [verdict for verdict in verdicts if verdict.state == "over"]
    latest = max(over, key=lambda verdict: (verdict.check.to_day, verdict.check.check_id), default=None)
    return None if latest is None else latest.reason
