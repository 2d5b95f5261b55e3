"""From a bare Python to an installed checkout, with the standard library only: `python3 .../bootstrap.py` in the checkout.

Makes `.venv`, installs uv as locked, then everything in `requirements.lock` by hash, then the members in place. Done again
only when the lock, a member's declaration, the interpreter or the folder has changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OLDEST = (3, 11)
SPACE_NEEDED_BYTES = 3_000_000_000
MARK = ".trueup-installed"


class NotInstalled(Exception):
    """What is in the way, and what to do."""


def say(text: str) -> None:
    """One line of progress, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def members(root: Path) -> list[Path]:
    """Folders of the workspace's Python members."""
    return sorted(
        path.parent for path in [*root.glob("libs/*/pyproject.toml"), *root.glob("services/*/pyproject.toml")]
    )


def fingerprint(root: Path) -> str:
    """What an installation depends on, as one hash."""
    digest = hashlib.sha256(f"{sys.version_info[:3]} {sys.base_prefix} {root}".encode())
    for path in [root / "requirements.lock", Path(__file__), *(member / "pyproject.toml" for member in members(root))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def locked(lock: str, name: str) -> str:
    """The block of one package, with its hashes, out of the text of the lock.

    Raises:
        NotInstalled: the lock does not have it.
    """
    lines = lock.splitlines()
    start = next((at for at, line in enumerate(lines) if line.startswith(f"{name}==")), None)
    if start is None:
        raise NotInstalled(f"requirements.lock does not name {name}; run `make lock`")
    end = next((at for at in range(start + 1, len(lines)) if not lines[at].startswith("    --hash")), len(lines))
    return "\n".join(lines[start:end]) + "\n"


def check_machine(root: Path) -> None:
    """Python new enough, and room for the packages.

    Raises:
        NotInstalled: says what is missing.
    """
    if sys.version_info < OLDEST:
        raise NotInstalled(
            f"Trueup needs Python 3.11 or newer, this is {sys.version.split()[0]}; with several on the machine:"
            " make PYTHON=python3.12 ..."
        )
    free = shutil.disk_usage(root).free
    if free < SPACE_NEEDED_BYTES:
        raise NotInstalled(
            f"only {free / 1e6:.0f} MB are free where {root} lies, the packages need {SPACE_NEEDED_BYTES / 1e6:.0f} MB;"
            " make room and run it again"
        )


def run(what: str, *argv: str, show: bool = False) -> None:
    """Run a step of the installation; shown are downloads with their sizes, not every package by name.

    Raises:
        NotInstalled: it failed; with its last words.
    """
    last: list[str] = []
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            last = [*last[-20:], line]
            if show and not line.startswith((" + ", " - ", " ~ ")):
                say(f"  {line.strip()}")
    if process.returncode != 0:
        raise NotInstalled(f"{what} failed:\n{''.join(last).strip()}\nRun it again: what was downloaded is kept.")


def make_venv(venv: Path) -> None:
    """A fresh virtual environment.

    Raises:
        NotInstalled: the system's Python has no `venv`, as on Debian without python3-venv.
    """
    try:
        run("creating .venv", sys.executable, "-m", "venv", "--clear", str(venv))
    except NotInstalled as error:
        raise NotInstalled(f"{error}\nOn Debian and Ubuntu: apt install python3-venv") from None


def install(root: Path) -> None:
    """Everything into `.venv`; the mark is written last, so that half an installation is never taken for a whole one."""
    venv, lock = root / ".venv", root / "requirements.lock"
    python, uv = str(venv / "bin" / "python"), str(venv / "bin" / "uv")
    (venv / MARK).unlink(missing_ok=True)
    say("installing Python packages as locked, about 190 MB to download the first time")
    if not _usable(venv):
        make_venv(venv)
    pinned = locked(lock.read_text(), "uv")
    if not Path(uv).exists():
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as only_uv:
            only_uv.write(pinned)
            only_uv.flush()
            pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
            run("installing uv", *pip, "-r", only_uv.name)
    run("installing packages", uv, "pip", "sync", "--python", python, "--require-hashes", str(lock), show=True)
    editable = [part for member in members(root) for part in ("-e", str(member))]
    run("installing Trueup's own packages", uv, "pip", "install", "-q", "--python", python, "--no-deps",
        "--no-build-isolation", "--offline", *editable)  # fmt: skip


def _usable(venv: Path) -> bool:
    """Whether it was made by this interpreter for this folder: scripts inside name the folder."""
    probe = "import sys; print(sys.base_prefix, sys.version_info[:3], sys.prefix)"
    python = venv / "bin" / "python"
    if not python.exists():
        return False
    answer = subprocess.run([str(python), "-c", probe], capture_output=True, text=True, check=False).stdout.strip()
    try:
        shebang = (venv / "bin" / "pip").read_text().splitlines()[0]
    except OSError:
        return False
    return answer == f"{sys.base_prefix} {tuple(sys.version_info[:3])} {venv}" and str(venv) in shebang


def main() -> int:
    """Install unless that is done."""
    root = Path(__file__).resolve().parents[4]
    mark = root / ".venv" / MARK
    try:
        if sys.version_info >= OLDEST and mark.is_file() and mark.read_text() == fingerprint(root):
            return 0
        began = time.monotonic()
        check_machine(root)
        install(root)
    except NotInstalled as error:
        sys.stderr.write(f"trueup: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; run it again: what was downloaded is kept\n")
        return 130
    mark.write_text(fingerprint(root))
    say(f"packages installed in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    # Nobody's site-packages are ours.
    os.environ.pop("PYTHONPATH", None)
    os.environ.pop("PYTHONHOME", None)
    sys.exit(main())
