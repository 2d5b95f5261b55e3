"""What the service is told from outside."""

from __future__ import annotations

import json

import pytest

from ingest_amplitude.settings import Settings
from trueup_kit.settings import load

METRIC = {"metric": "api_calls", "event_type": "api_calls_metered", "property": "quantity", "unit": "calls"}
GOOD = {
    "POSTGRES_DSN": "postgresql://ingest_amplitude@127.0.0.1:5432/trueup",
    "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "HTTP_PORT": "8090",
    "API_KEY": "k",
    "SECRET_KEY": "very secret",
    "METRICS": json.dumps([METRIC]),
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"INGEST_AMPLITUDE_{name}", value)


def test_reads_metrics_and_hides_secrets() -> None:
    settings = load(Settings)
    assert settings.metrics[0].event_type == "api_calls_metered"
    assert "very secret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("METRICS", "[]"),
        ("METRICS", json.dumps([METRIC, METRIC])),
        ("METRICS", json.dumps([{"metric": "api_calls"}])),
        ("PROJECT_TIME_ZONE", "Mars/Olympus"),
        ("PARTITION_CAPACITY", "1000"),
        ("HISTORY_MONTHS", "12"),
    ],
)
def test_a_mistake_names_the_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"INGEST_AMPLITUDE_{name}", value)
    with pytest.raises(SystemExit):
        load(Settings)
    assert f"INGEST_AMPLITUDE_{name}" in capsys.readouterr().err
