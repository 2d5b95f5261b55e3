"""Imports of accounts and rate cards: all or nothing, written down, announced in the same transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from dashboard_api.domain.access import Principal
from dashboard_api.domain.configuration import AccountConfig, RateConfig
from dashboard_api.domain.csv_accounts import read_accounts
from dashboard_api.domain.csv_rates import read_rates
from dashboard_api.domain.imports import ImportOutcome, Row, RowError, compare
from dashboard_api.ports.configuration import Configuration, ConfigurationChange
from dashboard_api.usecases.rate_cards import card_component
from trueup_contracts.accounts import AccountConfiguredV1

ReadRows = Callable[[str], tuple[Sequence[Row], Sequence[RowError]]]


class ImportAccounts:
    """Adds and changes accounts; those that the file does not name stay as they are."""

    def __init__(self, configuration: Configuration, *, now: Callable[[], datetime]) -> None:
        self._configuration = configuration
        self._now = now

    async def __call__(self, principal: Principal, text: str, *, dry_run: bool) -> ImportOutcome:
        """Read the file and, unless it is a dry run or something is wrong with it, apply it."""
        async with self._configuration.change(writing=not dry_run) as change:
            known = await change.accounts()
            rows, wanted, errors = read_accounts(text, known)
            changes, unchanged = compare(known, wanted) if not errors else ([], 0)
            applied = not dry_run and not errors
            if applied and changes:
                changed = [wanted[each.key][1] for each in changes]
                await change.save_accounts(changed)
                # Owners are ours alone: the bus need not hear of them.
                told = [wanted[each.key][1] for each in changes if set(each.fields) != {"owner"}]
                await change.publish(await _events(change, told, await change.rates(), self._now()))
            outcome = ImportOutcome(dry_run, applied, rows, unchanged, changes, errors)
            if applied:
                await change.audit(principal, "accounts.imported", _summary(outcome, text))
        return outcome


class ImportRates:
    """Replaces the whole rate card of each account that the file names; former versions are kept."""

    def __init__(self, configuration: Configuration, *, now: Callable[[], datetime]) -> None:
        self._configuration = configuration
        self._now = now

    async def __call__(self, principal: Principal, text: str, read: ReadRows, *, dry_run: bool) -> ImportOutcome:
        """Read the file (`read` knows its form) and, unless it is a dry run or something is wrong with it, apply it."""
        form, formal = read(text)
        async with self._configuration.change(writing=not dry_run) as change:
            accounts, cards = await change.accounts(), await change.rates()
            rows, wanted, errors = read_rates(form, formal, accounts)
            named = {rate.client_id for _, rate in wanted.values()}
            known = {rate.key: rate for client in named for rate in cards.get(client, [])}
            changes, unchanged = compare(known, wanted, replaces=True) if not errors else ([], 0)
            applied = not dry_run and not errors
            if applied and changes:
                both = {**known, **{key: rate for key, (_, rate) in wanted.items()}}
                touched = sorted({both[each.key].client_id for each in changes})
                fresh = _by_client((rate for _, rate in wanted.values()), touched)
                await change.save_rates(principal, fresh)
                told = [accounts[client] for client in touched]
                await change.publish(await _events(change, told, fresh, self._now()))
            outcome = ImportOutcome(dry_run, applied, rows, unchanged, changes, errors)
            if applied:
                await change.audit(principal, "rates.imported", _summary(outcome, text))
        return outcome


def _by_client(rates: Iterable[RateConfig], clients: Sequence[str]) -> dict[str, list[RateConfig]]:
    cards: dict[str, list[RateConfig]] = {client: [] for client in clients}
    for rate in rates:
        if rate.client_id in cards:
            cards[rate.client_id].append(rate)
    return cards


async def _events(
    change: ConfigurationChange,
    accounts: Sequence[AccountConfig],
    cards: Mapping[str, Sequence[RateConfig]],
    now: datetime,
) -> list[AccountConfiguredV1]:
    versions = await change.versions(len(accounts))
    return [
        AccountConfiguredV1(
            version=version,
            client_id=account.client_id,
            name=account.name,
            time_zone=account.time_zone,
            active_from=account.active_from,
            active_to=account.active_to,
            refs=list(account.refs),
            anchor_day=account.anchor_day,
            rates=[card_component(rate) for rate in cards.get(account.client_id, [])],
            configured_at=now,
        )
        for account, version in zip(accounts, versions, strict=True)
    ]


def _summary(outcome: ImportOutcome, text: str) -> dict[str, object]:
    counts = {kind: outcome.count(kind) for kind in ("added", "changed", "removed")}
    changed = [{"key": each.key, "change": each.change, "fields": each.fields} for each in outcome.changes]
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"rows": outcome.rows, "unchanged": outcome.unchanged, **counts, "sha256": digest, "changes": changed}
