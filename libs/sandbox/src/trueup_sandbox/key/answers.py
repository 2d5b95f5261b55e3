"""The answer for one account."""

from __future__ import annotations

from typing import Any

from trueup_sandbox.clock import to_instant
from trueup_sandbox.key.asked import AccountAsked, sight_of
from trueup_sandbox.key.calendar import days_between, first_of_next
from trueup_sandbox.key.evidence import Evidence, cannot_judge, gather, in_truth
from trueup_sandbox.key.forecast import forecast
from trueup_sandbox.key.money import named_month, verdicts, worst
from trueup_sandbox.key.status import row, shown_on_row, standings
from trueup_sandbox.world.world import World

BLIND = {"unlinked", "partial", "never_complete"}


def answer(world: World, asked: AccountAsked) -> dict[str, Any]:
    """What the product should show; `periods` are absent where nothing can be judged.

    Raises:
        UnknownObject: there is no such client.
    """
    account = world.desk.account(asked.client_id)
    evidence = gather(world, account, sight_of(asked))
    reasons = cannot_judge(evidence)
    blind = {source for code, source in reasons if code in BLIND}
    unknown = any(source == "amplitude" or code == "partial" for code, source in reasons)
    shown: dict[str, Any] = {
        "client_id": account.client_id,
        "planted": account.planted.name if account.planted else None,
        "cannot_judge": sorted({code for code, _ in reasons}),
        "reasons": [{"code": code, "source": source} for code, source in reasons],
        "cannot_judge_in_truth": sorted({code for code, _ in in_truth(account)}),
        "today": evidence.today.isoformat(),
        "forecast": forecast(evidence, unknown=unknown),
        **_money(evidence, judgeable=not reasons),
    }
    found = standings(evidence)
    known = not blind & {"quickbooks", "stripe"}
    shown["usage_mtd"] = [] if "amplitude" in blind else _usage_to_date(evidence)
    shown["moves"] = {name: _instants(found) for name, found in evidence.moves().items()}
    shown["invoice"] = row(shown_on_row(found), account.currency.code, known=known)
    shown["invoices"] = [
        {
            "document_id": one.document_id,
            "status": one.status,
            "remaining_minor": one.remaining_minor,
            "paid_minor": one.paid_minor,
            "credited_minor": one.credited_minor,
        }
        for one in found
    ]
    return shown


def _money(evidence: Evidence, *, judgeable: bool) -> dict[str, Any]:
    """Periods and the row's variance; of an account that cannot be judged only that."""
    currency = evidence.account.currency.code
    if judgeable:
        found = verdicts(evidence)
        chosen = worst(found)
        return {
            "periods": [one.shown(currency) for one in found],
            "row_variance": chosen.shown(currency) if chosen else None,
        }
    month = named_month(evidence)
    if month is None:
        return {"row_variance": None}
    start, end = month
    return {"row_variance": {"band": "cannot_judge", "start": start.isoformat(), "end": end.isoformat()}}


def _instants(found: list[int]) -> list[str]:
    return [to_instant(at_ms).isoformat() for at_ms in found]


def _usage_to_date(evidence: Evidence) -> list[dict[str, Any]]:
    first = evidence.today.replace(day=1)
    days = days_between(first, first_of_next(first))
    units = {price.metric: price.unit for price in evidence.account.prices}
    return [
        {"metric": metric, "quantity": str(sum(evidence.used(metric, day) for day in days)), "unit": units[metric]}
        for metric in evidence.metrics()
    ]
