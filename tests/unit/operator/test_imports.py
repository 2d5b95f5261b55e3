"""`trueup import sandbox`: both files in order, once."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from trueup_operator.commands import imports

SANDBOX = "http://127.0.0.1:8081"


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes]]:
    seen: list[tuple[str, bytes]] = []

    def hand_out(url: str, **_: object) -> httpx.Response:
        return httpx.Response(200, text=f"csv of {url.removeprefix(SANDBOX)}", request=httpx.Request("GET", url))

    def take(url: str, *, content: bytes, **_: object) -> httpx.Response:
        seen.append((url, content))
        return httpx.Response(200, json={"added": 60, "dry_run": False})

    monkeypatch.setenv("TRUEUP_URL", "http://127.0.0.1:8080")
    monkeypatch.setenv("TRUEUP_SANDBOX_URL", SANDBOX)
    monkeypatch.setattr(httpx, "get", hand_out)
    monkeypatch.setattr(httpx, "post", take)
    monkeypatch.setattr(imports, "token_for", lambda _url, user: f"token of {user}")
    return seen


def test_accounts_come_before_their_rates_and_only_once(posted: list[tuple[str, bytes]], tmp_path: Path) -> None:
    mark = tmp_path / "imported"
    first = CliRunner().invoke(imports.app, ["import", "sandbox", "--once", str(mark)])
    assert first.exit_code == 0, first.output
    assert first.output.splitlines() == ["accounts: 60 added", "rates: 60 added"]
    assert posted == [
        ("http://127.0.0.1:8080/api/v1/imports/accounts", b"csv of /control/export/accounts.csv"),
        ("http://127.0.0.1:8080/api/v1/imports/rates", b"csv of /control/export/rates.csv"),
    ]
    second = CliRunner().invoke(imports.app, ["import", "sandbox", "--once", str(mark)])
    assert second.exit_code == 0
    assert len(posted) == 2


@pytest.mark.parametrize(("name", "media_type"), [("card.yaml", "application/yaml"), ("card.csv", "text/csv")])
def test_the_file_s_name_says_what_it_is_and_a_dry_run_shows_the_difference(
    posted: list[tuple[str, bytes]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, media_type: str
) -> None:
    sent: list[object] = []

    def take(url: str, *, headers: dict[str, str], **_: object) -> httpx.Response:
        sent.append(headers["content-type"])
        changes = [{"change": "changed", "key": "c api 2026-01-01", "fields": {"unit_price": ["1", "2"]}}]
        return httpx.Response(200, json={"changed": 1, "changes": changes})

    monkeypatch.setattr(httpx, "post", take)
    file = tmp_path / name
    file.write_text("x")
    done = CliRunner().invoke(imports.app, ["import", "rates", str(file), "--dry-run"])
    assert done.output.splitlines() == ["  changed c api 2026-01-01: unit_price: 1 → 2", "rates: 1 changed (dry run)"]
    assert sent == [media_type]


def test_what_failed_is_tried_again(
    posted: list[tuple[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> httpx.Response:
        return httpx.Response(503, json={"title": "Service not reachable"})

    monkeypatch.setattr(httpx, "post", refuse)
    mark = tmp_path / "imported"
    assert CliRunner().invoke(imports.app, ["import", "sandbox", "--once", str(mark)]).exit_code == 1
    assert not mark.exists()
    assert not posted
