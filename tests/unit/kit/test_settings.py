"""Wrong settings stop the start and say what to set; secrets are not shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from trueup_kit.settings import ServiceSettings, load


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SOME_SERVICE_", extra="ignore")

    api_key: SecretStr


GOOD = {
    "SOME_SERVICE_POSTGRES_DSN": "postgresql://role:hunter2@127.0.0.1:5432/trueup",
    "SOME_SERVICE_KAFKA_BOOTSTRAP": "127.0.0.1:9092, 127.0.0.1:9093",
    "SOME_SERVICE_HTTP_PORT": "8090",
    "SOME_SERVICE_API_KEY": "amp_key",
}


def given(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> None:
    for name, value in (GOOD | changes).items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)


def test_good_settings_load_with_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch)
    settings = load(Settings)
    assert settings.http_host == "127.0.0.1"
    assert settings.kafka_bootstrap == "127.0.0.1:9092,127.0.0.1:9093"
    assert "hunter2" not in repr(settings)
    assert "amp_key" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SOME_SERVICE_API_KEY", None, "is not set"),
        ("SOME_SERVICE_HTTP_PORT", "many", "integer"),
        ("SOME_SERVICE_HTTP_PORT", None, "for example SOME_SERVICE_HTTP_PORT=8090"),
        ("SOME_SERVICE_POSTGRES_DSN", "mysql://x:hunter2@h/d", "postgresql://role:password@host:port/database"),
        ("SOME_SERVICE_KAFKA_BOOTSTRAP", "localhost", "host:port"),
        ("SOME_SERVICE_LOG_FORMAT", "xml", "'json' or 'text'"),
        ("SOME_SERVICE_POSTGRES_POOL_SIZE", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str | None, said: str
) -> None:
    given(monkeypatch, **{variable: value})
    with pytest.raises(SystemExit) as stopped:
        load(Settings)
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    line = next(line for line in told.splitlines() if variable in line)
    assert said in line
    assert "hunter2" not in told


def test_every_fault_is_named_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(monkeypatch, SOME_SERVICE_API_KEY=None, SOME_SERVICE_HTTP_PORT=None, SOME_SERVICE_KAFKA_BOOTSTRAP=None)
    with pytest.raises(SystemExit):
        load(Settings)
    assert len(capsys.readouterr().err.splitlines()) == 4


def test_what_the_environment_does_not_have_may_be_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given(monkeypatch, SOME_SERVICE_API_KEY=None, TRUEUP_SECRETS_DIR=str(tmp_path))
    (tmp_path / "some_service_api_key").write_text("from_file\n")
    (tmp_path / "some_service_http_port").write_text("1")
    settings = load(Settings)
    assert settings.api_key.get_secret_value() == "from_file"
    assert settings.http_port == 8090
