"""State files are whole or not there."""

from __future__ import annotations

from pathlib import Path

from trueup_devstack import secrets
from trueup_devstack.files import read_json, write_json, write_whole


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "deep" / "a", "one")
    write_whole(tmp_path / "deep" / "a", "two")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a"]
    assert (tmp_path / "deep" / "a").read_text() == "two"


def test_state_is_for_its_owner_only(tmp_path: Path) -> None:
    write_json(tmp_path / "secrets.json", {"a": 1})
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_half_a_document_reads_as_none(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": ')
    assert read_json(tmp_path / "x.json") is None
    assert read_json(tmp_path / "missing.json") is None


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    first = secrets.load(tmp_path / "secrets.json")
    assert secrets.load(tmp_path / "secrets.json") == first
    assert len(set(first.values())) == len(first)


def test_a_secret_added_later_leaves_the_others_alone(tmp_path: Path) -> None:
    first = secrets.load(tmp_path / "secrets.json")
    write_json(tmp_path / "secrets.json", {name: value for name, value in first.items() if name != "token_key"})
    again = secrets.load(tmp_path / "secrets.json")
    assert {name: value for name, value in again.items() if name != "token_key"} == {
        name: value for name, value in first.items() if name != "token_key"
    }
    assert again["token_key"] != first["token_key"]
