"""Every topic with its event, and what keeps it bounded. `deploy/kafka/topics.yaml` is generated from here."""

from __future__ import annotations

from dataclasses import dataclass

from trueup_contracts.accounts import AccountConfiguredV1, AccountReconciledV1
from trueup_contracts.calibrations import MetricCalibratedV1
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.decisions import DecisionRecordedV1
from trueup_contracts.envelope import Event
from trueup_contracts.invoices import InvoiceObservedV1
from trueup_contracts.links import LinkDecidedV1
from trueup_contracts.payments import PaymentObservedV1
from trueup_contracts.retries import PaymentRetryRequestedV1, PaymentRetrySettledV1
from trueup_contracts.syncs import SyncReportedV1, SyncRequestedV1
from trueup_contracts.usage import UsageObservedV1

PARTITIONS = 12
STRIPE_EVENTS_RECEIVED = "trueup.stripe-events.received.v1"
"""The raw verified webhook, key = object id: the bus is the inbox. Its value is Stripe's body, byte for byte."""


def dlq(topic: str) -> str:
    """Where records of a topic go that cannot be read."""
    return f"{topic}.dlq"


@dataclass(frozen=True)
class Topic:
    """One topic: its event (none: raw bytes), compaction, and who sends and receives."""

    name: str
    event: type[Event] | None
    compacted: bool
    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    partitions: int = PARTITIONS


_INGEST = ("ingest-amplitude", "ingest-quickbooks", "stripe-webhooks")

TOPICS: tuple[Topic, ...] = (
    Topic(
        CustomerObservedV1.topic, CustomerObservedV1, True, ("ingest-quickbooks", "stripe-webhooks"), ("reconciler",)
    ),
    Topic(UsageObservedV1.topic, UsageObservedV1, True, ("ingest-amplitude",), ("reconciler",)),
    Topic(InvoiceObservedV1.topic, InvoiceObservedV1, True, ("ingest-quickbooks",), ("reconciler",)),
    Topic(PaymentObservedV1.topic, PaymentObservedV1, True, ("ingest-quickbooks", "stripe-webhooks"), ("reconciler",)),
    Topic(SyncReportedV1.topic, SyncReportedV1, True, _INGEST, ("reconciler",)),
    Topic(AccountConfiguredV1.topic, AccountConfiguredV1, True, ("dashboard-api",), ("reconciler",)),
    Topic(DecisionRecordedV1.topic, DecisionRecordedV1, True, ("dashboard-api",), ("reconciler",)),
    Topic(LinkDecidedV1.topic, LinkDecidedV1, True, ("dashboard-api",), ("reconciler",)),
    Topic(MetricCalibratedV1.topic, MetricCalibratedV1, True, ("dashboard-api",), ("reconciler",)),
    Topic(AccountReconciledV1.topic, AccountReconciledV1, True, ("reconciler",), ("dashboard-api",)),
    Topic(SyncRequestedV1.topic, SyncRequestedV1, False, ("dashboard-api",), _INGEST),
    Topic(
        PaymentRetryRequestedV1.topic,
        PaymentRetryRequestedV1,
        False,
        ("dashboard-api",),
        ("stripe-webhooks", "reconciler"),
    ),
    Topic(
        PaymentRetrySettledV1.topic,
        PaymentRetrySettledV1,
        False,
        ("stripe-webhooks",),
        ("dashboard-api", "reconciler"),
    ),
    Topic(STRIPE_EVENTS_RECEIVED, None, False, ("stripe-webhooks",), ("stripe-webhooks",)),
)
