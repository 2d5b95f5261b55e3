"""What an account's three sources showed, cut off where the question says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trueup_sandbox.key.asked import Sight
from trueup_sandbox.key.calendar import local_day
from trueup_sandbox.world.accounts import Account
from trueup_sandbox.world.records import (
    Dispute,
    GatewayInvoice,
    GatewayPayment,
    LedgerDocument,
    LedgerPayment,
    Refund,
)
from trueup_sandbox.world.store import Shelf
from trueup_sandbox.world.world import World

STALE_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """One account as it was seen."""

    world: World
    account: Account
    sight: Sight
    today: date
    invoices: list[LedgerDocument]
    """Readable ones, as of the ledger's instant."""
    ledger_payments: list[LedgerPayment]
    gateway_invoices: list[GatewayInvoice]
    payments: list[GatewayPayment]
    refunds: list[Refund]
    disputes: list[Dispute]
    _used: dict[tuple[str, date], int] = field(default_factory=dict)

    def used(self, metric: str, day: date) -> int:
        """The quantity of a day, as far as it was seen."""
        known = self._used.get((metric, day))
        if known is None:
            known = self._used[metric, day] = self._count(metric, day)
        return known

    def moves(self) -> dict[str, list[int]]:
        """For each source, and each metric of usage, when it changed between its watermark and the judgement.

        Whoever judges does so by the right time; the sources' clock may have been ahead of it.
        """
        sight, store, usage = self.sight, self.world.desk.store, self.world.desk.usage
        until_ms = sight.now_ms + self.world.clock.most_ahead_ms
        found: defaultdict[str, set[int]] = defaultdict(set)
        for series in self.account.series:
            metric = usage.series[series].metric.metric
            as_of_ms = sight.latest(metric)
            if as_of_ms is not None:
                found[f"amplitude|{metric}"].update(usage.moves(series, as_of_ms, until_ms))
        shelves: dict[str, tuple[int | None, tuple[Shelf[Any], ...]]] = {
            "quickbooks": (sight.ledger_ms, (store.invoices, store.ledger_payments)),
            "stripe": (
                sight.gateway_ms,
                (store.gateway_invoices, store.payments, store.refunds, store.disputes),
            ),
        }
        for source, (as_of_ms, of_source) in shelves.items():
            if as_of_ms is not None:
                for shelf in of_source:
                    found[source] |= shelf.moves(self.account.index, as_of_ms, until_ms)
        return {name: sorted(instants) for name, instants in found.items()}

    def came_after(self, metric: str, day: date, instant_ms: int) -> int:
        """What of the quantity of a day came in after an instant; of users nobody is told on which day they came."""
        as_of_ms = self.sight.as_of(metric, day)
        if as_of_ms is None or as_of_ms <= instant_ms or metric in self.by_month:
            return 0
        return self._value(metric, day, as_of_ms) - self._value(metric, day, instant_ms)

    def _count(self, metric: str, day: date) -> int:
        as_of_ms = self.sight.as_of(metric, day)
        return 0 if as_of_ms is None else self._value(metric, day, as_of_ms)

    def _value(self, metric: str, day: date, as_of_ms: int) -> int:
        usage = self.world.desk.usage
        quantity = 0
        for series in self.account.series:
            if usage.series[series].metric.metric == metric:
                quantity += usage.value(series, usage.index(day), as_of_ms)
        return quantity

    @property
    def by_month(self) -> set[str]:
        """Metrics of users, who are counted by the month."""
        return {metric.metric for metric in self.world.scenario.metrics if metric.measure == "uniques"}

    def metrics(self) -> list[str]:
        """The metrics on the rate card, in its order."""
        return list(dict.fromkeys(price.metric for price in self.account.prices))


def gather(world: World, account: Account, sight: Sight) -> Evidence:
    """Collect what was visible at the question's instants."""
    store, index = world.desk.store, account.index
    ledger_ms = sight.ledger_ms or 0
    linked = ("unlinked", "stripe") not in in_truth(account)
    gateway_ms = (sight.gateway_ms or 0) if linked else 0
    return Evidence(
        world=world,
        account=account,
        sight=sight,
        today=local_day(sight.now_ms, account.time_zone),
        invoices=[one for one in store.invoices.of_account_at(index, ledger_ms) if one.readable],
        ledger_payments=store.ledger_payments.of_account_at(index, ledger_ms),
        gateway_invoices=store.gateway_invoices.of_account_at(index, gateway_ms),
        payments=store.payments.of_account_at(index, gateway_ms),
        refunds=store.refunds.of_account_at(index, gateway_ms),
        disputes=store.disputes.of_account_at(index, gateway_ms),
    )


def in_truth(account: Account) -> list[tuple[str, str]]:
    """Why the world itself makes the account impossible to judge: (code, source)."""
    situation = account.planted.situation if account.planted else None
    reasons = {
        "unlinked_amplitude": ("unlinked", "amplitude"),
        "unlinked_stripe": ("unlinked", "stripe"),
        "partial_source": ("partial", "quickbooks"),
    }
    return [reasons[situation]] if situation in reasons else []


def cannot_judge(evidence: Evidence) -> list[tuple[str, str]]:
    """All reasons, with those that lie in what has been seen so far."""
    found = in_truth(evidence.account)
    unlinked = {source for code, source in found if code == "unlinked"}
    sight = evidence.sight
    seen: dict[str, list[int | None]] = {
        "quickbooks": [sight.ledger_ms],
        "stripe": [sight.gateway_ms],
        "amplitude": [_latest(sight, metric) for metric in evidence.metrics()],
    }
    for source, instants in seen.items():
        if source in unlinked:
            continue
        if any(instant is None for instant in instants):
            found.append(("never_complete", source))
        elif any(instant is not None and instant < sight.now_ms - STALE_MS for instant in instants):
            found.append(("stale", source))
    return found


def _latest(sight: Sight, metric: str) -> int | None:
    return max((span.as_of_ms for span in sight.usage.get(metric, [])), default=None)
