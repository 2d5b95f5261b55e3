"""As root PostgreSQL becomes nobody, and no folder of anybody is opened for it."""

from __future__ import annotations

from pathlib import Path

from trueup_devstack.privileges import SERVER_ROOT, Identity, enterable_by_others, place_for

NOBODY = Identity(65534, 65534)


def test_an_ordinary_user_keeps_the_place(tmp_path: Path) -> None:
    assert place_for(tmp_path / "postgres", None) == tmp_path / "postgres"


def test_a_private_folder_sends_the_data_elsewhere_and_stays_private(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    place = place_for(private / "state" / "postgres", NOBODY)
    assert place.is_relative_to(SERVER_ROOT)
    assert private.stat().st_mode & 0o777 == 0o700


def test_two_private_checkouts_do_not_share_a_place(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir(mode=0o700)
    assert place_for(tmp_path / "one" / "postgres", NOBODY) != place_for(tmp_path / "two" / "postgres", NOBODY)


def test_the_place_stays_the_same_once_the_folder_exists(tmp_path: Path) -> None:
    before = place_for(tmp_path / "postgres", NOBODY)
    (tmp_path / "postgres").mkdir(mode=0o700)
    assert place_for(tmp_path / "postgres", NOBODY) == before


def test_the_root_folder_is_enterable() -> None:
    assert enterable_by_others(Path("/"))
