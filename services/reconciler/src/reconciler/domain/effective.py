"""Prices where there is no rate card for the days to come: those that the last invoices came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Literal

from reconciler.domain.prices import invoiced_prices
from reconciler.domain.snapshot import Document, Line, Rate, Snapshot
from trueup_billing import Currency, Period, month_of

LEFT_OUT_MAX = 20
"""Lines and credits that are named; an account with more has more important things to say."""


def item_metrics(snapshot: Snapshot) -> Mapping[str, str]:
    """Ledger item → metric, as the account's rate card says, ended versions included. Names decide nothing."""
    return {rate.item_id: rate.metric for rate in snapshot.account.usage_rates if rate.item_id is not None}


def with_effective_prices(
    snapshot: Snapshot, metrics: Sequence[str], quarter: Period
) -> tuple[Snapshot, Literal["rate_card", "last_invoices"]]:
    """The snapshot with the rates that the quarter's usage of these metrics is turned into money by.

    A metric whose card ends before its quarter goes on at the effective price of its last invoice. Without such an
    invoice its rates are taken out: a quarter of which the end has no price is no figure. A hole inside the card is
    the card's own word: nothing is charged then.
    """
    kept: list[Rate] = [rate for rate in snapshot.account.rates if not rate.is_usage]
    by_invoice = False
    last = quarter.end if snapshot.account.active_to is None else min(quarter.end, snapshot.account.active_to)
    told = invoiced_prices(snapshot).before(month_of(last - timedelta(days=1)))
    for metric in metrics:
        rates = [one for one in snapshot.account.usage_rates if one.metric == metric]
        start = max([quarter.start, *(one.valid_to or last for one in rates)]) if rates else quarter.start
        if start >= last and all(one.kind != "as_invoiced" or metric in told for one in rates):
            kept += rates
            by_invoice = by_invoice or any(one.kind == "as_invoiced" for one in rates)
        elif (price := _effective_price(snapshot, metric)) is not None:
            by_invoice = True
            kept += [*rates, replace(price, valid_from=start)]
    account = replace(snapshot.account, rates=tuple(kept))
    return replace(snapshot, account=account), "last_invoices" if by_invoice else "rate_card"


def _effective_price(snapshot: Snapshot, metric: str) -> Rate | None:
    """Amount ÷ quantity of the last standing invoice that bills the metric."""
    items = item_metrics(snapshot)
    for document in _latest_first(snapshot):
        lines = [line for line in document.lines if line.kind == "item" and items.get(line.item_id or "") == metric]
        quantity = sum((Fraction(line.quantity) for line in lines if line.quantity is not None), Fraction(0))
        if document.standing_invoice and quantity > 0 and all(line.quantity is not None for line in lines):
            series = snapshot.usage.get(metric)
            amount = Fraction(sum(line.amount_minor for line in lines), 10 ** Currency(document.currency).exponent)
            price = amount / quantity
            return Rate(metric, series.unit if series else "", price, str(price), document.currency, document.issued_on)
    return None


def _latest_first(snapshot: Snapshot) -> list[Document]:
    return sorted(snapshot.documents, key=lambda one: (one.issued_on, one.document_id), reverse=True)


def left_out_lines(snapshot: Snapshot, quarter: Period) -> list[tuple[str, str]]:
    """One-off lines and credits of the quarter's documents: (code, name); they are no usage and are not projected."""
    items = item_metrics(snapshot)
    if not items:
        return []
    found = dict.fromkeys(
        named
        for document in _latest_first(snapshot)
        if document.issued_on in quarter and document.state == "open"
        for named in _named(document, items)
    )
    return list(found)[:LEFT_OUT_MAX]


def _named(document: Document, items: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if document.kind == "credit_memo":
        yield "credit", document.number or document.document_id
        return
    for line in document.lines:
        if line.kind == "item" and line.item_id not in items:
            yield "one_off_line", _name(line)


def _name(line: Line) -> str:
    return line.item_name or line.description or line.line_id
