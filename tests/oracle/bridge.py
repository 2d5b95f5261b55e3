"""From the dictionaries to the product's own values, and from its answer back to a dictionary."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from reconciler.domain.decision import Decision, Figures
from reconciler.domain.forecast import Forecast
from reconciler.domain.partials import gap_name
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import PeriodResult, Reconciliation
from reconciler.domain.snapshot import (
    Account,
    Application,
    Coverage,
    DeadLetter,
    Document,
    Gap,
    Line,
    Link,
    Payment,
    Rate,
    Revision,
    Scope,
    Series,
    Snapshot,
    Tier,
)
from trueup_billing import Ref, Source

Facts = dict[str, Any]


def product_answer(facts: Facts) -> Facts:
    """What the product says."""
    return told(reconcile(snapshot_of(facts), policy_of(facts["policy"]), facts["now"]))


def policy_of(rules: Facts) -> Policy:
    """The rules' numbers."""
    return Policy(
        rounding_minor=rules["rounding"],
        auto_resolve_below_percent=rules["auto_percent"],
        tolerance_percent=rules["tolerance_percent"],
        money_caps_minor=rules["caps"],
        money_cap_other_minor=rules["cap_other"],
        invoicing_lag_days=rules["lag_days"],
    )


def snapshot_of(facts: Facts) -> Snapshot:
    """The facts as the product reads them."""
    account = facts["account"]
    usage = {metric: series_of(metric, one) for metric, one in facts["usage"].items()}
    return Snapshot(
        account=Account(
            client_id="c",
            name="Client",
            time_zone=account["zone"],
            active_from=account["active_from"],
            active_to=account["active_to"],
            rates=tuple(rate_of(rate) for rate in account["rates"]),
            anchor_day=account["anchor"],
        ),
        links=tuple(Link(Ref.parse(ref), "import") for ref in facts["links"]),
        usage=usage,
        documents=tuple(document_of(one) for one in facts["documents"]),
        payments=tuple(payment_of(one) for one in facts["payments"]),
        scopes=tuple(scope_of(one) for one in facts["scopes"]),
        dead_letters=tuple(DeadLetter(Source(source), ref) for source, ref in facts["dead_letters"]),
        decisions=tuple(decision_of(one) for one in facts["decisions"]),
        revisions={
            metric: tuple(
                Revision(
                    one["ref"],
                    one["day"].toordinal(),
                    tuple((at, scaled(text, usage[metric].scale)) for at, text in one["seen"]),
                )
                for one in found
            )
            for metric, found in facts["revisions"].items()
            if metric in usage
        },
        month_metrics=frozenset(facts["month_metrics"]),
        uncalibrated=dict.fromkeys(facts["uncalibrated"], "drift"),
        resolved=frozenset(facts["resolved"]),
    )


def series_of(metric: str, one: Facts) -> Series:
    """Integers of one common scale."""
    scale = max((len(text.partition(".")[2]) for text in one["days"].values()), default=0)
    return Series(
        metric, one["unit"], {day.toordinal(): scaled(text, scale) for day, text in one["days"].items()}, scale
    )


def scaled(text: str, scale: int) -> int:
    """`scaled("1.5", 3)` is 1500."""
    return int(Fraction(text) * 10**scale)


def rate_of(rate: Facts) -> Rate:
    """One component."""
    return Rate(
        metric=rate["metric"],
        unit="units",
        unit_price=Fraction(rate["unit_price"]),
        unit_price_text=str(rate["unit_price"]),
        currency=rate["currency"],
        valid_from=rate["valid_from"],
        valid_to=rate["valid_to"],
        item_id=rate["item"],
        kind=rate["kind"],
        component=rate["component"],
        tiers=tuple(Tier(None if upto is None else Fraction(upto), Fraction(price)) for upto, price in rate["tiers"]),
        package_size=Fraction(rate["package_size"]),
        included=Fraction(rate["included"]),
        amount_minor=rate["amount"],
        percent=None if rate["percent"] is None else Fraction(rate["percent"]),
        billed=rate["billed"],
        proration=rate["proration"],
    )


def document_of(one: Facts) -> Document:
    """An invoice or credit memo."""
    return Document(
        document_id=one["id"],
        kind=one["kind"],
        state=one["state"],
        issued_on=one["issued_on"],
        currency=one["currency"],
        total_minor=one["total"],
        tax_minor=one["tax"],
        balance_minor=one["balance"],
        number=one["number"],
        due_on=one["due_on"],
        created_at=one["created_at"],
        lines=tuple(
            Line(
                line["id"],
                line["kind"],
                line["amount"],
                line["service_date"],
                line["item"],
                line["item_name"],
                None,
                line["quantity"],
                line["unit_price"],
            )
            for line in one["lines"]
        ),
    )


def payment_of(one: Facts) -> Payment:
    """A movement of money."""
    keys = {"quickbooks_invoice_id": one["names"], "invoice_number": one["named_number"]}
    return Payment(
        object_id=one["id"],
        kind=one["kind"],
        status=one["status"],
        currency=one["currency"],
        amount_minor=one["amount"],
        occurred_at=one["occurred_at"],
        number=one["number"],
        gateway_invoice_id=one["gateway_invoice"],
        payment_id=one["of_payment"],
        remaining_minor=one["remaining"],
        credited_minor=one["credited"],
        attempted=one["attempted"],
        failure={"code": "card_declined"} if one["failure"] else None,
        applied=tuple(Application(target, amount) for target, amount in one["applied"]),
        link_keys={name: value for name, value in keys.items() if value is not None},
    )


def scope_of(one: Facts) -> Scope:
    """What is known of a scope."""
    return Scope(
        source=Source(one["source"]),
        scope=one["scope"],
        as_of=one["as_of"],
        coverage=tuple(Coverage(*part) for part in one["coverage"]),
        refs=None if one["refs"] is None else frozenset(one["refs"]),
        incomplete_reason=one["hole"],
        gaps=tuple(Gap(*gap) for gap in one["gaps"]),
    )


def decision_of(one: Facts) -> Decision:
    """What a person decided."""
    return Decision(
        decision_id=one["id"],
        version=one["version"],
        kind=one["kind"],
        decided_by="ana",
        decided_by_name="Ana",
        decided_at=one["at"],
        period_start=one["period_start"],
        figures=figures_of(one["figures"]),
        until=one["until"],
        source=None if one["source"] is None else Source(one["source"]),
        missing=None if one["missing"] is None else gap_name(one["missing"]),
        undoes=one["undoes"],
    )


def figures_of(seen: tuple[str | None, int, int] | None) -> Figures | None:
    """Currency, expected and billed as a person saw them."""
    return None if seen is None else Figures(seen[0], seen[1], seen[2], "over_billed")


def told(result: Reconciliation) -> Facts:
    """The answer in the oracle's words."""
    chosen = result.invoice.state
    return {
        "completeness": {
            "reasons": [(reason.code, reason.source or "") for reason in result.completeness.reasons],
            "accepted": [one.source.value for one in result.completeness.partials if one.accepted is not None],
        },
        "periods": {one.period.start.isoformat(): period_told(one) for one in result.periods},
        "row": {"start": result.row.period.start.isoformat() if result.row else None, "flagged": result.flagged},
        "invoices": {
            one.document.document_id: {
                "status": one.status,
                "remaining_minor": one.remaining_minor,
                "paid_minor": one.paid_minor,
                "credited_minor": one.credited_minor,
                "gateway": one.gateway.invoice.object_id if one.gateway else None,
            }
            for one in result.invoices
        },
        "invoice_row": {"invoice": chosen.document.document_id if chosen else None, "status": result.invoice.status},
        "usage": {metric: quantity for metric, (quantity, _) in result.usage_mtd.items()},
        "forecast": forecast_told(result.forecast),
        "active": result.active,
    }


def period_told(one: PeriodResult) -> Facts:
    """One period."""
    return {
        "start": one.period.start,
        "end": one.period.end,
        "due": one.due,
        "currency": one.currency,
        "reasons": [(reason.code, reason.source or "") for reason in one.reasons],
        "expected_minor": one.expected_minor,
        "billed_minor": one.billed_minor,
        "variance_minor": one.variance_minor,
        "parts": [(part.cause, part.amount_minor) for part in one.parts],
        "band": one.band,
        "mark": one.mark,
        "settled": one.settled,
        "flagged": one.flagged,
    }


def forecast_told(one: Forecast) -> Facts:
    """The forecast; fields that say nothing are left out."""
    excluded = sorted({(left.code, str(left.what)) for left in one.excluded})
    metrics = {
        each.metric: {
            "actual": each.actual,
            "projected": each.projected,
            "low": each.low,
            "high": each.high,
            "backtest": each.backtest_error,
        }
        for each in one.metrics
    }
    amounts = {"amount_minor": one.amount_minor, "low_minor": one.low_minor, "high_minor": one.high_minor}
    if one.status == "ok":
        money = amounts | {"currency": one.currency, "priced_by": one.priced_by}
        return {"status": one.status, "metrics": metrics, "excluded": excluded} | money
    found: Facts = {"status": one.status} | ({} if one.status == "ended" else {"excluded": excluded})
    return found | ({"metrics": metrics} if metrics else {})
