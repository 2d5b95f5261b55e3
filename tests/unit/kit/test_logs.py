"""Logs are one JSON object a line, name their trace, hide secrets and never flood."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from trueup_kit import logs, trace


@pytest.fixture(autouse=True)
def _root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_is_an_object_with_service_level_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(service="reconciler", level="INFO", fmt="json")
    log = logs.get_logger("a.b").bind(client_id="c1")
    log.debug("not shown")
    log.info("decided", accounts=3)
    (line,) = lines(capsys)
    assert line | {"timestamp": ""} == {
        "event": "decided",
        "accounts": 3,
        "client_id": "c1",
        "service": "reconciler",
        "level": "info",
        "logger": "a.b",
        "timestamp": "",
    }


def test_the_trace_in_hand_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(service="s")
    with trace.use("00-" + "a" * 32 + "-" + "b" * 16 + "-01"):
        logs.get_logger("x").info("inside")
    logs.get_logger("x").info("outside")
    inside, outside = lines(capsys)
    assert inside["trace_id"] == "a" * 32
    assert "trace_id" not in outside


@pytest.mark.parametrize(
    "facts",
    [
        {"password": "hunter2"},
        {"client_secret": "hunter2"},
        {"refresh_token": "hunter2"},
        {"headers": {"Authorization": "hunter2", "cookie": "hunter2"}},
        {"url": "postgresql://role:hunter2@host/db"},
        {"text": "sent Bearer hunter2hunter2hunter2 along"},
        {"text": "key sk_live_hunter2 and whsec_hunter2"},
        {"many": ["fine", "kafka://u:hunter2@h"]},
    ],
)
def test_secrets_are_never_written(capsys: pytest.CaptureFixture[str], facts: dict[str, Any]) -> None:
    logs.configure(service="s")
    logs.get_logger("x").info("connecting", **facts)
    told = capsys.readouterr().out
    assert "hunter2" not in told
    assert "***" in told


def test_an_exception_keeps_its_traceback_and_loses_its_secret(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(service="s")
    try:
        raise ConnectionError("cannot reach postgresql://role:hunter2@host/db")
    except ConnectionError:
        logs.get_logger("x").exception("failed")
    (line,) = lines(capsys)
    assert "ConnectionError" in line["exception"]
    assert "hunter2" not in line["exception"]


def test_other_peoples_loggers_write_the_same_shape(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(service="s")
    logging.getLogger("sqlalchemy.pool").warning("lost %s", "it")
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["logger"]) == ("lost it", "warning", "sqlalchemy.pool")


def test_a_noisy_client_is_cut_and_says_how_much(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("trueup_kit.logs.time.monotonic", lambda: now)
    logs.configure(service="s")
    for _ in range(13_000):
        logging.getLogger("aiokafka.consumer.fetcher").error("node not ready")
    logging.getLogger("trueup").error("ours is heard")
    now = 1001.0
    logging.getLogger("aiokafka.conn").error("still not")
    written = lines(capsys)
    assert len(written) == 12
    assert written[-2]["event"] == "ours is heard"
    assert written[-1]["event"] == "still not (12990 lines suppressed)"


def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(service="s", fmt="text")
    logs.get_logger("x").warning("slow", took_ms=12)
    told = capsys.readouterr().out
    assert "slow" in told
    assert "took_ms=12" in told
