"""What the local stack runs: PostgreSQL, Kafka, the sandbox, the services, the gateway."""

from __future__ import annotations

import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial

from trueup_devstack import gateway, jars, probes, secrets, settings
from trueup_devstack.checkout import Checkout
from trueup_devstack.child import Spec
from trueup_devstack.errors import DevstackError
from trueup_devstack.kafka import Kafka
from trueup_devstack.ports import SERVICES, PortPlan
from trueup_devstack.postgres import Postgres

FIXED = ("postgres", "kafka", "sandbox", "gateway")


class Stack:
    """Turns names such as `postgres` or `reconciler-0` into processes."""

    def __init__(self, checkout: Checkout, ports: PortPlan) -> None:
        self.checkout = checkout
        self.ports = ports
        self.wiring = settings.Wiring(checkout, ports, secrets.load(checkout.secrets_file))

    @property
    def postgres(self) -> Postgres:
        """The database server."""
        return Postgres(self.checkout.postgres, self.ports.postgres, password=self.wiring.secrets["postgres"])

    @property
    def kafka(self) -> Kafka:
        """The broker; its jars must have been prepared."""
        folder = jars.cache_folder() / f"kafka-{jars.KAFKA_VERSION}"
        return Kafka(self.checkout.state / "kafka", folder, self.ports.kafka, self.ports.kafka_controller)

    def spec(self, name: str) -> Spec:
        """How to run the process of this name.

        Raises:
            DevstackError: there is no such process.
        """
        if name in FIXED:
            return self._fixed(name)
        service, _, index = name.rpartition("-")
        if service not in SERVICES or not index.isdigit():
            raise DevstackError(f"there is no process {name!r}")
        return self._replica(name, service, int(index))

    def replicated(self, service: str) -> bool:
        """Whether it may be scaled."""
        return service in SERVICES

    def served(self, service: str) -> bool:
        """Whether it is behind the gateway."""
        return service in settings.SERVED

    def stop_order(self) -> list[set[str]]:
        """From the outside in, so that what is under way can still be finished."""
        return [{"gateway"}, set(SERVICES), {"sandbox"}, {"kafka"}, {"postgres"}]

    def _fixed(self, name: str) -> Spec:
        makers: dict[str, Callable[[], Spec]] = {
            "postgres": self._postgres,
            "kafka": self._kafka,
            "sandbox": self._sandbox,
            "gateway": self._gateway,
        }
        return makers[name]()

    def _postgres(self) -> Spec:
        server = self.postgres
        return Spec(
            name="postgres",
            service="postgres",
            argv=tuple(server.command()),
            log=self.checkout.log("postgres"),
            ready=partial(probes.postgres, server.port),
            port=server.port,
            identity=server.identity,
            # SIGTERM would wait for every client to leave.
            stop_signal=signal.SIGINT,
            stop_timeout_s=30,
        )

    def _kafka(self) -> Spec:
        broker = self.kafka
        return Spec(
            name="kafka",
            service="kafka",
            argv=tuple(broker.command()),
            log=self.checkout.log("kafka"),
            ready=partial(probes.kafka, broker.port),
            port=broker.port,
            stop_timeout_s=30,
        )

    def _sandbox(self) -> Spec:
        return self._python(
            name="sandbox",
            service="sandbox",
            package="trueup_sandbox",
            ready=partial(probes.http, self.ports.sandbox, "/control/health"),
            port=self.ports.sandbox,
            env=settings.sandbox(self.wiring),
        )

    def _gateway(self) -> Spec:
        return Spec(
            name="gateway",
            service="gateway",
            argv=tuple(gateway.command(self.wiring)),
            log=self.checkout.log("gateway"),
            ready=partial(probes.http, self.ports.gateway, "/gateway-health"),
            env=gateway.environment(self.wiring),
            cwd=self.checkout.root,
            port=self.ports.gateway,
        )

    def _replica(self, name: str, service: str, index: int) -> Spec:
        port = self.ports.replica(service, index)
        return self._python(
            name=name,
            service=service,
            package=service.replace("-", "_"),
            ready=partial(probes.http, port, "/readyz"),
            port=port,
            env=settings.service(self.wiring, service, port),
        )

    def _python(
        self,
        *,
        name: str,
        service: str,
        package: str,
        ready: Callable[[], Awaitable[bool]],
        port: int,
        env: dict[str, str],
    ) -> Spec:
        return Spec(
            name=name,
            service=service,
            argv=(sys.executable, "-m", package),
            log=self.checkout.log(name),
            ready=ready,
            # Compiled modules are kept whatever the person exported: the second start is twice as quick.
            env=env | {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": ""},
            cwd=self.checkout.root,
            port=port,
        )
