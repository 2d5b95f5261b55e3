"""Bring Kafka's topics to what `deploy/kafka/topics.yaml` declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError

from trueup_operator.errors import OperatorError


@dataclass(frozen=True)
class Declared:
    """A topic as declared."""

    name: str
    partitions: int
    config: Mapping[str, str]


def read(path: Path) -> list[Declared]:
    """Read the declaration.

    Raises:
        OperatorError: the file is missing or not of the expected shape.
    """
    try:
        document: dict[str, Any] = yaml.safe_load(path.read_text())
        return [
            Declared(
                name=str(entry["name"]),
                partitions=int(entry["partitions"]),
                config={str(key): str(value) for key, value in (entry.get("config") or {}).items()},
            )
            for entry in document["topics"]
        ]
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise OperatorError(f"{path} does not declare topics: {error!r}") from None


async def apply(bootstrap: str, declared: Sequence[Declared], *, replication_factor: int) -> list[str]:
    """Create what is missing and set the declared configuration; never deletes, never changes partition counts.

    Returns a line for each topic that was created.

    Raises:
        OperatorError: an existing topic has another number of partitions: keys would move, so nothing is changed.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = {
            entry["topic"]: len(entry["partitions"])
            for entry in await admin.describe_topics()
            if not entry.get("is_internal")
        }
        for topic in declared:
            if existing.get(topic.name, topic.partitions) != topic.partitions:
                raise OperatorError(
                    f"{topic.name} has {existing[topic.name]} partitions, declared are {topic.partitions};"
                    " partition counts are fixed because keys would move"
                )
        missing = [topic for topic in declared if topic.name not in existing]
        await _create(admin, missing, replication_factor)
        kept = {
            ConfigResource(ConfigResourceType.TOPIC, t.name, dict(t.config)) for t in declared if t.name in existing
        }
        if kept:
            await admin.alter_configs(list(kept))
        return [f"created {topic.name}" for topic in missing]
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, missing: Sequence[Declared], replication_factor: int) -> None:
    new = [
        NewTopic(
            name=topic.name,
            num_partitions=topic.partitions,
            replication_factor=replication_factor,
            topic_configs=dict(topic.config),
        )
        for topic in missing
    ]
    if new:
        try:
            await admin.create_topics(new)
        except TopicAlreadyExistsError:
            return
