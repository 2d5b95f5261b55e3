"""Read records one by one: a poison record is set aside by itself, never with its batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import msgspec

from reconciler.ports import wire
from reconciler.ports.configured import Configured
from reconciler.ports.counted import Calibrated
from reconciler.ports.facts import Accepted, Poison, Received
from trueup_billing import InvalidValue, Ref, decode_part, join_key
from trueup_contracts.accounts import AccountConfiguredV1
from trueup_contracts.calibrations import MetricCalibratedV1
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.decisions import DecisionRecordedV1
from trueup_contracts.invoices import InvoiceObservedV1
from trueup_contracts.links import LinkDecidedV1
from trueup_contracts.payments import PaymentObservedV1
from trueup_contracts.retries import PaymentRetryRequestedV1, PaymentRetrySettledV1
from trueup_contracts.syncs import SyncReportedV1
from trueup_contracts.usage import UsageObservedV1


@dataclass(frozen=True, slots=True)
class Kind:
    """How the records of one topic are read, and what key they must carry."""

    decode: Callable[[bytes], wire.Fact]
    key: Callable[[wire.Fact], str]


def _kind(shape: type[wire.F], key: Callable[[wire.F], str]) -> Kind:
    # A topic's key function only ever meets what its own decoder made.
    return Kind(wire.decoder(shape).decode, cast("Callable[[wire.Fact], str]", key))


KINDS: Mapping[str, Kind] = {
    UsageObservedV1.topic: _kind(wire.Usage, lambda fact: join_key(fact.ref, fact.metric, fact.bucket)),
    CustomerObservedV1.topic: _kind(wire.Customer, lambda fact: fact.ref),
    InvoiceObservedV1.topic: _kind(wire.Invoice, lambda fact: fact.document_id),
    PaymentObservedV1.topic: _kind(wire.Payment, lambda fact: fact.object_id),
    SyncReportedV1.topic: _kind(wire.Sync, lambda fact: join_key(fact.source, fact.scope)),
    AccountConfiguredV1.topic: _kind(Configured, lambda fact: fact.client_id),
    MetricCalibratedV1.topic: _kind(Calibrated, lambda fact: fact.metric),
    DecisionRecordedV1.topic: _kind(wire.Decided, lambda fact: join_key(fact.client_id, fact.decision_id)),
    LinkDecidedV1.topic: _kind(wire.LinkDecided, lambda fact: fact.ref),
    PaymentRetryRequestedV1.topic: _kind(wire.RetryRequested, lambda fact: fact.gateway_invoice_id),
    PaymentRetrySettledV1.topic: _kind(wire.RetrySettled, lambda fact: fact.gateway_invoice_id),
}
"""The topics that the reconciler reads."""


_SENDERS = {"/ingest-amplitude": "amplitude", "/ingest-quickbooks": "quickbooks", "/stripe-webhooks": "stripe"}
_ONLY_SOURCE = {UsageObservedV1.topic: "amplitude", InvoiceObservedV1.topic: "quickbooks"}


def read(record: Received) -> Accepted | Poison:
    """Read one record; never raises for what it holds."""
    kind, key = KINDS[record.topic], record.key
    try:
        fact = kind.decode(_clean(record.value))
        expected = kind.key(fact)
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        return _poison(record, str(error))
    if key is not None and key != expected:
        return _poison(record, f"the key is {key!r}, the value says {expected!r}")
    return Accepted(record, expected, fact)


def _clean(value: bytes | None) -> bytes:
    """PostgreSQL stores no NUL: one such text would fail its whole batch."""
    if value is None:
        raise ValueError("a record without a value")
    if b"\\u0000" in value:
        raise ValueError("a text with a NUL character")
    return value


def _poison(record: Received, error: str) -> Poison:
    source, ref = _concerned(record.key, record.value or b"")
    source = source or _SENDERS.get(record.headers.get("ce_source", "")) or _ONLY_SOURCE.get(record.topic)
    clean_key = None if record.key is None else record.key.replace("\x00", "�")
    return Poison(record, clean_key, error[:500].replace("\x00", "�"), source, ref)


def _concerned(key: str | None, value: bytes) -> tuple[str | None, str | None]:
    """Source and ref, as far as key or value still tell them."""
    candidates = [_field(value, "ref"), *(() if key is None else (key.split("|", 1)[0],))]
    for text in candidates:
        if text is not None and (ref := _ref(text)) is not None:
            return ref.source.value, str(ref)
    source = (key or "").split(":", 1)[0].split("|", 1)[0] or _field(value, "source")
    return (source if source in {"amplitude", "quickbooks", "stripe"} else None), None


def _ref(text: str) -> Ref | None:
    """A customer ref; a document id (`quickbooks:invoice:7`) is none, because its id part holds a bare colon."""
    try:
        ref = Ref.parse(text)
    except InvalidValue:
        return None
    return ref if ":" not in text.split(":", 1)[1] and "\x00" not in decode_part(text) else None


def _field(value: bytes, name: str) -> str | None:
    try:
        body = json.loads(value)
    except ValueError:
        return None
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, str) else None
