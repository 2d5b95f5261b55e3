"""The containers: hardened, wired as the local stack is, without a secret in any environment, with nothing published."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from trueup_devstack import gateway, settings
from trueup_devstack.checkout import Checkout
from trueup_devstack.ports import SERVICES, PortPlan
from trueup_devstack.secrets import ROLES, load
from trueup_kit.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKER = ROOT / "deploy" / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
OFFICIAL = {"postgres:18", "apache/kafka:4.3.1", "caddy:2", "python:3.13-slim", "node:22-slim"}
STAGES = ("services", "gateway", "roles")
OURS = {f"trueup-{stage}:${{TRUEUP_VERSION:-local}}" for stage in STAGES}
ONE_OFFS = {"secrets", "roles", "migrate", "topics", "first-import", "trueup"}
PUBLISHED = {
    "gateway": ["127.0.0.1:${TRUEUP_PORT:-8080}:8080"],
    "sandbox": ["127.0.0.1:${TRUEUP_SANDBOX_PORT:-8081}:8081"],
}
SCALED = set(SERVICES)
SECRET_WORDS = re.compile(r"(PASSWORD|SECRET|_KEY|_DSN|TOKEN)(_|$)")
NO_SECRETS = {"INGEST_QUICKBOOKS_TOKEN_URL", "DASHBOARD_API_TOKEN_AUDIENCE"}


def settings_of(service: str) -> type[BaseSettings]:
    module = "trueup_sandbox" if service == "sandbox" else service.replace("-", "_")
    found = importlib.import_module(f"{module}.settings")
    return found.SandboxSettings if service == "sandbox" else found.Settings  # type: ignore[no-any-return]


def environment(container: str) -> dict[str, str]:
    told: dict[str, str] = CONTAINERS[container].get("environment", {})
    return told


def _secret_files() -> Any:
    spec = importlib.util.spec_from_file_location("secret_files", DOCKER / "secret_files.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SECRET_FILES = _secret_files()


def secrets_of(container: str) -> list[str]:
    """Names of the files under /run/secrets: none where the container has no volume there."""
    given: list[str] = SECRET_FILES.GIVEN.get(container, [])
    return given if f"secrets-{container}:/run/secrets:ro" in CONTAINERS[container].get("volumes", []) else []


def with_secrets(container: str) -> set[str]:
    """Every setting that a service is told, by environment or by file."""
    return {*environment(container), *(name.upper() for name in secrets_of(container))}


@pytest.fixture
def wiring(tmp_path: Path) -> settings.Wiring:
    made = load(tmp_path / "secrets.json")
    return settings.Wiring(Checkout(tmp_path, tmp_path / ".trueup"), PortPlan(8080), made)


@pytest.mark.parametrize("name", CONTAINERS)
class TestEveryContainer:
    def test_can_do_no_more_than_it_must(self, name: str) -> None:
        container = CONTAINERS[name]
        assert container["read_only"] is True
        assert container["cap_drop"] == ["ALL"]
        assert container["security_opt"] == ["no-new-privileges:true"]
        assert container["init"] is True
        assert container.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "gateway" else [])
        assert not {"privileged", "pid", "ipc", "devices", "extra_hosts"} & container.keys()
        assert container.get("network_mode", "none") == "none"

    def test_is_nobody_who_matters(self, name: str) -> None:
        assert int(str(CONTAINERS[name]["user"]).split(":")[0]) >= 999

    def test_has_limits_and_time_to_stop(self, name: str) -> None:
        container = CONTAINERS[name]
        assert re.fullmatch(r"\d+[mg]", container["mem_limit"])
        assert container["pids_limit"] > 0
        assert container["logging"]["options"]["max-size"]
        if name in ONE_OFFS:
            assert container["restart"] == "no"
        else:
            assert container["restart"] == "unless-stopped"
            assert int(container["stop_grace_period"].removesuffix("s")) >= 20

    def test_is_an_official_image_or_made_here(self, name: str) -> None:
        assert CONTAINERS[name]["image"] in OFFICIAL | OURS

    def test_says_whether_it_is_well(self, name: str) -> None:
        container = CONTAINERS[name]
        if name not in ONE_OFFS:
            assert container["image"] in OURS or container["healthcheck"]["test"]
            assert not container.get("healthcheck", {}).get("disable")

    def test_is_published_on_this_machine_only_if_at_all(self, name: str) -> None:
        assert CONTAINERS[name].get("ports", []) == PUBLISHED.get(name, [])

    def test_has_no_secret_in_its_environment(self, name: str) -> None:
        told = {variable for variable in environment(name) if SECRET_WORDS.search(variable)} - NO_SECRETS
        assert not told

    def test_mounts_no_file_of_the_checkout(self, name: str) -> None:
        for volume in CONTAINERS[name].get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"]

    def test_sees_its_own_secrets_and_waits_for_them(self, name: str) -> None:
        container = CONTAINERS[name]
        own = [f"secrets-{name}:/run/secrets:ro"] if name in SECRET_FILES.GIVEN else []
        if name == "secrets":
            own = [f"secrets-{given}:/secrets/{given}" for given in SECRET_FILES.GIVEN] + ["vault:/secrets/vault"]
        told = [volume for volume in container.get("volumes", []) if volume.startswith(("secrets-", "vault"))]
        assert sorted(told) == sorted(own)
        # The command is run when everything is up.
        if own and name not in {"secrets", "trueup"}:
            assert container["depends_on"]["secrets"] == {"condition": "service_completed_successfully"}


def test_whoever_makes_the_secrets_talks_to_nobody() -> None:
    assert CONTAINERS["secrets"]["network_mode"] == "none"
    assert "networks" not in CONTAINERS["secrets"]


def test_every_secret_in_a_volume_is_made() -> None:
    given = {name for names in SECRET_FILES.GIVEN.values() for name in names}
    assert {SECRET_FILES.SAME.get(name, name) for name in given} == set(SECRET_FILES.EVERY)
    assert "secrets" not in COMPOSE


def test_each_image_is_built_here_without_being_asked_for() -> None:
    """`docker compose up` alone: each has one builder, and whoever else runs it never looks for it in a registry."""
    builders = {name: container for name, container in CONTAINERS.items() if "build" in container}
    assert {container["image"] for container in builders.values()} == OURS
    assert len(builders) == len(OURS)
    for container in builders.values():
        assert container["pull_policy"] == "build"
        assert container["image"].startswith(f"trueup-{container['build']['target']}:")
    for name, container in CONTAINERS.items():
        if container["image"] in OURS and name not in builders:
            assert container["pull_policy"] == "never"


def test_databases_and_broker_are_on_the_network_that_leads_nowhere() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "kafka", "roles", "migrate", "topics", "reconciler"):
        assert CONTAINERS[name]["networks"] == ["inside"]
    for name in ("gateway", "sandbox", "first-import"):
        assert CONTAINERS[name]["networks"] == ["outside"]


def test_every_service_may_be_scaled() -> None:
    for name in SCALED:
        assert not {"container_name", "ports", "hostname"} & CONTAINERS[name].keys()
        assert all(volume.endswith(":ro") for volume in CONTAINERS[name]["volumes"])


def test_only_what_is_named_enters_the_build() -> None:
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert ignored[:4] == ["*", "!libs", "!services", "!deploy"]
    assert "**/.*" in ignored


class TestImages:
    def test_are_built_on_official_ones(self) -> None:
        stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?", DOCKERFILE, re.MULTILINE)
        assert {image for image, _ in stages} <= OFFICIAL
        assert set(STAGES) <= {stage for _, stage in stages}

    @pytest.mark.parametrize("stage", STAGES)
    def test_run_as_nobody_and_say_whether_they_are_well(self, stage: str) -> None:
        text = DOCKERFILE.split(f" AS {stage}\n", 1)[1].split("\nFROM ", 1)[0]
        assert "USER 10001:10001" in text
        assert "pip" not in text
        if stage != "roles":
            assert "HEALTHCHECK " in text
            assert "STOPSIGNAL SIGTERM" in text

    @pytest.mark.parametrize("stage", STAGES)
    def test_hold_nothing_that_a_strict_umask_locks(self, stage: str) -> None:
        """A file of the checkout that lands in an image by itself keeps the mode it has in the checkout."""
        text = DOCKERFILE.split(f" AS {stage}\n", 1)[1].split("\nFROM ", 1)[0]
        copied = re.findall(r"^COPY (?!--from)", text, re.MULTILINE)
        assert not copied or "chmod -R a+rX" in text

    def test_nothing_is_fetched_without_a_hash(self) -> None:
        installs = [
            line for line in DOCKERFILE.splitlines() if " install " in line and "pip" in line and line[0] != "#"
        ]
        assert len(installs) == 3
        for line in installs:
            assert "--require-hashes" in line or "--no-index" in line
        assert "npm ci" in DOCKERFILE
        assert "npm install" not in DOCKERFILE


def fields(service: str) -> Iterator[tuple[str, Any]]:
    """Variable and type of every setting of a service."""
    cls = settings_of(service)
    prefix = str(cls.model_config["env_prefix"])
    for name, field in cls.model_fields.items():
        yield f"{prefix}{name}".upper(), field.annotation


def is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(is_secret(part) for part in get_args(annotation))


@pytest.mark.parametrize("service", [*SERVICES, "sandbox"])
class TestWiring:
    def test_names_existing_settings_only(self, service: str) -> None:
        known = {variable for variable, _ in fields(service)} | {"TRUEUP_HEALTH_URL"}
        assert with_secrets(service) <= known

    def test_secrets_are_files(self, service: str) -> None:
        secret = {variable for variable, annotation in fields(service) if is_secret(annotation)}
        assert not secret & environment(service).keys()

    def test_is_what_the_local_stack_tells(self, service: str, wiring: settings.Wiring) -> None:
        local = settings.sandbox(wiring) if service == "sandbox" else settings.service(wiring, service, 8000)
        assert with_secrets(service) - {"TRUEUP_HEALTH_URL"} == local.keys()
        for variable, value in environment(service).items():
            if (
                "://" in value
                or variable not in local
                or variable.endswith(("_HOST", "_PORT", "_BOOTSTRAP", "_DIR", "_SCENARIO"))
            ):
                continue
            assert as_told(value) == as_told(local[variable]), variable

    def test_is_given_no_other_services_secret(self, service: str) -> None:
        prefix = service.replace("-", "_")
        assert all(secret.startswith(f"{prefix}_") for secret in secrets_of(service))


def as_told(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        return value


def test_the_gateway_is_told_what_the_local_one_is(wiring: settings.Wiring) -> None:
    told = environment("gateway").keys() | {"TRUEUP_PAGE_ROOT", "XDG_CONFIG_HOME", "XDG_DATA_HOME"}
    assert told == gateway.environment(wiring).keys()


def test_the_command_is_told_what_the_local_one_is(wiring: settings.Wiring) -> None:
    assert with_secrets("trueup") == settings.operator(wiring).keys()


def test_every_role_gets_a_password() -> None:
    sql = (ROOT / "deploy" / "docker" / "passwords.sql").read_text()
    for role in ROLES:
        secret = "trueup_migrator_dsn" if role == "migrator" else f"{role}_postgres_dsn"
        assert f"/run/secrets/{secret}`\nALTER ROLE {role} PASSWORD :'password';" in sql
        assert secret in secrets_of("roles")


def test_services_share_what_every_service_reads() -> None:
    for service in SERVICES:
        assert issubclass(settings_of(service), ServiceSettings)
