"""Real servers for the tests: PostgreSQL and Kafka are started once per session, and fail the tests when they cannot."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Collection, Iterator, Mapping

import hypothesis
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tests import containers, databases
from tests.databases import Database, in_database, run_sql

from trueup_contracts.topics import TOPICS, dlq
from trueup_devstack import scratch

# How long an example takes is the machine's matter, not the code's.
hypothesis.settings.register_profile(
    "trueup", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("trueup")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Administrator's DSN of a running PostgreSQL that trusts local connections."""
    if running := os.environ.get("TRUEUP_TEST_POSTGRES"):
        yield running
        return
    if containers.wanted():
        with containers.postgres() as dsn:
            yield dsn
        return
    with scratch.postgres() as server:
        yield server.admin_dsn


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """Bootstrap address of a running Kafka."""
    if running := os.environ.get("TRUEUP_TEST_KAFKA"):
        yield running
        return
    if containers.wanted():
        with containers.kafka() as bootstrap:
            yield bootstrap
        return
    with scratch.kafka() as broker:
        yield broker.bootstrap


@pytest.fixture(scope="session")
def _template(postgres_server: str) -> Iterator[str]:
    """Name of a database with every migration applied; copying it is quicker than migrating again."""
    name = f"trueup_template_{uuid.uuid4().hex[:12]}"
    try:
        databases.create(postgres_server, name)
        yield name
    finally:
        run_sql(postgres_server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def database(postgres_server: str, _template: str) -> Iterator[Database]:
    """A fresh migrated database; `.dsn(role)` logs in as that role."""
    name = f"trueup_test_{uuid.uuid4().hex[:12]}"
    # Copied as files: through the log, the usual way, takes twice as long.
    run_sql(postgres_server, f"CREATE DATABASE {name} TEMPLATE {_template} STRATEGY file_copy")
    try:
        yield Database(in_database(postgres_server, name))
    finally:
        run_sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def topics(kafka: str) -> str:
    """Kafka with every declared topic and its dead letters, all empty; returns the bootstrap address.

    A topic into which nothing was ever written stays as it is: making one anew takes as long as all that has partitions.
    """
    names = {name: topic.partitions for topic in TOPICS for name in (topic.name, dlq(topic.name))}
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        there = names.keys() & set(await admin.list_topics())
        unused = {name for name, ends in (await _ends(kafka, names, there)).items() if not any(ends)}
        if stale := there - unused:
            await admin.delete_topics(sorted(stale))
            await _until_gone(admin, stale)
        if made := names.keys() - unused:
            await admin.create_topics(
                [NewTopic(name=name, num_partitions=names[name], replication_factor=1) for name in sorted(made)]
            )
            await _until_led(admin, made)
            # The metadata name a leader before its log is there.
            await _ends(kafka, names, made)
    finally:
        await admin.close()
    return kafka


async def _until_gone(admin: AIOKafkaAdminClient, names: Collection[str], *, timeout_s: float = 30.0) -> None:
    """Wait until the broker has taken note: until then the old topics look healthy, and what is written to them is lost."""
    async with asyncio.timeout(timeout_s):
        while set(names) & set(await admin.list_topics()):
            await asyncio.sleep(0.05)


async def _ends(bootstrap: str, partitions: Mapping[str, int], names: Collection[str]) -> dict[str, list[int]]:
    """Of each topic, the end of every partition as its leader says it."""
    if not names:
        return {}
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        places = {name: [TopicPartition(name, number) for number in range(partitions[name])] for name in names}
        ends = await consumer.end_offsets([place for each in places.values() for place in each])
        return {name: [ends[place] for place in each] for name, each in places.items()}
    finally:
        await consumer.stop()


async def _until_led(admin: AIOKafkaAdminClient, names: Collection[str], *, timeout_s: float = 30.0) -> None:
    """Wait until every partition has a leader: a topic is usable only then."""
    async with asyncio.timeout(timeout_s):
        while True:
            described = await admin.describe_topics(sorted(names))
            if all(p["leader"] >= 0 for topic in described for p in topic["partitions"]) and all(
                topic["error_code"] == 0 for topic in described
            ):
                return
            await asyncio.sleep(0.05)
