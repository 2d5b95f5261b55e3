"""An account's facts as the records that would tell of them: every object in several versions, the last one true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
from tests.oracle.portfolio import account
from tests.oracle.rules.days import ONE_DAY

from reconciler.domain.partials import PARTIAL_REASONS, gap_name
from reconciler.ports import wire
from reconciler.ports.configured import Configured, Rate, Tier
from reconciler.usecases.read import KINDS
from trueup_contracts.accounts import AccountConfiguredV1
from trueup_contracts.decisions import DecisionRecordedV1
from trueup_contracts.invoices import InvoiceObservedV1
from trueup_contracts.links import LinkDecidedV1
from trueup_contracts.payments import PaymentObservedV1
from trueup_contracts.syncs import SyncReportedV1
from trueup_contracts.usage import UsageObservedV1

Facts = dict[str, Any]
CLIENT = "c"
STRANGER = "0stranger"
SENDERS = {"amplitude": UsageObservedV1.topic, "quickbooks": InvoiceObservedV1.topic, "stripe": PaymentObservedV1.topic}


@dataclass(frozen=True)
class Told:
    """A record to be published. `key` is None where nothing can be read of it."""

    topic: str
    key: str | None
    value: bytes
    source: str
    version: int
    headers: tuple[tuple[str, str], ...] = ()


def facts_for(seed: int) -> Facts:
    """A made-up account, cut down to what travels: one that is fresh or long stale, with nothing that depends on when
    something was seen."""
    facts = account(seed)
    facts |= {"uncalibrated": [], "month_metrics": [], "revisions": {}, "resolved": []}
    keep_days = sorted({day for one in facts["usage"].values() for day in one["days"]})[-110:]
    for one in facts["usage"].values():
        one["days"] = {day: value for day, value in one["days"].items() if day in keep_days}
    return linked_only(facts)


def linked_only(facts: Facts) -> Facts:
    """Without what belongs to no customer of the account, and with sources that are fresh or stale for good."""
    sources = {ref.split(":")[0] for ref in facts["links"]}
    usage = {metric: one for metric, one in facts["usage"].items() if one["days"]} if "amplitude" in sources else {}
    scopes = []
    for one in facts["scopes"]:
        age = None if one["as_of"] is None else facts["now"] - one["as_of"]
        fresh = age is not None and timedelta(minutes=14) < age <= timedelta(hours=24)
        scopes.append({**one, "as_of": facts["now"] - timedelta(minutes=2)} if fresh else one)
        if one["as_of"] is None and one["hole"] not in PARTIAL_REASONS:
            scopes[-1] = {**scopes[-1], "gaps": [], "refs": None}
    return facts | {
        "usage": usage,
        "scopes": scopes,
        "documents": facts["documents"] if "quickbooks" in sources else [],
        "payments": [one for one in facts["payments"] if one["id"].split(":")[0] in sources],
        "dead_letters": [
            letter for letter in facts["dead_letters"] if letter[0] in sources and letter[1] != f"{letter[0]}:x"
        ],
    }


def records(rng: Random, facts: Facts) -> list[Told]:
    """Everything but the sync reports, in no order that matters."""
    found: list[Told] = []
    for version, fact in [(1, configured(facts, early=True)), (2, configured(facts))]:
        found.append(told(AccountConfiguredV1.topic, msgspec.structs.replace(fact, version=version), "trueup"))
    for ref in decided_links(facts):
        for version, verdict in enumerate(
            rng.choice([["linked"], ["unlinked", "linked"], ["linked", "withdrawn", "linked"]]), 1
        ):
            found.append(told(LinkDecidedV1.topic, link(facts, ref, verdict, version), "trueup"))
    for metric, one in facts["usage"].items():
        for day, value in one["days"].items():
            found += versions(rng, UsageObservedV1.topic, usage(facts, metric, day, value), "amplitude", quantity="7")
    for document in facts["documents"]:
        found += versions(
            rng, InvoiceObservedV1.topic, invoice(facts, document), "quickbooks", ref=f"quickbooks:{STRANGER}"
        )
    for one in facts["payments"]:
        source = one["id"].split(":")[0]
        wrong = {"status": "processing", "ref": f"{source}:{STRANGER}"}
        found += versions(rng, PaymentObservedV1.topic, payment(facts, one), source, **wrong)
    found += [told(DecisionRecordedV1.topic, decision(facts, one), "trueup") for one in facts["decisions"]]
    return found + [poison(source, ref, number) for number, (source, ref) in enumerate(facts["dead_letters"])]


def told(topic: str, fact: Any, source: str) -> Told:
    """A fact as a record."""
    return Told(topic, KINDS[topic].key(fact), msgspec.json.encode(fact), source, fact.version)


def versions(rng: Random, topic: str, fact: Any, source: str, **wrong: Any) -> list[Told]:
    """A fact, perhaps with former versions that said something else."""
    before = rng.choices([0, 1, 2], [70, 20, 10])[0]
    last = msgspec.structs.replace(fact, version=10 * (before + 1))
    former = [msgspec.structs.replace(fact, version=10 * (number + 1), **wrong) for number in range(before)]
    return [told(topic, one, source) for one in (*former, last)]


def poison(source: str, ref: str | None, number: int) -> Told:
    """A record that cannot be read; with a ref it still says whom it is about."""
    value = b"{" if ref is None else msgspec.json.encode({"ref": ref, "version": "none"})
    headers = (("ce_source", "/stripe-webhooks"),) if source == "stripe" else ()
    key = None if ref is None or source != "amplitude" else f"{ref}|broken|2024-01-{number + 1:02d}"
    return Told(SENDERS[source], key, value, source, 0, headers)


def decided_links(facts: Facts) -> list[str]:
    """The refs that people linked by hand; the others come with the import."""
    return [ref for ref in facts["links"] if ref.endswith("1")]


def configured(facts: Facts, *, early: bool = False) -> Configured:
    """What people entered; `early`: before the card was there."""
    own, by_hand = facts["account"], decided_links(facts)
    return Configured(
        version=1,
        client_id=CLIENT,
        name="Client",
        configured_at=facts["now"],
        time_zone=own["zone"],
        active_from=own["active_from"],
        active_to=own["active_to"],
        anchor_day=own["anchor"],
        refs=[ref for ref in facts["links"] if ref not in by_hand],
        rates=[] if early else [rate(one) for one in own["rates"]],
    )


def rate(one: Facts) -> Rate:
    """A component of the card."""
    return Rate(
        metric=one["metric"],
        unit="units",
        currency=one["currency"],
        valid_from=one["valid_from"],
        valid_to=one["valid_to"],
        unit_price=one["unit_price"],
        item_id=one["item"],
        kind=one["kind"],
        component=one["component"],
        tiers=[Tier(price, upto) for upto, price in one["tiers"]],
        package_size=one["package_size"],
        included=one["included"],
        amount_minor=one["amount"],
        percent=one["percent"],
        billed=one["billed"],
        proration=one["proration"],
    )


def link(facts: Facts, ref: str, verdict: Any, version: int) -> wire.LinkDecided:
    """What a person decided about a customer."""
    to = CLIENT if verdict == "linked" else None
    return wire.LinkDecided(version, ref, f"l{version}", verdict, "ana", facts["now"], client_id=to)


def usage(facts: Facts, metric: str, day: Any, value: str) -> wire.Usage:
    """One bucket, counted while its day ran: nothing is called late on its account."""
    observed_at = datetime(day.year, day.month, day.day, tzinfo=facts["now"].tzinfo)
    return wire.Usage(
        version=1,
        ref="amplitude:c0",
        metric=metric,
        bucket=day.isoformat(),
        quantity=value,
        unit=metric,
        observed_at=observed_at,
    )


def invoice(facts: Facts, one: Facts) -> wire.Invoice:
    """An invoice or credit memo."""
    return wire.Invoice(
        version=1,
        document_id=one["id"],
        kind=one["kind"],
        state=one["state"],
        ref="quickbooks:c0",
        issued_on=one["issued_on"],
        currency=one["currency"],
        total_minor=one["total"],
        tax_minor=one["tax"],
        balance_minor=one["balance"],
        observed_at=facts["now"],
        number=one["number"],
        due_on=one["due_on"],
        created_at=one["created_at"],
        lines=[
            wire.Line(
                line_id=line["id"],
                amount_minor=line["amount"],
                kind=line["kind"],
                item_id=line["item"],
                item_name=line["item_name"],
                quantity=line["quantity"],
                unit_price=line["unit_price"],
                service_date=line["service_date"],
            )
            for line in one["lines"]
        ],
    )


def payment(facts: Facts, one: Facts) -> wire.Payment:
    """A movement of money."""
    keys = {"quickbooks_invoice_id": one["names"], "invoice_number": one["named_number"]}
    return wire.Payment(
        version=1,
        object_id=one["id"],
        kind=one["kind"],
        ref=f"{one['id'].split(':')[0]}:c0",
        status=one["status"],
        currency=one["currency"],
        amount_minor=one["amount"],
        occurred_at=one["occurred_at"],
        observed_at=facts["now"],
        number=one["number"],
        gateway_invoice_id=one["gateway_invoice"],
        payment_id=one["of_payment"],
        remaining_minor=one["remaining"],
        credited_minor=one["credited"],
        attempted=one["attempted"],
        failure=wire.Failure(code="card_declined") if one["failure"] else None,
        applied=[wire.Application(target, amount) for target, amount in one["applied"]],
        link_keys={name: value for name, value in keys.items() if value is not None},
    )


def decision(facts: Facts, one: Facts) -> wire.Decided:
    """What a person decided about the account."""
    seen = one["figures"]
    figures = None if seen is None else wire.Figures("over_billed", 1, seen[0], seen[1], seen[2])
    return wire.Decided(
        version=one["version"],
        client_id=CLIENT,
        decision_id=one["id"],
        kind=one["kind"],
        revision=1,
        decided_by="ana",
        decided_by_name="Ana",
        decided_at=one["at"],
        period_start=one["period_start"],
        figures=figures,
        until=one["until"],
        source=one["source"],
        missing=None if one["missing"] is None else gap_name(one["missing"]),
        undoes=one["undoes"],
    )


def reports(facts: Facts, source: str, offsets: dict[str, dict[str, int]]) -> list[wire.Sync]:
    """What the pulls of a source report once all its facts are published: first what was complete, then what was not."""
    found = []
    for one in facts["scopes"]:
        if one["source"] != source:
            continue
        gaps = [wire.Gap(*gap) for gap in one["gaps"]]
        holed = one["hole"] in PARTIAL_REASONS
        asked: Facts = {"source": source, "scope": one["scope"], "refs": one["refs"], "offsets": offsets}
        asked |= {"started_at": facts["now"] - ONE_DAY, "finished_at": facts["now"]}
        if one["as_of"] is not None:
            parts = [wire.Coverage(first, as_of, last) for first, last, as_of in one["coverage"]]
            complete: Facts = {
                "complete": True,
                "as_of": one["as_of"],
                "coverage": parts,
                "gaps": [] if holed else gaps,
            }
            found.append(wire.Sync(version=10, **asked, **complete))
        if one["hole"] is not None:
            found.append(wire.Sync(version=20, **asked, complete=False, reason=one["hole"], gaps=gaps if holed else []))
    return found


def report_record(report: wire.Sync) -> Told:
    """A report as a record."""
    return told(SyncReportedV1.topic, report, "sync")
