"""Stripe's mock server is built once, and half a build never counts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from trueup_devstack import stripe_mock
from trueup_devstack.errors import DevstackError


def building(folder: Path) -> None:
    (folder / "stripe-mock").write_bytes(b"program")
    (folder / "spec3.json").write_bytes(b"{}")


def refuse(folder: Path) -> None:
    raise AssertionError("nothing had to be built")


def test_a_second_run_builds_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    mock = stripe_mock.prepare(said.append, cache=tmp_path, build=building)
    assert (mock.program.read_bytes(), mock.document.read_bytes()) == (b"program", b"{}")
    assert stripe_mock.prepare(said.append, cache=tmp_path, build=refuse) == mock
    assert len(said) == 1


def test_a_build_that_fails_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    def failing(folder: Path) -> None:
        (folder / "half").mkdir(mode=0o500)
        raise subprocess.CalledProcessError(1, "go", stderr="checksum mismatch")

    with pytest.raises(DevstackError, match="checksum mismatch"):
        stripe_mock.prepare(print, cache=tmp_path, build=failing)
    assert [path.name for path in tmp_path.iterdir()] == ["stripe-mock.lock"]


def test_other_pins_are_another_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = stripe_mock.prepare(print, cache=tmp_path, build=building)
    pins = tmp_path / "pins"
    pins.mkdir()
    for name in stripe_mock.PINS:
        (pins / name).write_bytes((stripe_mock.HERE / name).read_bytes() + b"\n")
    monkeypatch.setattr(stripe_mock, "HERE", pins)
    assert stripe_mock.prepare(print, cache=tmp_path, build=building).program != first.program


def test_everything_that_is_fetched_is_pinned_by_hash() -> None:
    lock = (stripe_mock.HERE / "toolchain.lock").read_text()
    assert lock.count("==") == 1
    assert "--hash=sha256:" in lock
    sums = (stripe_mock.HERE / "go.sum").read_text()
    assert f"{stripe_mock.MODULE} v" in sums
