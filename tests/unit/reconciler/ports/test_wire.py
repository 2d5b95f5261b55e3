"""The shapes of the hot path accept and refuse what the published contracts do."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from reconciler.ports import configured, counted, wire
from reconciler.ports.words import Wire
from trueup_contracts.accounts import AccountConfiguredV1, Rate
from trueup_contracts.calibrations import MetricCalibratedV1, ReferenceCount
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.decisions import DecisionRecordedV1, Figures, Mark
from trueup_contracts.envelope import Event, Part
from trueup_contracts.invoices import Application, InvoiceObservedV1, Line
from trueup_contracts.links import LinkDecidedV1
from trueup_contracts.payments import Failure, Method, PaymentObservedV1
from trueup_contracts.retries import PaymentRetryRequestedV1, PaymentRetrySettledV1
from trueup_contracts.syncs import Coverage, Gap, SyncReportedV1
from trueup_contracts.usage import UsageObservedV1

AT = "2026-10-02T01:02:03Z"
PAIRS: list[tuple[type[Part], type[Wire]]] = [
    (UsageObservedV1, wire.Usage),
    (CustomerObservedV1, wire.Customer),
    (InvoiceObservedV1, wire.Invoice),
    (Line, wire.Line),
    (Application, wire.Application),
    (PaymentObservedV1, wire.Payment),
    (Method, wire.Method),
    (Failure, wire.Failure),
    (SyncReportedV1, wire.Sync),
    (Coverage, wire.Coverage),
    (Gap, wire.Gap),
    (AccountConfiguredV1, configured.Configured),
    (Rate, configured.Rate),
    (MetricCalibratedV1, counted.Calibrated),
    (ReferenceCount, counted.ReferenceCount),
    (DecisionRecordedV1, wire.Decided),
    (Figures, wire.Figures),
    (Mark, wire.Mark),
    (LinkDecidedV1, wire.LinkDecided),
    (PaymentRetryRequestedV1, wire.RetryRequested),
    (PaymentRetrySettledV1, wire.RetrySettled),
]
SAMPLES: dict[type[Event], dict[str, Any]] = {
    UsageObservedV1: {
        "version": 1,
        "ref": "amplitude:a",
        "metric": "api_calls",
        "bucket": "2026-10-01",
        "quantity": "10.50",
        "unit": "calls",
        "observed_at": AT,
    },
    CustomerObservedV1: {"version": 1, "ref": "stripe:c", "observed_at": AT, "name": "Acme", "currency": "EUR"},
    InvoiceObservedV1: {
        "version": 1,
        "document_id": "quickbooks:invoice:1",
        "kind": "invoice",
        "state": "open",
        "ref": "quickbooks:1",
        "issued_on": "2026-10-01",
        "due_on": "2026-10-20",
        "currency": "USD",
        "total_minor": 100,
        "balance_minor": 100,
        "observed_at": AT,
        "created_at": AT,
        "lines": [{"line_id": "1", "amount_minor": 100, "quantity": "1E+2", "service_date": "2026-09-30"}],
    },
    PaymentObservedV1: {
        "version": 1,
        "object_id": "stripe:payment:pi_1",
        "kind": "payment",
        "ref": "stripe:c",
        "status": "succeeded",
        "currency": "USD",
        "amount_minor": 100,
        "occurred_at": AT,
        "observed_at": AT,
        "method": {"kind": "card", "last4": "4242"},
        "failure": {"code": "card_declined", "failed_at": AT},
        "applied": [{"document_id": "quickbooks:invoice:1", "amount_minor": 5}],
    },
    SyncReportedV1: {
        "version": 1,
        "source": "amplitude",
        "scope": "usage|api_calls|0",
        "started_at": AT,
        "finished_at": AT,
        "as_of": AT,
        "complete": True,
        "coverage": [{"from_day": "2026-05-01", "as_of": AT}],
        "refs": ["amplitude:a"],
        "gaps": [{"ref": "amplitude:a", "reason": "x"}],
        "offsets": {"t": {"0": 1}},
    },
    AccountConfiguredV1: {
        "version": 1,
        "client_id": "c1",
        "name": "Acme",
        "configured_at": AT,
        "active_from": "2026-01-01",
        "refs": ["quickbooks:1"],
        "rates": [{"metric": "m", "unit": "u", "unit_price": "0.002", "currency": "USD", "valid_from": "2026-01-01"}],
    },
    MetricCalibratedV1: {
        "version": 2,
        "metric": "api_calls",
        "checks": [
            {
                "check_id": "cc_1",
                "from_day": "2026-11-01",
                "to_day": "2026-11-14",
                "reference": "12.5",
                "limit_percent": 7,
                "counted_at": AT,
            }
        ],
        "changed_at": AT,
    },
    DecisionRecordedV1: {
        "version": 2,
        "client_id": "c1",
        "decision_id": "dc_1",
        "kind": "sign_off",
        "period_start": "2026-10-01",
        "figures": {"currency": "USD", "expected_minor": 1, "billed_minor": 2, "band": "matched", "policy_version": 1},
        "marks": [{"source": "stripe", "as_of": AT}],
        "until": "2026-12-01",
        "source": "stripe",
        "missing": "x",
        "undoes": "dc_0",
        "reason": "agreed",
        "revision": 7,
        "decided_by": "ana",
        "decided_by_name": "Ana",
        "decided_at": AT,
    },
    LinkDecidedV1: {
        "version": 1,
        "ref": "stripe:cus_1",
        "decision_id": "d1",
        "verdict": "linked",
        "client_id": "c1",
        "decided_by": "u1",
        "decided_at": AT,
    },
    PaymentRetryRequestedV1: {
        "version": 1,
        "attempt_id": "att_1",
        "gateway_invoice_id": "in_1",
        "client_id": "c1",
        "ref": "stripe:cus_1",
        "currency": "USD",
        "amount_minor": 5200,
        "requested_by": "u1",
        "requested_at": AT,
    },
    PaymentRetrySettledV1: {
        "version": 3,
        "attempt_id": "att_1",
        "gateway_invoice_id": "in_1",
        "client_id": "c1",
        "ref": "stripe:cus_1",
        "state": "failed",
        "needs_person": False,
        "failure": {"code": "card_declined"},
        "currency": "USD",
        "amount_minor": 5200,
        "started_at": AT,
        "settled_at": AT,
    },
}
SHAPES = {event: next(shape for contract, shape in PAIRS if contract is event) for event in SAMPLES}
WRONG: list[Any] = [
    None,
    "",
    "x",
    True,
    -1,
    0,
    12.5,
    [],
    {},
    ["x"],
    "2026-10-01",
    "usd",
    "2026-10-01T00:00:00",
    "quickbooks:",
]


@pytest.mark.parametrize(("contract", "shape"), PAIRS)
def test_fields_and_needs_are_the_same(contract: type[Part], shape: type[Wire]) -> None:
    ours = {field.name: field.required for field in msgspec.structs.fields(shape)}
    assert ours == {name: field.is_required() for name, field in contract.model_fields.items()}
    defaults = {
        field.name: field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        for field in msgspec.structs.fields(shape)
        if not field.required
    }
    assert defaults == {
        name: field.get_default(call_default_factory=True)
        for name, field in contract.model_fields.items()
        if not field.is_required()
    }


@pytest.mark.parametrize("event", list(SAMPLES))
def test_a_sample_reads_the_same(event: type[Event]) -> None:
    sample = SAMPLES[event]
    read = msgspec.json.Decoder(SHAPES[event]).decode(json.dumps(sample))
    published = event.model_validate(sample)
    again = event.from_bytes(msgspec.json.encode(read))
    assert again == published


def _accepts(check: Any, value: bytes) -> bool:
    try:
        check(value)
    except (ValidationError, msgspec.MsgspecError, ValueError):
        return False
    return True


@pytest.mark.parametrize("event", list(SAMPLES))
def test_both_refuse_the_same_values(event: type[Event]) -> None:
    """pydantic also reads numbers written as text, text written as numbers and whole floats: ours does not."""
    decode = msgspec.json.Decoder(SHAPES[event]).decode
    differing = []
    for name in SAMPLES[event]:
        for wrong in WRONG:
            value = json.dumps(SAMPLES[event] | {name: wrong}).encode()
            theirs = _accepts(lambda text: event.model_validate_json(text, strict=True), value)
            if theirs != _accepts(decode, value):
                differing.append((name, wrong, theirs))
        without = {key: field for key, field in SAMPLES[event].items() if key != name}
        value = json.dumps(without).encode()
        assert _accepts(event.from_bytes, value) == _accepts(decode, value), f"without {name}"
    assert differing == []
