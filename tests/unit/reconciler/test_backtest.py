"""What `make backtest` prints is made of forecasts, of accounts of every class."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.load import backtest

SMALL = Path(backtest.SCENARIO).with_name("small.yaml")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["backtest", "--scenario", str(SMALL), *arguments])
    backtest.main()


def test_every_class_of_accounts_has_its_forecasts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "--accounts", "40", "--months", "13")
    classes = json.loads(capsys.readouterr().out)["classes"]
    assert {"all", "metrics: one", "metrics: several", "one price", "usage: between"} <= classes.keys()
    assert {f"as of day {day} of the quarter" for day in backtest.AS_OF_DAYS} <= classes.keys()
    for told in classes.values():
        assert told["forecasts"] > 0
        assert 0 < told["mape_percent"] < 5, "the sandbox's usage hardly scatters"


def test_without_one_forecast_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="no forecast could be made"):
        run(monkeypatch, "--accounts", "3", "--months", "3")
