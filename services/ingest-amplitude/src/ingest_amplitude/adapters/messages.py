"""The usage event as a record, built without pydantic: a first load sends hundreds of thousands.

A test holds every byte and header equal to what the contract's own model makes of the same values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

import msgspec

from ingest_amplitude.domain.arrivals import Arrivals
from ingest_amplitude.domain.buckets import Key, Metric, Totals
from trueup_billing import Ref, Source, format_decimal, join_key
from trueup_contracts.usage import UsageObservedV1
from trueup_kit import trace
from trueup_kit.messages import Message


class _Earlier(msgspec.Struct):
    """`EarlierValue`."""

    at: str
    quantity: str


class _Usage(msgspec.Struct, omit_defaults=True):
    """`UsageObservedV1`, field by field in its order."""

    version: int
    ref: str
    metric: str
    bucket: str
    grain: str
    quantity: str
    unit: str
    time_zone: str
    observed_at: str
    earlier: list[_Earlier] | None = None


_ENCODER = msgspec.json.Encoder()


class UsageMessages:
    """Makes records for buckets; `units` and zone are the same for the life of the service."""

    def __init__(self, metrics: Mapping[str, Metric], *, time_zone: str, service: str) -> None:
        self._metrics = metrics
        self._time_zone = time_zone
        self._service = service

    def of(
        self, totals: Totals, *, version: int, observed_at: datetime, earlier: Arrivals = MappingProxyType({})
    ) -> Iterator[Message]:
        """A record for each bucket, in order."""
        observed = _utc(observed_at)
        traceparent = trace.current()
        shared = {
            "ce_specversion": "1.0",
            "ce_type": UsageObservedV1.type,
            "ce_source": f"/{self._service}",
            "ce_time": observed_at.astimezone(UTC).isoformat(),
            "content-type": "application/json",
        } | ({"traceparent": traceparent} if traceparent else {})
        refs: dict[str, str] = {}
        for bucket, quantity in totals.items():
            ref = refs.get(bucket.account)
            if ref is None:
                ref = refs[bucket.account] = str(Ref(Source.AMPLITUDE, bucket.account))
            was = [_Earlier(_utc(at), format_decimal(value)) for at, value in earlier.get(bucket, ())]
            yield self._message(bucket, ref, quantity, version, observed, shared, was or None)

    def _message(
        self,
        bucket: Key,
        ref: str,
        quantity: Decimal,
        version: int,
        observed: str,
        shared: Mapping[str, str],
        earlier: list[_Earlier] | None,
    ) -> Message:
        metric = self._metrics[bucket.metric]
        text = bucket.day.isoformat() if metric.grain == "day" else f"{bucket.day:%Y-%m}"
        key = join_key(ref, bucket.metric, text)
        value = _ENCODER.encode(
            _Usage(
                version=version,
                ref=ref,
                metric=bucket.metric,
                bucket=text,
                grain=metric.grain,
                quantity=format_decimal(quantity),
                unit=metric.unit,
                time_zone=self._time_zone,
                observed_at=observed,
                earlier=earlier,
            )
        )
        digest = hashlib.sha256(f"{UsageObservedV1.type}\n{key}\n{version}".encode()).hexdigest()[:32]
        return Message(UsageObservedV1.topic, key, value, {**shared, "ce_id": digest, "ce_subject": key})


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
