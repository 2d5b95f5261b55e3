"""The project names no registry host, no machine and no folder outside itself; secrets stay out of it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOSTS = re.compile(
    r"files\.pythonhosted|pypi\.org|registry\.npmjs|repo1?\.maven|proxy\.golang|static\.crates|deb\.debian",
    re.IGNORECASE,
)
PRIVATE_KEY = re.compile(r"-----BEGIN (RSA |EC )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{64,}")
LIVE_SECRET = re.compile(r"\b(sk|rk)_live_[A-Za-z0-9]{8,}")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    files = [ROOT / name for name in listed if name and not name.endswith((".png", ".woff2", ".ico"))]
    assert files
    return [path for path in files if path.is_file()]


def test_lock_files_carry_hashes_without_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    npm = (ROOT / "services/dashboard-web/package-lock.json").read_text()
    assert '"integrity"' in npm
    assert '"resolved"' not in npm


def test_no_file_names_a_registry_host_or_holds_a_secret() -> None:
    own = Path(__file__)
    bad = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path != own
        for text in [path.read_text(errors="replace")]
        if HOSTS.search(text) or PRIVATE_KEY.search(text) or LIVE_SECRET.search(text)
    ]
    assert not bad
