"""The browser finds the stack that was started from this checkout, on whatever port."""

from __future__ import annotations

from pathlib import Path

import pytest

from trueup_devstack.web import addresses

FILE = (
    "TRUEUP_URL=http://127.0.0.1:8280\nTRUEUP_SANDBOX_URL=http://127.0.0.1:8281\nTRUEUP_MIGRATOR_DSN=postgresql://a=b\n"
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("TRUEUP_URL", raising=False)
    (tmp_path / "operator.env").write_text(FILE)
    return tmp_path / "operator.env"


def test_the_stack_of_this_checkout_is_found_and_no_secret_goes_along(file: Path) -> None:
    assert addresses(file) == {"TRUEUP_URL": "http://127.0.0.1:8280", "TRUEUP_SANDBOX_URL": "http://127.0.0.1:8281"}


def test_what_the_environment_names_wins(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_URL", "http://127.0.0.1:9000")
    assert addresses(file) == {}


def test_without_a_stack_nothing_is_named(tmp_path: Path) -> None:
    assert addresses(tmp_path / "operator.env") == {}
