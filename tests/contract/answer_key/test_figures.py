"""What the reconciler makes of the sandbox's world is what the answer key says, without a bus or a database between them."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard_api.domain.csv_rates import read_rates, rows_of_csv
from dashboard_api.usecases.rate_cards import card_component
from reconciler.adapters.convert import account_of
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import PeriodResult
from reconciler.domain.snapshot import (
    Account,
    Application,
    Coverage,
    Document,
    Line,
    Link,
    Payment,
    Revision,
    Scope,
    Series,
    Snapshot,
)
from trueup_billing import Ref, Source
from trueup_contracts.accounts import AccountConfiguredV1
from trueup_sandbox.clock import Clock, day_start_ms, to_instant, to_ms
from trueup_sandbox.control.exports import rates_csv
from trueup_sandbox.key.answers import answer
from trueup_sandbox.key.asked import AccountAsked
from trueup_sandbox.scenario import load
from trueup_sandbox.world.accounts import Account as Played
from trueup_sandbox.world.records import LedgerDocument, LedgerPayment
from trueup_sandbox.world.world import World

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCENARIO = Path(__file__).parents[3] / "deploy" / "sandbox" / "small.yaml"
BLIND = {"unlinked_amplitude", "unlinked_stripe", "partial_source"}


@pytest.fixture(scope="module")
def world() -> World:
    return World(load(SCENARIO), clock=Clock(lambda: to_ms(NOW)))


@pytest.fixture(scope="module")
def configured(world: World) -> dict[str, Account]:
    """The accounts as an import of the sandbox's own file makes them."""
    rows, errors = rows_of_csv(rates_csv(world.accounts))
    _, wanted, wrong = read_rates(rows, errors, [one.client_id for one in world.accounts])
    assert wrong == []
    found = {}
    for one in world.accounts:
        rates = [card_component(rate) for _, rate in wanted.values() if rate.client_id == one.client_id]
        event = AccountConfiguredV1(
            version=1,
            client_id=one.client_id,
            name=one.name,
            time_zone=one.time_zone,
            active_from=one.active_from,
            active_to=one.active_to,
            rates=rates,
            configured_at=NOW,
        )
        found[one.client_id] = account_of(event.model_dump_json(exclude_none=True))
    return found


def document(one: LedgerDocument, kind: Any, currency: str) -> Document:
    lines = tuple(
        Line(
            line_id=str(place),
            kind="item",
            amount_minor=line.amount_minor,
            service_date=line.service_date,
            item_id=line.item_id,
            item_name=line.item_name,
            quantity=None if line.quantity is None else str(line.quantity),
            unit_price=None if line.unit_price is None else str(line.unit_price),
        )
        for place, line in enumerate(one.lines, start=1)
    )
    return Document(
        document_id=f"quickbooks:{'invoice' if kind == 'invoice' else 'creditmemo'}:{one.id}",
        kind=kind,
        state=one.state,
        issued_on=one.issued_on,
        currency=currency,
        total_minor=one.total_minor,
        balance_minor=one.balance_minor,
        lines=lines,
        number=one.number,
        due_on=one.due_on,
        created_at=to_instant(one.created_ms),
    )


def payment(one: LedgerPayment, currency: str) -> Payment:
    return Payment(
        object_id=f"quickbooks:payment:{one.id}",
        kind="payment",
        status="succeeded",
        currency=currency,
        amount_minor=one.total_minor,
        occurred_at=to_instant(one.created_ms),
        applied=tuple(
            Application(f"quickbooks:{part.type.lower()}:{part.id}", part.amount_minor) for part in one.applied
        ),
    )


def series(world: World, played: Played) -> Iterator[tuple[str, Series]]:
    usage = world.desk.usage
    for index in played.series:
        metric = usage.series[index].metric
        days = {
            usage.day(day).toordinal(): usage.value(index, day, to_ms(NOW))
            for day in range(usage.index(NOW.date()) + 1)
        }
        yield metric.metric, Series(metric.metric, metric.unit, days)


def revisions(world: World, played: Played) -> Iterator[tuple[str, tuple[Revision, ...]]]:
    """What days held before something was uploaded to them after they were over, as an export tells it."""
    usage, found = world.desk.usage, defaultdict[str, list[Revision]](list)
    for index in played.series:
        for day in range(usage.index(NOW.date())):
            start = day_start_ms(usage.day(day) + timedelta(days=1))
            if usage.value(index, day, start) != usage.value(index, day, to_ms(NOW)):
                instants = [start, *usage.moves(index, start, to_ms(NOW))]
                seen = tuple((to_instant(at), usage.value(index, day, at)) for at in instants)
                ref, metric = f"amplitude:{played.amplitude_id}", usage.series[index].metric.metric
                found[metric].append(Revision(ref, usage.day(day).toordinal(), seen))
    yield from ((metric, tuple(each)) for metric, each in found.items())


def snapshot(world: World, played: Played, account: Account) -> Snapshot:
    store, index, currency = world.desk.store, played.index, played.currency.code
    invoices = [document(one, "invoice", currency) for one in store.invoices.of_account_at(index, to_ms(NOW))]
    memos = [document(one, "credit_memo", currency) for one in store.credits.of_account_at(index, to_ms(NOW))]
    first = world.desk.usage.first_day
    refs = [f"amplitude:{played.amplitude_id}", f"quickbooks:{played.ledger_id}", f"stripe:{played.gateway_id}"]
    metrics = {rate.metric for rate in account.usage_rates}
    return Snapshot(
        account=account,
        links=tuple(Link(Ref.parse(ref), "import") for ref in refs),
        usage=dict(series(world, played)),
        revisions=dict(revisions(world, played)),
        documents=(*invoices, *memos),
        payments=tuple(payment(one, currency) for one in store.ledger_payments.of_account_at(index, to_ms(NOW))),
        scopes=(
            *(
                Scope(Source.AMPLITUDE, f"usage|{metric}|0", NOW, (Coverage(first, None, NOW),))
                for metric in sorted(metrics)
            ),
            Scope(Source.QUICKBOOKS, "documents", NOW),
            Scope(Source.STRIPE, "billing", NOW),
        ),
    )


def said(world: World, client_id: str) -> dict[str, dict[str, Any]]:
    marks: list[dict[str, Any]] = [
        {"source": "quickbooks", "scope": "documents", "as_of": NOW},
        {"source": "stripe", "scope": "billing", "as_of": NOW},
    ]
    marks += [
        {"source": "amplitude", "scope": f"usage|{one.metric}|0", "from_day": world.desk.usage.first_day, "as_of": NOW}
        for one in world.scenario.metrics
    ]
    asked = AccountAsked.model_validate({"client_id": client_id, "now": NOW, "watermarks": marks})
    return {one["start"]: one for one in answer(world, asked).get("periods", [])}


def shown(period: PeriodResult) -> dict[str, Any]:
    return {
        "expected_minor": period.expected_minor,
        "billed_minor": period.billed_minor,
        "band": period.band,
        "percent": period.percent,
        "explained": [{"cause": part.cause, "amount_minor": part.amount_minor} for part in period.parts],
        "unexplained_minor": period.unexplained_minor,
    }


def test_every_period_of_every_account_is_what_the_key_says(world: World, configured: dict[str, Account]) -> None:
    compared = 0
    for played in world.accounts:
        if played.planted and played.planted.situation in BLIND:
            continue
        key = said(world, played.client_id)
        result = reconcile(snapshot(world, played, configured[played.client_id]), Policy(), NOW)
        assert [one.period.start.isoformat() for one in result.periods] == list(key), played.client_id
        for period in result.periods:
            expected = {name: key[period.period.start.isoformat()][name] for name in shown(period)}
            assert shown(period) == expected, (played.client_id, played.planted, period.period.start)
            compared += 1
    assert compared > 350


def test_the_file_of_the_sandbox_names_every_kind_it_plants(world: World) -> None:
    kinds = {row["kind"] for row in csv.DictReader(io.StringIO(rates_csv(world.accounts)))}
    assert kinds == {"per_unit", "graduated", "minimum", "discount"}
