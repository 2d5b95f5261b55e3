"""Stored payloads as values of the domain."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import asyncpg

from reconciler.domain.decision import Balances, Decision, Figures
from reconciler.domain.snapshot import (
    Account,
    Application,
    Coverage,
    Document,
    Gap,
    Line,
    Payment,
    Rate,
    Scope,
    Tier,
)
from reconciler.ports import configured, wire
from reconciler.ports.words import decimal_text
from trueup_billing import Source

_configured = wire.decoder(configured.Configured)
_invoice = wire.decoder(wire.Invoice)
_payment = wire.decoder(wire.Payment)
_sync = wire.decoder(wire.Sync)
_decided = wire.decoder(wire.Decided)


def account_of(text: str) -> Account:
    """A payload of `configured`."""
    fact = _configured.decode(text)
    return Account(
        client_id=fact.client_id,
        name=fact.name,
        time_zone=fact.time_zone,
        active_from=fact.active_from,
        active_to=fact.active_to,
        rates=tuple(_rate_of(rate) for rate in fact.rates),
        anchor_day=fact.anchor_day,
    )


def _rate_of(rate: configured.Rate) -> Rate:
    text = decimal_text(rate.unit_price)
    return Rate(
        metric=rate.metric,
        unit=rate.unit,
        unit_price=Fraction(text),
        unit_price_text=text,
        currency=rate.currency,
        valid_from=rate.valid_from,
        valid_to=rate.valid_to,
        item_id=rate.item_id,
        kind=rate.kind,
        component=rate.component,
        tiers=tuple(
            Tier(None if tier.up_to is None else Fraction(tier.up_to), Fraction(tier.unit_price)) for tier in rate.tiers
        ),
        package_size=Fraction(rate.package_size),
        included=Fraction(rate.included),
        amount_minor=rate.amount_minor,
        percent=None if rate.percent is None else Fraction(rate.percent),
        billed=rate.billed,
        proration=rate.proration,
    )


def document_of(text: str) -> Document:
    """A payload of `documents`."""
    fact = _invoice.decode(text)
    return Document(
        document_id=fact.document_id,
        kind=fact.kind,
        state=fact.state,
        issued_on=fact.issued_on,
        currency=fact.currency,
        total_minor=fact.total_minor,
        balance_minor=fact.balance_minor,
        lines=tuple(_line_of(line) for line in fact.lines),
        number=fact.number,
        due_on=fact.due_on,
        tax_minor=fact.tax_minor,
        created_at=fact.created_at,
        updated_at=fact.updated_at,
    )


def _line_of(line: wire.Line) -> Line:
    return Line(
        line_id=line.line_id,
        kind=line.kind,
        amount_minor=line.amount_minor,
        service_date=line.service_date,
        item_id=line.item_id,
        item_name=line.item_name,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
    )


def payment_of(text: str) -> Payment:
    """A payload of `payments`."""
    fact = _payment.decode(text)
    method, failure = fact.method, fact.failure
    return Payment(
        object_id=fact.object_id,
        kind=fact.kind,
        status=fact.status,
        currency=fact.currency,
        amount_minor=fact.amount_minor,
        occurred_at=fact.occurred_at,
        ref=fact.ref,
        number=fact.number,
        gateway_invoice_id=fact.gateway_invoice_id,
        payment_id=fact.payment_id,
        remaining_minor=fact.remaining_minor,
        credited_minor=fact.credited_minor or 0,
        overpaid_minor=fact.overpaid_minor or 0,
        off_gateway=bool(fact.off_gateway),
        attempted=bool(fact.attempted),
        attempt_count=fact.attempt_count,
        next_attempt_at=fact.next_attempt_at,
        method=None if method is None else {"kind": method.kind, "brand": method.brand, "last4": method.last4},
        failure=None if failure is None else _failure_of(failure),
        applied=tuple(Application(part.document_id, part.amount_minor) for part in fact.applied),
        unapplied_minor=fact.unapplied_minor,
        link_keys=fact.link_keys,
    )


def _failure_of(failure: wire.Failure) -> dict[str, str | None]:
    return {
        "code": failure.code,
        "decline_code": failure.decline_code,
        "advice_code": failure.advice_code,
        "message": failure.message,
        "failed_at": None if failure.failed_at is None else failure.failed_at.isoformat(),
    }


def read_decision(text: str) -> Decision:
    """A payload of `recorded`."""
    return decision_of(_decided.decode(text))


def decision_of(fact: wire.Decided) -> Decision:
    """A decision as it was recorded."""
    seen, left = fact.figures, fact.balances
    return Decision(
        decision_id=fact.decision_id,
        version=fact.version,
        kind=fact.kind,
        decided_by=fact.decided_by,
        decided_by_name=fact.decided_by_name,
        decided_at=fact.decided_at,
        period_start=fact.period_start,
        figures=None
        if seen is None
        else Figures(seen.currency, seen.expected_minor, seen.billed_minor, seen.band, seen.policy_version),
        document_id=fact.document_id,
        balances=None if left is None else Balances(left.number, left.ledger_minor, left.gateway_minor),
        until=fact.until,
        source=None if fact.source is None else Source(fact.source),
        missing=fact.missing,
        undoes=fact.undoes,
        reason=fact.reason,
    )


SCOPE_COLUMNS = """
key, complete::text AS complete, holes::text AS holes, coalesce((latest -> 'retired')::boolean, false) AS retired
"""
"""Of the table `scopes`, what `scope_of` reads."""


def scope_of(row: asyncpg.Record) -> Scope:
    """A row of `scopes`. Rows change once a minute and are read with every claim: the reading is remembered."""
    return _scope(row["key"], row["complete"], row["holes"], row["retired"])


@lru_cache(maxsize=256)
def _scope(key: str, complete_text: str | None, holes_text: str | None, retired: bool) -> Scope:
    complete = None if complete_text is None else _sync.decode(complete_text)
    holes = None if holes_text is None else _sync.decode(holes_text)
    source, scope = key.split("|", 1)
    asked = complete or holes
    return Scope(
        source=Source(source),
        scope=scope,
        as_of=complete.as_of if complete else None,
        coverage=tuple(Coverage(part.from_day, part.to_day, part.as_of, part.time_zone) for part in complete.coverage)
        if complete
        else (),
        refs=None if asked is None or asked.refs is None else frozenset(asked.refs),
        incomplete_reason=holes.reason if holes and not holes.complete else None,
        gaps=tuple(Gap(gap.ref, gap.reason, gap.detail) for gap in holes.gaps) if holes else (),
        retired=retired,
    )
