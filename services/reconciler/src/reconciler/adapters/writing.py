"""Write decisions, many accounts at once: nothing but its instant where nothing visible changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.adapters import decision_sql as sql
from reconciler.adapters.driver import Driver
from reconciler.adapters.forecast_rows import write_forecasts
from reconciler.adapters.rows import Rows, Section, rows_of
from reconciler.domain.entry import Entry
from reconciler.domain.memo import memo_of
from reconciler.domain.policy import Policy
from reconciler.domain.timeline import entries
from reconciler.ports import wire
from reconciler.ports.decisions import Decided
from trueup_contracts.accounts import AccountReconciledV1
from trueup_readmodel.payload import TimelineData

NO_CURRENCY = "XXX"
"""ISO 4217 for "no currency": the key of a month of an account that has none yet."""


@dataclass(frozen=True, slots=True)
class Change:
    """An account whose row says something new."""

    one: Decided
    rows: Rows
    sections: frozenset[Section]
    revision: int

    @property
    def client_id(self) -> str:
        """Whose row it is."""
        return self.one.result.snapshot.account.client_id


def changes_of(decided: Sequence[Decided], policy: Policy) -> tuple[list[Change], list[Decided]]:
    """Decisions that say something new, and those that say what was said before."""
    changed: list[Change] = []
    same: list[Decided] = []
    for one in decided:
        state = one.claimed.state
        rows = rows_of(one.result, policy, state.periods)
        sections = frozenset(name for name, hashed in rows.sections.items() if state.hashes.get(name) != hashed)
        if sections:
            changed.append(Change(one, rows, sections, state.revision + 1))
        else:
            same.append(one)
    return changed, same


async def write(
    driver: Driver, decided: Sequence[Decided], policy: Policy, *, quiet: bool
) -> list[AccountReconciledV1]:
    """Write decisions with a fixed number of statements; the events to announce what changed."""
    changed, same = changes_of(decided, policy)
    await write_forecasts(driver, [change.one.result for change in changed], [one.result for one in same])
    if same:
        await _touch(driver, same)
    if not changed:
        return []
    await driver.executemany(
        sql.WRITE_ACCOUNT, [(*change.rows.account, change.one.result.now, change.revision) for change in changed]
    )
    await _write_invoices(driver, [change for change in changed if "invoices" in change.sections])
    await _write_periods(driver, changed)
    if not quiet:
        await driver.executemany(sql.WRITE_TIMELINE, [row for change in changed for row in _timeline(change, policy)])
    await driver.executemany(sql.WRITE_STATE, [_state(change) for change in changed])
    return [
        AccountReconciledV1(
            version=change.revision,
            client_id=change.client_id,
            reconciled_at=change.one.result.now,
            changed=sorted(change.sections),
        )
        for change in changed
    ]


async def _touch(driver: Driver, same: Sequence[Decided]) -> None:
    """The row is as it was, but it was looked at now, and may rest on other scopes."""
    results = [one.result for one in same]
    await driver.executemany(
        sql.TOUCH_ACCOUNT,
        [
            (result.snapshot.account.client_id, result.now, [scope.key for scope in result.completeness.scopes])
            for result in results
        ],
    )
    await driver.executemany(
        sql.TOUCH_STATE, [(result.snapshot.account.client_id, result.now, result.recheck_at) for result in results]
    )


async def _write_invoices(driver: Driver, changed: Sequence[Change]) -> None:
    await driver.executemany(
        sql.DROP_INVOICES, [(change.client_id, [row[0] for row in change.rows.invoices]) for change in changed]
    )
    rows = [row for change in changed for row in change.rows.invoices]
    await driver.executemany(sql.WRITE_INVOICE, sorted(rows, key=lambda row: str(row[0])))


async def _write_periods(driver: Driver, changed: Sequence[Change]) -> None:
    await driver.executemany(
        sql.SUPERSEDE,
        [
            (
                change.client_id,
                [row.result.period.start for row in change.rows.periods],
                [row.version for row in change.rows.periods],
                [row.result.currency or NO_CURRENCY for row in change.rows.periods],
            )
            for change in changed
        ],
    )
    await driver.executemany(sql.WRITE_PERIOD, [row for change in changed for row in _periods(change)])


def _periods(change: Change) -> Iterator[tuple[Any, ...]]:
    """The months that differ from what was last written."""
    former = change.one.claimed.state.periods
    for row in change.rows.periods:
        result = row.result
        mark = former.get(result.period.start.isoformat())
        if mark is not None and mark.hash == row.hash:
            continue
        yield (
            change.client_id,
            result.period.start,
            result.currency or NO_CURRENCY,
            row.version,
            result.period.end,
            result.due,
            result.band,
            result.flagged,
            result.expected_minor,
            result.billed_minor,
            result.variance_minor,
            row.payload,
            change.one.result.now,
        )


def _timeline(change: Change, policy: Policy) -> Iterator[tuple[Any, ...]]:
    result = change.one.result
    for entry in entries(change.one.claimed.state.memo, result, policy, change.revision):
        yield (
            change.client_id,
            entry.occurred_at,
            result.now,
            entry.source,
            entry.kind,
            _data(entry),
            entry.dedupe_key,
        )


def _data(entry: Entry) -> str:
    data = TimelineData(title=entry.title, before=entry.before, after=entry.after, data=entry.data)
    return wire.encode(data)


def _state(change: Change) -> tuple[Any, ...]:
    result = change.one.result
    hashes = {"sections": change.rows.sections, "periods": change.rows.marks}
    return (
        change.client_id,
        change.revision,
        result.now,
        result.recheck_at,
        wire.encode(memo_of(result)),
        wire.encode(hashes),
    )
