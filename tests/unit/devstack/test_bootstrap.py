"""Installation from a bare Python: pinned uv, a fingerprint of what it depends on."""

from __future__ import annotations

from pathlib import Path

import pytest

from trueup_devstack import bootstrap

LOCK = """\
typing-extensions==4.16.0 \\
    --hash=sha256:aa
uv==0.13.9 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
uv-build==0.13.6 \\
    --hash=sha256:dd
"""


def checkout(root: Path) -> Path:
    (root / "libs" / "one").mkdir(parents=True)
    (root / "libs" / "one" / "pyproject.toml").write_text("[project]\n")
    (root / "requirements.lock").write_text(LOCK)
    return root


def test_uv_is_taken_from_the_lock_with_its_hashes_only() -> None:
    assert bootstrap.locked(LOCK, "uv") == "uv==0.13.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"


def test_a_lock_without_uv_says_so() -> None:
    with pytest.raises(bootstrap.NotInstalled, match="make lock"):
        bootstrap.locked("a==1 \\\n    --hash=sha256:aa\n", "uv")


def test_a_changed_lock_or_member_changes_the_fingerprint(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    first = bootstrap.fingerprint(root)
    assert bootstrap.fingerprint(root) == first
    (root / "libs" / "one" / "pyproject.toml").write_text("[project]\nname = 'one'\n")
    second = bootstrap.fingerprint(root)
    (root / "requirements.lock").write_text(LOCK + "x==1\n")
    assert len({first, second, bootstrap.fingerprint(root)}) == 3


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "SPACE_NEEDED_BYTES", 10**18)
    with pytest.raises(bootstrap.NotInstalled, match="MB are free where"):
        bootstrap.check_machine(tmp_path)


def test_the_committed_lock_pins_uv() -> None:
    lock = (Path(__file__).parents[3] / "requirements.lock").read_text()
    assert bootstrap.locked(lock, "uv").startswith("uv==")
    assert "--hash=sha256:" in bootstrap.locked(lock, "uv")
