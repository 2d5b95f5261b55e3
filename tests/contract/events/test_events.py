"""What is committed about the events is what the code says, and every consumer can rely on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup_contracts import export
from trueup_contracts.envelope import Event
from trueup_contracts.topics import PARTITIONS, TOPICS, Topic, dlq

ROOT = Path(__file__).parents[3]
EVENTS = ROOT / "docs" / "events"
WITH_EVENT = [topic for topic in TOPICS if topic.event is not None]
SAMPLES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "samples.json").read_text())
"""One record of each event as the first release wrote it. Never edit an entry: add another file for another release."""


def by_name(topic: Topic) -> str:
    return topic.name


def test_the_committed_files_are_fresh_and_none_is_left_over() -> None:
    assert export.faults(ROOT) == []
    wanted = {path.name for path, _ in export.generated() if path.parent == export.EVENTS}
    assert {path.name for path in EVENTS.iterdir()} == wanted


@pytest.mark.parametrize("topic", WITH_EVENT, ids=by_name)
def test_records_of_the_first_release_still_read(topic: Topic) -> None:
    assert topic.event is not None
    sample = SAMPLES[topic.name]
    event = topic.event.from_bytes(json.dumps(sample["value"]).encode())
    assert event.key() == sample["key"]
    assert event.ce_id() == sample["ce_id"]
    assert topic.event.from_bytes(event.to_bytes()) == event


@pytest.mark.parametrize("topic", WITH_EVENT, ids=by_name)
def test_topic_type_and_class_have_one_name_and_version(topic: Topic) -> None:
    assert topic.event is not None
    assert topic.event.topic == topic.event.type == topic.name
    assert topic.name.rsplit(".", 1)[1] == f"v{topic.event.__name__.rsplit('V', 1)[1]}"


@pytest.mark.parametrize("topic", WITH_EVENT, ids=by_name)
def test_every_sender_and_receiver_is_a_service_of_ours(topic: Topic) -> None:
    services = {path.name for path in (ROOT / "services").iterdir()}
    assert set(topic.senders) | set(topic.receivers) <= services
    assert topic.senders
    assert topic.receivers


@given(sample=st.sampled_from([topic.name for topic in WITH_EVENT]), extra=st.dictionaries(st.text(), st.integers()))
@settings(max_examples=60)
def test_a_consumer_ignores_what_it_does_not_know(sample: str, extra: dict[str, int]) -> None:
    topic = next(topic for topic in WITH_EVENT if topic.name == sample)
    assert topic.event is not None
    value = SAMPLES[sample]["value"]
    added = {f"later_{name}": number for name, number in extra.items()}
    assert _read(topic.event, value | added) == _read(topic.event, value)


def _read(event: type[Event], value: dict[str, Any]) -> Event:
    return event.from_bytes(json.dumps(value).encode())


def test_asyncapi_refers_only_to_what_is_there() -> None:
    document = json.loads((EVENTS / "asyncapi.json").read_text())
    assert document["asyncapi"].startswith("3.")

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for child in node.values() for found in references(child)]
        return [found for child in node for found in references(child)] if isinstance(node, list) else []

    found = references(document)
    assert found
    for reference in found:
        if reference.startswith("./"):
            assert (EVENTS / reference).is_file()
            continue
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    assert {channel["address"] for channel in document["channels"].values()} == {topic.name for topic in TOPICS}


def test_the_declaration_bounds_every_topic() -> None:
    declared = {
        entry["name"]: entry for entry in yaml.safe_load((ROOT / "deploy/kafka/topics.yaml").read_text())["topics"]
    }
    assert set(declared) == {name for topic in TOPICS for name in (topic.name, dlq(topic.name))}
    for topic in TOPICS:
        entry = declared[topic.name]
        assert entry["partitions"] == PARTITIONS
        if topic.compacted:
            assert entry["config"]["cleanup.policy"] == "compact"
            assert int(entry["config"]["min.compaction.lag.ms"]) == 7 * 86_400_000
        else:
            assert int(entry["config"]["retention.ms"]) == 14 * 86_400_000
