"""What each process is told, and what the gateway's blanks are filled with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trueup_devstack import gateway, settings
from trueup_devstack.checkout import Checkout
from trueup_devstack.ports import REPLICAS_MAX, SERVICES, PortPlan
from trueup_devstack.secrets import load


@pytest.fixture
def wiring(tmp_path: Path) -> settings.Wiring:
    return settings.Wiring(Checkout(tmp_path, tmp_path / ".trueup"), PortPlan(9000), load(tmp_path / "secrets.json"))


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_gets_its_own_role_and_port(wiring: settings.Wiring, service: str) -> None:
    role = service.replace("-", "_")
    env = settings.service(wiring, service, 9042)
    assert all(name.startswith(f"{role.upper()}_") for name in env)
    assert env[f"{role.upper()}_POSTGRES_DSN"].startswith(f"postgresql://{role}:")
    assert env[f"{role.upper()}_HTTP_PORT"] == "9042"


def test_no_service_learns_another_roles_password(wiring: settings.Wiring) -> None:
    env = settings.service(wiring, "reconciler", 9040)
    others = [secret for name, secret in wiring.secrets.items() if name != "reconciler"]
    assert not [secret for secret in others if any(secret in value for value in env.values())]


def test_what_a_person_exports_wins(wiring: settings.Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_DECISION_INTERVAL_MS", "50")
    monkeypatch.setenv("RECONCILER_HTTP_HOST", "127.0.0.2")
    env = settings.service(wiring, "reconciler", 9040)
    assert env["RECONCILER_DECISION_INTERVAL_MS"] == "50"
    assert env["RECONCILER_HTTP_HOST"] == "127.0.0.2"


def test_metrics_are_json(wiring: settings.Wiring) -> None:
    metrics = json.loads(settings.service(wiring, "ingest-amplitude", 9010)["INGEST_AMPLITUDE_METRICS"])
    assert {entry["metric"] for entry in metrics} == {"api_calls", "messages_sent", "storage_gb_hours"}


def test_flags_go_to_the_sandbox(wiring: settings.Wiring) -> None:
    env = settings.service(wiring, "dashboard-api", 9050)
    targets = json.loads(env["DASHBOARD_API_FLAG_TARGETS"])
    assert sorted(target["channel"] for target in targets) == ["email", "email", "slack", "slack"]
    assert env["DASHBOARD_API_SLACK_BASE_URL"].startswith(wiring.sandbox_url)
    assert env["DASHBOARD_API_SMTP_PORT"] == settings.sandbox(wiring)["SANDBOX_SMTP_PORT"] == "9006"


def test_the_gateway_knows_every_replica_that_there_may_be(wiring: settings.Wiring) -> None:
    upstreams = gateway.environment(wiring)["TRUEUP_API_UPSTREAMS"].split()
    assert upstreams[0] == "to"
    assert upstreams[1:] == [f"127.0.0.1:{9050 + index}" for index in range(REPLICAS_MAX)]


def test_every_blank_of_the_caddyfile_is_filled(wiring: settings.Wiring) -> None:
    text = (Path(__file__).parents[3] / "deploy" / "gateway" / "Caddyfile").read_text()
    blanks = {part.split(":")[0].split("}")[0] for part in text.split("{$")[1:]}
    limits = {name for name in blanks if name.endswith("_PATIENCE")}  # these have their defaults in the file
    assert blanks > limits
    assert blanks - limits <= gateway.environment(wiring).keys()


def test_what_drains_is_what_is_behind_the_gateway(wiring: settings.Wiring) -> None:
    assert gateway.BEHIND.keys() == settings.SERVED
    assert float(settings.service(wiring, "dashboard-api", 9050)["DASHBOARD_API_DRAIN_S"]) > 1.0
