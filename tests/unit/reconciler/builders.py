"""A small account with everything in place; each test changes the one thing it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from reconciler.domain.decision import Decision, Figures, Kind
from reconciler.domain.snapshot import (
    Account,
    Coverage,
    Document,
    Gap,
    Line,
    Link,
    Payment,
    Rate,
    Scope,
    Series,
    Snapshot,
)
from trueup_billing import Ref, Source

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 5, 1)
AMPLITUDE, QUICKBOOKS, STRIPE = "amplitude:acct_1", "quickbooks:41", "stripe:cus_1"


def rate(price: str = "0.01", *, metric: str = "api_calls", currency: str = "USD", **more: Any) -> Rate:
    """A price per call."""
    given: dict[str, Any] = {"unit": "calls", "valid_from": date(2026, 1, 1), "item_id": "1"} | more
    return Rate(metric=metric, unit_price=Fraction(price), unit_price_text=price, currency=currency, **given)


def account(**more: Any) -> Account:
    """A client in UTC with one rate."""
    given: dict[str, Any] = {"client_id": "c1", "name": "Acme", "rates": (rate(),)} | more
    return Account(**given)


def links(*, without: Source | None = None) -> tuple[Link, ...]:
    """One customer in each source."""
    refs = [Ref.parse(text) for text in (AMPLITUDE, QUICKBOOKS, STRIPE)]
    return tuple(Link(ref, "import") for ref in refs if ref.source != without)


def series(days: Mapping[date, int], *, metric: str = "api_calls", unit: str = "calls", scale: int = 0) -> Series:
    """Daily usage."""
    return Series(metric, unit, {day.toordinal(): value for day, value in days.items()}, scale)


def scopes(as_of: datetime = NOW, /, **changes: Scope) -> tuple[Scope, ...]:
    """Three complete scopes; `changes` by source name replace them."""
    found = {
        "amplitude": Scope(Source.AMPLITUDE, "usage|api_calls|0", as_of, (Coverage(FIRST_DAY, None, as_of),)),
        "quickbooks": Scope(Source.QUICKBOOKS, "documents", as_of),
        "stripe": Scope(Source.STRIPE, "billing", as_of),
    }
    return tuple((found | changes).values())


def scope(source: Source, **changes: Any) -> Scope:
    """The complete scope of one source, changed."""
    return replace(next(one for one in scopes() if one.source == source), **changes)


def gap(ref: str) -> tuple[Gap, ...]:
    """One customer that could not be read whole."""
    return (Gap(ref, "unreadable_document"),)


def invoice(
    amount_minor: int = 10_000,
    *,
    service: date | None = date(2026, 10, 31),
    number: str = "INV-1",
    identity: str = "7",
    lines: Iterable[Line] | None = None,
    **more: Any,
) -> Document:
    """October's invoice, one line, paid."""
    given: dict[str, Any] = {
        "kind": "invoice",
        "state": "open",
        "issued_on": date(2026, 11, 1),
        "due_on": date(2026, 11, 20),
        "currency": "USD",
        "total_minor": amount_minor,
        "balance_minor": 0,
    } | more
    own = tuple(lines) if lines is not None else (Line("1", "item", amount_minor, service, "1", "API calls"),)
    return Document(document_id=f"quickbooks:invoice:{identity}", number=number, lines=own, **given)


def payment(object_id: str = "stripe:payment:pi_1", **more: Any) -> Payment:
    """A payment that succeeded."""
    given: dict[str, Any] = {
        "kind": "payment",
        "status": "succeeded",
        "currency": "USD",
        "amount_minor": 10_000,
        "occurred_at": datetime(2026, 11, 5, tzinfo=UTC),
    } | more
    return Payment(object_id=object_id, **given)


def gateway_invoice(**more: Any) -> Payment:
    """The gateway's side of `invoice()`, open."""
    given: dict[str, Any] = {
        "kind": "gateway_invoice",
        "status": "open",
        "remaining_minor": 10_000,
        "link_keys": {"quickbooks_invoice_id": "7"},
    } | more
    return payment("stripe:invoice:in_1", **given)


def decision(
    kind: Kind = "resolve", version: int = 1, *, seen: tuple[int, int] | None = (10_000, 10_700), **more: Any
) -> Decision:
    """What Ana decided about October; `seen`: what was expected and billed then."""
    given: dict[str, Any] = {
        "decision_id": f"dc_{version}",
        "decided_by": "ana",
        "decided_by_name": "Ana Lima",
        "decided_at": NOW,
        "period_start": date(2026, 10, 1),
        "figures": None if seen is None else Figures("USD", *seen, "over_billed"),
    } | more
    return Decision(version=version, kind=kind, **given)


def snapshot(**more: Any) -> Snapshot:
    """Account, links and complete scopes; usage of 10,000 calls in October worth 100.00 USD."""
    given: dict[str, Any] = {
        "account": account(),
        "links": links(),
        "scopes": scopes(),
        "usage": {"api_calls": series({date(2026, 10, 10): 10_000})},
        "documents": (invoice(),),
    } | more
    return Snapshot(**given)
