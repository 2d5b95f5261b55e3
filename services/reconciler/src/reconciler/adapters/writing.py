"""Write one decision: nothing but its instant when nothing visible changed."""

from __future__ import annotations

from typing import get_args

from reconciler.adapters import decision_sql as sql
from reconciler.adapters.driver import Driver
from reconciler.adapters.rows import Rows, rows_of
from reconciler.domain.memo import memo_of
from reconciler.domain.policy import Policy
from reconciler.domain.result import Reconciliation
from reconciler.domain.timeline import Entry, entries
from reconciler.ports import wire
from reconciler.ports.decisions import Decided, State
from trueup_contracts.accounts import AccountReconciledV1
from trueup_readmodel.payload import TimelineData

NO_CURRENCY = "XXX"
"""ISO 4217 for "no currency": the key of a month of an account that has none yet."""


async def write_decided(driver: Driver, one: Decided, policy: Policy, *, quiet: bool) -> AccountReconciledV1 | None:
    """Write one account; the event to announce when something visible changed."""
    result, state = one.result, one.claimed.state
    rows = rows_of(result, policy, state.periods)
    changed = [name for name, hashed in rows.sections.items() if state.hashes.get(name) != hashed]
    client_id = result.snapshot.account.client_id
    if not changed:
        keys = [scope.key for scope in result.completeness.scopes]
        await driver.execute(sql.TOUCH_ACCOUNT, client_id, result.now, keys)
        await driver.execute(sql.TOUCH_STATE, client_id, result.now, result.recheck_at)
        return None
    revision = state.revision + 1
    await driver.execute(sql.WRITE_ACCOUNT, *rows.account, result.now, revision)
    if "invoices" in changed:
        await _write_invoices(driver, client_id, rows)
    await _write_periods(driver, result, rows, state)
    if not quiet:
        await _write_timeline(driver, result, entries(state.memo, result, policy, revision))
    await _write_state(driver, result, rows, revision)
    return AccountReconciledV1(
        version=revision, client_id=client_id, reconciled_at=result.now, changed=_announced(changed)
    )


def _announced(changed: list[str]) -> list[str]:
    field = AccountReconciledV1.model_fields["changed"].annotation
    known = get_args(get_args(field)[0])
    return [name for name in known if name in changed]


async def _write_invoices(driver: Driver, client_id: str, rows: Rows) -> None:
    await driver.execute(sql.DROP_INVOICES, client_id, [row[0] for row in rows.invoices])
    await driver.executemany(sql.WRITE_INVOICE, sorted(rows.invoices, key=lambda row: str(row[0])))


async def _write_periods(driver: Driver, result: Reconciliation, rows: Rows, state: State) -> None:
    client_id = result.snapshot.account.client_id
    await driver.execute(
        sql.SUPERSEDE,
        client_id,
        [row.result.period.start for row in rows.periods],
        [row.version for row in rows.periods],
    )
    known = {start: mark.hash for start, mark in state.periods.items()}
    fresh = [row for row in rows.periods if known.get(row.result.period.start.isoformat()) != row.hash]
    await driver.executemany(
        sql.WRITE_PERIOD,
        [
            (
                client_id,
                row.result.period.start,
                row.result.currency or NO_CURRENCY,
                row.version,
                row.result.period.end,
                row.result.due,
                row.result.band,
                row.result.flagged,
                row.result.expected_minor,
                row.result.billed_minor,
                row.result.variance_minor,
                row.payload,
                result.now,
            )
            for row in fresh
        ],
    )


async def _write_timeline(driver: Driver, result: Reconciliation, found: list[Entry]) -> None:
    client_id = result.snapshot.account.client_id
    await driver.executemany(
        sql.WRITE_TIMELINE,
        [
            (client_id, entry.occurred_at, result.now, entry.source, entry.kind, _data(entry), entry.dedupe_key)
            for entry in found
        ],
    )


def _data(entry: Entry) -> str:
    data = TimelineData(title=entry.title, before=entry.before, after=entry.after, data=entry.data)
    return wire.encode(data)


async def _write_state(driver: Driver, result: Reconciliation, rows: Rows, revision: int) -> None:
    hashes = {"sections": rows.sections, "periods": rows.marks}
    await driver.execute(
        sql.WRITE_STATE,
        result.snapshot.account.client_id,
        revision,
        result.now,
        result.recheck_at,
        wire.encode(memo_of(result)),
        wire.encode(hashes),
    )
