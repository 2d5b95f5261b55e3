"""Addresses come from the environment, else from the nearest env file, and say what to do when neither has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from trueup_operator import settings
from trueup_operator.errors import OperatorError


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "TRUEUP_URL",
        "TRUEUP_SANDBOX_URL",
        "TRUEUP_KAFKA_BOOTSTRAP",
        "TRUEUP_MIGRATOR_DSN",
        "TRUEUP_SECRETS_DIR",
    ):
        monkeypatch.delenv(name, raising=False)


def test_reads_the_nearest_env_file_upwards(tmp_path: Path) -> None:
    (tmp_path / ".trueup").mkdir()
    (tmp_path / ".trueup" / "operator.env").write_text("# written by up\nTRUEUP_URL=http://127.0.0.1:8080/\n")
    below = tmp_path / "libs" / "billing"
    below.mkdir(parents=True)
    assert settings.load(below).url == "http://127.0.0.1:8080"


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".trueup").mkdir()
    (tmp_path / ".trueup" / "operator.env").write_text("TRUEUP_URL=http://127.0.0.1:8080\n")
    monkeypatch.setenv("TRUEUP_URL", "http://127.0.0.1:9999")
    assert settings.load(tmp_path).url == "http://127.0.0.1:9999"


def test_says_what_to_do_when_nothing_runs(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="make up"):
        _ = settings.load(tmp_path).url


def test_a_containers_secrets_are_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "trueup_migrator_dsn").write_text("postgresql://migrator:x@postgres:5432/trueup\n")
    (tmp_path / "reconciler_postgres_dsn").write_text("not ours")
    monkeypatch.setenv("TRUEUP_SECRETS_DIR", str(tmp_path))
    found = settings.load(tmp_path)
    assert found.migrator_dsn == "postgresql://migrator:x@postgres:5432/trueup"
    assert "not ours" not in found.values.values()
