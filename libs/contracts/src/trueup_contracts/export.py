"""Write what others read of the contracts: JSON Schemas, an AsyncAPI document, the topics' declaration.

`python -m trueup_contracts.export` writes them; with `--check` it writes nothing and fails where a file is stale or a
change would break a consumer of what is committed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trueup_contracts.compatibility import breaks
from trueup_contracts.topics import TOPICS, Topic, dlq

ROOT = Path(__file__).parents[4]
EVENTS = Path("docs/events")
DECLARATION = Path("deploy/kafka/topics.yaml")
DAY_MS = 86_400_000
COMPACTION_LAG_MS = 7 * DAY_MS
RETENTION_MS = 14 * DAY_MS
HEAD = "# Generated from libs/contracts by `make schemas`; applied by `trueup topics apply`. Do not edit.\n"


def config_of(topic: Topic) -> dict[str, str]:
    """Kafka's configuration of a topic: bounded by compaction of its keys, or by time."""
    if topic.compacted:
        return {
            "cleanup.policy": "compact",
            # A backup younger than this catches up by itself from the fences it holds.
            "min.compaction.lag.ms": str(COMPACTION_LAG_MS),
            "segment.ms": str(DAY_MS),
        }
    return {"cleanup.policy": "delete", "retention.ms": str(RETENTION_MS)}


def declaration() -> str:
    """`deploy/kafka/topics.yaml`."""
    lines = [HEAD + "topics:"]
    for topic in TOPICS:
        dead = Topic(dlq(topic.name), None, compacted=False, senders=topic.receivers, receivers=())
        for one in (topic, dead):
            lines += [f"  - name: {one.name}", f"    partitions: {one.partitions}", "    config:"]
            lines += [f'      {name}: "{value}"' for name, value in config_of(one).items()]
    return "\n".join(lines) + "\n"


def schema(topic: Topic) -> dict[str, Any]:
    """The JSON Schema of a topic's values; topics without an event carry raw bytes and have none."""
    if topic.event is None:
        raise ValueError(f"{topic.name} carries raw bytes and has no schema")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{topic.name}",
        **topic.event.model_json_schema(mode="validation"),
    }


def asyncapi() -> dict[str, Any]:
    """An AsyncAPI 3.0 document of all topics: who sends, who receives, what."""
    channels, operations, messages = {}, {}, {}
    for topic in TOPICS:
        name = topic.name.replace(".", "_")
        messages[name] = _message(topic)
        channels[name] = {
            "address": topic.name,
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            "bindings": {"kafka": {"topic": topic.name, "partitions": topic.partitions}},
        }
        for action, services in (("send", topic.senders), ("receive", topic.receivers)):
            for service in services:
                operations[f"{service}_{action}_{name}"] = {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{name}"},
                    "tags": [{"name": service}],
                }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Trueup events", "version": "1", "description": "CloudEvents 1.0 in binary mode on Kafka."},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def _message(topic: Topic) -> dict[str, Any]:
    described: dict[str, Any] = {"name": topic.name, "contentType": "application/json"}
    if topic.event is not None:
        described |= {"title": topic.event.__name__, "payload": {"$ref": f"./{topic.name}.json"}}
    else:
        described["summary"] = "The provider's body, byte for byte, after its signature was verified."
    return described


def generated() -> Iterator[tuple[Path, str]]:
    """Every generated file, relative to the root of the repository."""
    for topic in TOPICS:
        if topic.event is not None:
            yield EVENTS / f"{topic.name}.json", _json(schema(topic))
    yield EVENTS / "asyncapi.json", _json(asyncapi())
    yield DECLARATION, declaration()


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def faults(root: Path) -> list[str]:
    """What `--check` complains of: stale files, and changes that would break a consumer of what is committed."""
    found = []
    for path, text in generated():
        committed = (root / path).read_text() if (root / path).exists() else ""
        if committed == text:
            continue
        found.append(f"{path} is stale; run `make schemas`")
        if path.parent == EVENTS and committed and path.stem != "asyncapi":
            found += [f"{path}: {fault}" for fault in breaks(json.loads(committed), json.loads(text))]
    return found


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the files, or with `--check` compare them. Returns the exit code."""
    if "--check" in arguments:
        found = faults(root)
        print("\n".join(found) if found else "event schemas and topics are fresh")
        return 1 if found else 0
    for path, text in generated():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
