"""Every process has its own port, two copies stay apart, and a taken port is named with its holder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from trueup_devstack.errors import DevstackError, PortTaken
from trueup_devstack.ports import REPLICAS_MAX, SERVICES, SPAN, PortPlan, from_environment, require_free


def everything(plan: PortPlan) -> list[int]:
    servers = [plan.gateway, plan.sandbox, plan.kafka, plan.kafka_controller, plan.postgres]
    return [*servers, plan.caddy_admin, plan.smtp, plan.claim] + [
        plan.replica(service, index) for service in SERVICES for index in range(REPLICAS_MAX)
    ]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_no_port_is_given_twice() -> None:
    ports = everything(PortPlan(8080))
    assert len(ports) == len(set(ports))


def test_two_plans_a_span_apart_do_not_meet() -> None:
    assert not set(everything(PortPlan(8080))) & set(everything(PortPlan(8080 + SPAN)))


def test_replicas_count_from_the_services_base() -> None:
    plan = PortPlan(8080)
    assert plan.replica("ingest-amplitude", 0) == 8090
    assert plan.replica("dashboard-api", 2) == 8132


def test_an_eleventh_replica_is_refused() -> None:
    with pytest.raises(DevstackError, match="at most 10"):
        PortPlan(8080).replica("reconciler", 10)


@pytest.mark.parametrize("text", ["http", "80", "65500", "-1", "8080.5"])
def test_a_wrong_port_says_what_is_allowed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TRUEUP_PORT", text)
    with pytest.raises(DevstackError, match="1024 to"):
        from_environment()


def test_the_default_port_is_8080(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUEUP_PORT", raising=False)
    assert from_environment().gateway == 8080


def test_a_taken_port_is_named_with_its_holder_and_the_way_out(taken: int) -> None:
    with pytest.raises(PortTaken) as raised:
        require_free([("gateway", taken)])
    message = str(raised.value)
    assert f"port {taken} (gateway) is taken" in message
    assert f"pid {os.getpid()}" in message
    assert "TRUEUP_PORT=" in message
