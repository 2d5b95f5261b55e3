"""The quick way to a record gives what the contract's own model gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest_amplitude.adapters.messages import UsageMessages
from ingest_amplitude.domain.buckets import Key, Metric
from trueup_billing import Ref, Source, format_decimal
from trueup_contracts.usage import EarlierValue, UsageObservedV1
from trueup_kit.messages import to_message

instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001


@given(
    account=st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()),
    metric=st.sampled_from(["api_calls", "a|b", "größe"]),
    day=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    quantity=st.decimals(min_value=-(10**12), max_value=10**12, places=3),
    version=st.integers(1, 2**62),
    observed_at=instants,
    additive=st.booleans(),
    earlier=st.lists(st.tuples(instants, st.decimals(min_value=0, max_value=10**12, places=3)), max_size=3),
)
def test_every_byte_and_header_is_the_contracts_own(
    account: str,
    metric: str,
    day: date,
    quantity: Decimal,
    version: int,
    observed_at: datetime,
    *,
    additive: bool,
    earlier: Any,
) -> None:
    messages = UsageMessages(
        {metric: Metric(metric, "e", "p", "calls", additive=additive)},
        time_zone="America/Los_Angeles",
        service="ingest-amplitude",
    )
    local = observed_at.astimezone(timezone(timedelta(hours=-7)))
    bucket = Key(metric, day, account)
    (message,) = messages.of({bucket: quantity}, version=version, observed_at=local, earlier={bucket: tuple(earlier)})
    event = UsageObservedV1(
        version=version,
        ref=str(Ref(Source.AMPLITUDE, account)),
        metric=metric,
        bucket=day.isoformat() if additive else f"{day:%Y-%m}",
        grain="day" if additive else "month",
        quantity=format_decimal(quantity),
        unit="calls",
        time_zone="America/Los_Angeles",
        observed_at=observed_at,
        earlier=[EarlierValue(at=at, quantity=format_decimal(value)) for at, value in earlier] or None,
    )
    expected = to_message(event, service="ingest-amplitude", time=observed_at)
    assert UsageObservedV1.from_bytes(message.value) == event
    assert message.value == expected.value
    assert (message.topic, message.key, dict(message.headers)) == (expected.topic, expected.key, dict(expected.headers))
