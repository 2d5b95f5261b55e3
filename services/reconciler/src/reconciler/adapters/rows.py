"""A decision as rows: what to write, and what of it differs from the last decision."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from reconciler.adapters import payloads
from reconciler.adapters.detail import detail
from reconciler.domain.billed import calendar_of
from reconciler.domain.policy import Policy
from reconciler.domain.result import PeriodResult, Reconciliation
from reconciler.domain.text import quantity_text
from reconciler.ports import wire
from reconciler.ports.decisions import PeriodMark
from trueup_readmodel import payload as shapes

_SOURCE_STATES = {"stale": "stale", "partial": "partial"}
_RATIO_DIGITS = 12
Section = Literal["usage", "invoices", "payments", "variance", "forecast", "sources", "account"]


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One month to be written. `replaces`: written over its former version instead of beside it."""

    result: PeriodResult
    payload: str
    hash: str
    version: int
    replaces: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """All that is to be written for one account."""

    account: tuple[Any, ...]
    sections: Mapping[Section, str]
    """Section → hash; together they say everything visible, but for ages and the instant of the decision."""
    invoices: Sequence[tuple[Any, ...]]
    periods: Sequence[PeriodRow]
    marks: Mapping[str, PeriodMark]


def _hash(value: object) -> str:
    return hashlib.blake2b(wire.encode(value).encode(), digest_size=12).hexdigest()


def rows_of(result: Reconciliation, policy: Policy, former: Mapping[str, PeriodMark]) -> Rows:
    """Build the rows; `former` are the months as they were last written."""
    calendar = calendar_of(result.snapshot.account)
    invoices = [payloads.invoice(state, calendar) for state in result.invoices]
    months = [payloads.reconciliation(period) for period in result.periods]
    head, page = payloads.item(result, policy), detail(result, invoices, months)
    periods = [_period_row(*pair, former) for pair in zip(result.periods, months, strict=True)]
    return Rows(
        account=_account_row(result, head, page),
        sections=_sections(head, page, invoices),
        invoices=[_invoice_row(result.snapshot.account.client_id, one) for one in invoices],
        periods=periods,
        marks={
            row.result.period.start.isoformat(): PeriodMark(row.hash, row.version, row.result.due) for row in periods
        },
    )


def _sections(
    head: shapes.AccountItem, page: shapes.AccountDetail, invoices: Sequence[shapes.Invoice]
) -> dict[Section, str]:
    return {
        "usage": _hash([head["usage_mtd"], head["trend"], page["trend_detail"]]),
        "invoices": _hash([invoices, head["invoice_total"], head["due_date"], head["status"]]),
        "payments": _hash(page["payments"]),
        "variance": _hash(
            [head["variance"], head["policy_version"], head["summary"], page["reconciliations"], page["discrepancies"]]
        ),
        "forecast": _hash(page["forecast"]),
        "sources": _hash([head["sources"], page["refs"]]),
        "account": _hash(
            [
                *(head["name"], head["active"], page["time_zone"], page["active_from"], page["active_to"]),
                *(page["partials"], page["decision_ids"]),
            ]
        ),
    }


def _account_row(result: Reconciliation, head: shapes.AccountItem, page: shapes.AccountDetail) -> tuple[Any, ...]:
    """Columns of `read_model.accounts` up to the watermark keys, in the order of `WRITE_ACCOUNT`."""
    account, row, chosen = result.snapshot.account, result.row, result.invoice.state
    words = [account.name, account.client_id, *(s.document.number for s in result.invoices if s.document.number)]
    main = result.usage_mtd.get(result.main_metric or "")
    return (
        account.client_id,
        account.name,
        account.active_from,
        account.active_to,
        account.time_zone,
        account.rates[0].currency if account.rates else None,
        Decimal(quantity_text(main[0])) if main else None,
        chosen.document.total_minor if chosen else None,
        chosen.document.currency if chosen else None,
        chosen.document.due_on if chosen else None,
        result.invoice.status,
        row.band if row else None,
        result.flagged,
        row.expected_minor if row else None,
        row.billed_minor if row else None,
        row.variance_minor if row else None,
        _ratio(row),
        row.currency if row else None,
        _source_state(result),
        "\n".join(words).lower(),
        wire.encode(head),
        wire.encode(page),
        [scope.key for scope in result.completeness.scopes],
    )


def _ratio(row: PeriodResult | None) -> Decimal | None:
    """A sort key only: rounded to 12 digits."""
    if row is None or row.ratio is None:
        return None
    scaled = row.ratio * 10**_RATIO_DIGITS
    return Decimal(scaled.numerator // scaled.denominator).scaleb(-_RATIO_DIGITS)


def _source_state(result: Reconciliation) -> str:
    codes = {reason.code for reason in result.completeness.reasons}
    if codes - set(_SOURCE_STATES):
        return "cannot_judge"
    return next((state for code, state in _SOURCE_STATES.items() if code in codes), "ok")


def _invoice_row(client_id: str, one: shapes.Invoice) -> tuple[Any, ...]:
    period = one["period"]
    return (
        one["document_id"],
        client_id,
        one["number"],
        one["kind"],
        date.fromisoformat(one["issued_on"]),
        date.fromisoformat(one["due_on"]) if one["due_on"] else None,
        date.fromisoformat(period["start"]) if period else None,
        date.fromisoformat(period["end"]) if period else None,
        bool(period and period["assumed"]),
        one["currency"],
        one["total_minor"],
        one["remaining_minor"],
        one["paid_minor"],
        one["credited_minor"],
        one["status"],
        one["gateway_invoice_id"],
        wire.encode(one),
    )


def _period_row(result: PeriodResult, payload: shapes.Reconciliation, former: Mapping[str, PeriodMark]) -> PeriodRow:
    """A month that had ended keeps its former versions; one that still runs is written over."""
    mark = former.get(result.period.start.isoformat())
    hashed = _hash(payload)
    if mark is None:
        return PeriodRow(result, wire.encode(payload), hashed, 1, replaces=False)
    same = mark.hash == hashed
    version = mark.version if same or not mark.due else mark.version + 1
    return PeriodRow(result, wire.encode(payload), hashed, version, replaces=not mark.due or same)
