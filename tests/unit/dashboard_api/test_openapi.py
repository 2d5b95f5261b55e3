"""The committed document is the one that the routes make."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard_api.openapi import document, main

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_committed_document_is_fresh() -> None:
    assert COMMITTED.read_text() == document(), "run python -m dashboard_api.openapi docs/openapi.json"


def test_a_stale_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "openapi.json"
    assert main([str(path), "--check"]) == 1
    assert main([str(path)]) == 0
    assert main([str(path), "--check"]) == 0
    assert main([]) == 2
    assert "stale" in capsys.readouterr().err
