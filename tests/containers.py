"""PostgreSQL and Kafka from the images that docker-compose.yml names, for tests with `TRUEUP_TEST_CONTAINERS=1`.

The default stays the servers that come as packages: a machine may have a Docker client and no engine behind it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import yaml
from testcontainers.core.container import DockerContainer

from trueup_devstack.kafka import answers
from trueup_devstack.scratch import free_port

VARIABLE = "TRUEUP_TEST_CONTAINERS"
READY_TIMEOUT_S = 120.0
COMPOSE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "docker-compose.yml").read_text())["services"]
TRUST = b"local all all trust\nhost all all all trust\n"
HBA = "/etc/pg_hba_of_tests.conf"


def wanted() -> bool:
    """Whether the tests are to run on containers."""
    return os.environ.get(VARIABLE, "") == "1"


@contextmanager
def postgres() -> Iterator[str]:
    """Administrator's DSN of a PostgreSQL that trusts everyone and does not care for its disk."""
    port = free_port()
    container = (
        DockerContainer(COMPOSE["postgres"]["image"])
        .with_env("POSTGRES_PASSWORD", "not asked for")
        .with_copy_into_container(TRUST, HBA)
        .with_command(["postgres", "-c", f"hba_file={HBA}", "-c", "fsync=off", "-c", "max_connections=300"])
    )
    dsn = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    with _running(container, {5432: port}, lambda: _takes(dsn)):
        yield dsn


@contextmanager
def kafka() -> Iterator[str]:
    """Bootstrap address of a broker without topics: the one of docker-compose.yml, under an address of this machine."""
    port = free_port()
    container = DockerContainer(COMPOSE["kafka"]["image"])
    for name, value in COMPOSE["kafka"]["environment"].items():
        container.with_env(name, value)
    container.with_env("KAFKA_ADVERTISED_LISTENERS", f"PLAINTEXT://127.0.0.1:{port}")
    with _running(container, {9092: port}, lambda: answers("127.0.0.1", port)):
        yield f"127.0.0.1:{port}"


@contextmanager
def _running(container: DockerContainer, ports: dict[int, int], ready: Callable[[], bool]) -> Iterator[None]:
    for inside, outside in ports.items():
        # On this machine only; the type does not know of addresses.
        container.ports[f"{inside}/tcp"] = ("127.0.0.1", outside)  # type: ignore[assignment]
    with container:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not ready():
            if time.monotonic() > deadline:
                said = b"".join(container.get_logs()).decode(errors="replace")
                raise RuntimeError(f"{container.image} is not ready after {READY_TIMEOUT_S:g} s: {said[-2000:]}")
            time.sleep(0.1)
        yield


def _takes(dsn: str) -> bool:
    async def connect() -> None:
        connection = await asyncpg.connect(dsn, timeout=5)
        await connection.close()

    # A loop of its own: the test's loop belongs to pytest-asyncio.
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(connect())
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    finally:
        loop.close()
    return True
