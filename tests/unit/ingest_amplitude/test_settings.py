"""What the service is told from outside."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from ingest_amplitude.domain.buckets import Filter, Metric
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


def test_a_budget_in_which_the_dearest_question_never_fits_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INGEST_AMPLITUDE_COST_PER_5_MIN", "600")
    monkeypatch.setenv("INGEST_AMPLITUDE_BACKGROUND_SHARE", "0.5")
    with pytest.raises(SystemExit):
        load(Settings)
    said = capsys.readouterr().err
    assert "a question for 31 days costs 279, and the background may spend 150 at once" in said
    assert "raise INGEST_AMPLITUDE_COST_PER_5_MIN to 1116 or more" in said
    monkeypatch.setenv("INGEST_AMPLITUDE_COST_PER_5_MIN", "1116")
    load(Settings)
    monkeypatch.setenv("INGEST_AMPLITUDE_COST_PER_5_MIN", "620")
    users = {"metric": "seats", "event_type": "signed_in", "measure": "uniques", "unit": "users"}
    monkeypatch.setenv("INGEST_AMPLITUDE_METRICS", json.dumps([users]))
    assert load(Settings).cost_per_5_min == 620, "without a sum the dearest one costs 155"


FILE = """
# What is metered.
[[metric]]
metric = "gb_out"
event_type = "bytes_metered"
property = "bytes"
unit = "GB"
scale = "0.000000001"
filters = [{property = "environment", is = ["production"]}, {property = "plan", of = "user", is_not = ["free"]}]

[[metric]]
metric = "seats"
event_type = "signed_in"
measure = "uniques"
unit = "users"
"""


def _told(text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> str:
    file = tmp_path / "metrics.toml"
    file.write_text(text)
    monkeypatch.setenv("INGEST_AMPLITUDE_METRICS", str(file))
    with pytest.raises(SystemExit):
        load(Settings)
    return capsys.readouterr().err


def test_definitions_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "metrics.toml"
    file.write_text(FILE)
    monkeypatch.setenv("INGEST_AMPLITUDE_METRICS", str(file))
    assert [one.definition() for one in load(Settings).metrics] == [
        Metric(
            "gb_out",
            "bytes_metered",
            "bytes",
            "GB",
            filters=(Filter("environment", ("production",)), Filter("plan", ("free",), "user", negated=True)),
            scale=Decimal("0.000000001"),
        ),
        Metric("seats", "signed_in", None, "users", "uniques", additive=False),
    ]


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ('scale = "0.000000001"', 'scale = "-1"', 3, "scale: write a number above 0"),
        ('scale = "0.000000001"', "scale = true", 3, "scale: write it as text"),
        ('property = "bytes"\n', "", 3, "property: name the event property to add up, or set measure to totals"),
        ('is = ["production"]', 'contains = ["prod"]', 3, "filters.0.contains: is no setting"),
        (', is = ["production"]', "", 3, "filters.0: give a filter either `is` or `is_not`"),
        ('measure = "uniques"', 'measure = "uniques"\nadditive = true', 11, "users of a month are not the sum"),
        ('measure = "uniques"', 'measure = "uniques"\nproperty = "id"', 11, "uniques adds up no property"),
        ('unit = "users"', "", 11, "unit: is not set"),
        ('metric = "seats"', 'metric = "gb_out"', 11, "defined at metrics.toml line 3 already; rename one"),
        ('unit = "GB"', 'unit = "GB', 7, "is no TOML"),
        ("[[metric]]", "[[metrics]]", 0, "write a [[metric]] table for each metric"),
    ],
)
def test_a_mistake_in_the_file_names_its_line(
    before: str,
    after: str,
    line: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    said = _told(FILE.replace(before, after), monkeypatch, capsys, tmp_path)
    assert words in said
    assert f"line {line}" in said or not line


def test_every_mistake_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = _told(FILE.replace('unit = "GB"', "").replace('unit = "users"', ""), monkeypatch, capsys, tmp_path)
    assert "line 3, unit: is not set" in said
    assert "line 11, unit: is not set" in said


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (json.dumps([METRIC | {"scale": 0.1}, METRIC | {"metric": ""}]), "metric 2, metric"),
        ("nothing.toml", "nothing.toml cannot be read"),
        ("{}", "a JSON list of metrics"),
        ("[", "a JSON list of metrics"),
    ],
)
def test_a_mistake_in_the_variable_names_the_entry(
    value: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INGEST_AMPLITUDE_METRICS", value)
    with pytest.raises(SystemExit):
        load(Settings)
    assert words in capsys.readouterr().err
