"""What the service is told from outside."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from ingest_quickbooks.settings import Settings
from trueup_kit.settings import load

GOOD = {
    "POSTGRES_DSN": "postgresql://ingest_quickbooks@127.0.0.1:5432/trueup",
    "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "HTTP_PORT": "8090",
    "CLIENT_ID": "c",
    "CLIENT_SECRET": "very secret",
    "REALM_ID": "9130000000000001",
    "TOKEN_KEY": Fernet.generate_key().decode(),
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"INGEST_QUICKBOOKS_{name}", value)


def test_hides_secrets() -> None:
    shown = repr(load(Settings))
    assert "very secret" not in shown
    assert GOOD["TOKEN_KEY"] not in shown


def test_a_former_key_may_stand_behind_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = f"{Fernet.generate_key().decode()}, {GOOD['TOKEN_KEY']}"
    monkeypatch.setenv("INGEST_QUICKBOOKS_TOKEN_KEY", keys)
    assert load(Settings).token_key.get_secret_value() == keys


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_KEY", "short"),
        pytest.param("TOKEN_KEY", f"{GOOD['TOKEN_KEY']},", id="an empty key"),
        ("REALM_ID", "acme"),
        ("LIMIT_PER_S", "0"),
        ("INTERNAL_SECRET", "short"),
    ],
)
def test_a_mistake_names_the_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"INGEST_QUICKBOOKS_{name}", value)
    with pytest.raises(SystemExit):
        load(Settings)
    assert f"INGEST_QUICKBOOKS_{name}" in capsys.readouterr().err
