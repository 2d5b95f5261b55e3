"""Publishing to a real Kafka: keys keep their order and place, bulk is quick and small, refusals are told."""

from __future__ import annotations

import json
import resource
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.integration.kit.conftest import about, read_all

from trueup_contracts.envelope import Event
from trueup_kit import trace
from trueup_kit.errors import BrokerUnavailable, RecordTooLarge
from trueup_kit.producer import Producer

BULK = 40_000
CPU_US_PER_EVENT_MAX = 150
"""Measured: about 45 on an idle core; wide, because the machine is shared."""


async def test_one_event_with_its_cloudevents_headers(producer: Producer, kafka: str, topic: str) -> None:
    event = about(topic)(version=7, name="Zürich|1", value=3)
    at = datetime(2026, 10, 1, 12, tzinfo=UTC)
    with trace.use("00-" + "a" * 32 + "-" + "b" * 16 + "-01"):
        sent = await producer.publish(event, time=at)
    (record,) = await read_all(kafka, topic)
    assert (record.topic, record.partition, record.offset) == (sent.topic, sent.partition, sent.offset)
    assert record.key == "Zürich|1"
    assert json.loads(record.value or b"") == {
        "version": 7,
        "name": "Zürich|1",
        "value": 3,
        "observed_at": "2026-11-01T00:00:00Z",
    }
    assert record.headers["ce_id"] == event.ce_id()
    assert record.headers["ce_source"] == "/kit-tests"
    assert record.headers["ce_time"] == at.isoformat()
    assert record.headers["traceparent"].split("-")[1] == "a" * 32


async def test_each_key_keeps_its_partition_and_its_order(producer: Producer, kafka: str, topic: str) -> None:
    event = about(topic)
    sent = await producer.publish_all(event(version=n + 1, name=f"k{n % 37}", value=n) for n in range(10_000))
    assert len(sent) == 10_000
    partitions, values = defaultdict(set), defaultdict(list)
    for record in await read_all(kafka, topic):
        partitions[record.key].add(record.partition)
        values[record.key].append(event.from_bytes(record.value or b"").value)
    assert all(len(found) == 1 for found in partitions.values())
    assert all(found == sorted(found) for found in values.values())
    assert sum(map(len, values.values())) == 10_000
    assert [one.partition for one in sent[:37]] == [next(iter(partitions[f"k{n}"])) for n in range(37)]


async def test_bulk_is_bounded_in_memory_and_quick(producer: Producer, topic: str) -> None:
    event = about(topic)

    def events() -> Iterator[Event]:
        for number in range(BULK):
            yield event(version=number + 1, name=f"quickbooks:customer-{number % 900}", value=number)

    grown_kib, cpu_s = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    total, most = 0, 0
    async for chunk in producer.publish_chunks(events()):
        total += len(chunk)
        most = max(most, len(chunk))
    cpu_us = (time.process_time() - cpu_s) / BULK * 1e6
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown_kib
    assert total == BULK
    assert most <= 2000
    assert grown_kib < 60 * 1024
    assert cpu_us < CPU_US_PER_EVENT_MAX


async def test_a_record_that_kafka_never_takes_is_refused_and_the_next_one_goes_through(
    producer: Producer, kafka: str, topic: str
) -> None:
    with pytest.raises(RecordTooLarge):
        await producer.publish_raw(topic, key="big", value=b"x" * 8_000_000, headers={})
    assert producer.probe() is None
    await producer.publish_raw(topic, key="small", value=b"x", headers={})
    assert [record.key for record in await read_all(kafka, topic)] == ["small"]


async def test_a_topic_that_does_not_exist_is_refused_within_the_bound(kafka: str) -> None:
    producer = Producer(kafka, service="kit", publish_timeout_s=1)
    await producer.start()
    began = time.monotonic()
    with pytest.raises(BrokerUnavailable):
        await producer.publish_raw("kit.nowhere", key="a", value=b"1", headers={})
    assert time.monotonic() - began < 5
    await producer.stop()
    assert producer.probe() == "stopped"


async def test_stop_delivers_what_was_accepted(kafka: str, topic: str) -> None:
    producer = Producer(kafka, service="kit")
    await producer.start()
    await producer.publish_raw(topic, key="a", value=b"1", headers={})
    await producer.stop()
    assert len(await read_all(kafka, topic)) == 1
