"""The page is built again only when its sources have changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from trueup_devstack import page
from trueup_devstack.checkout import Checkout
from trueup_devstack.errors import DevstackError


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    checkout = Checkout(tmp_path, tmp_path / ".trueup")
    (checkout.web / "src").mkdir(parents=True)
    (checkout.web / "src" / "main.tsx").write_text("1")
    (checkout.web / "package-lock.json").write_text('{"integrity": "x"}')
    return checkout


@pytest.fixture
def ran(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    ran: list[tuple[str, ...]] = []

    def run(_: Checkout, *argv: str) -> None:
        ran.append(argv)
        (checkout.web / "node_modules").mkdir(exist_ok=True)
        (checkout.web / "dist").mkdir(exist_ok=True)

    monkeypatch.setattr(page, "_run", run)
    return ran


def test_the_second_build_does_nothing(checkout: Checkout, ran: list[tuple[str, ...]]) -> None:
    page.build(checkout, lambda _: None)
    page.build(checkout, lambda _: None)
    assert ran == [("npm", "ci", "--no-progress"), ("npm", "run", "build")]


def test_a_changed_source_builds_without_installing(checkout: Checkout, ran: list[tuple[str, ...]]) -> None:
    page.build(checkout, lambda _: None)
    (checkout.web / "src" / "main.tsx").write_text("2")
    page.build(checkout, lambda _: None)
    assert ran[2:] == [("npm", "run", "build")]


def test_a_changed_lock_installs_and_builds(checkout: Checkout, ran: list[tuple[str, ...]]) -> None:
    page.build(checkout, lambda _: None)
    (checkout.web / "package-lock.json").write_text("{}")
    page.build(checkout, lambda _: None)
    assert len(ran) == 4


def test_a_failed_build_is_shown_and_tried_again(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "node_folder", lambda: Path("/bin"))
    monkeypatch.setattr(page, "install", lambda *_: None)
    (checkout.web / "dist").mkdir()
    with pytest.raises((DevstackError, FileNotFoundError)):
        page.build(checkout, lambda _: None)
    assert not (checkout.web / "dist" / ".built-from").exists()
