"""PostgreSQL refuses to run as root. As root its processes run as `nobody`; nobody else's folders are opened for it."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SERVER_ROOT = Path("/var/lib/trueup")
"""Where root's PostgreSQL lives when the checkout lies in a folder that `nobody` may not enter."""


@dataclass(frozen=True)
class Identity:
    """The system user a child process runs as."""

    uid: int
    gid: int


def server_identity() -> Identity | None:
    """Whom to become for PostgreSQL; none: stay the ordinary user one is."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Identity(nobody.pw_uid, nobody.pw_gid)


def enterable_by_others(folder: Path) -> bool:
    """Whether every folder on the way to here may be passed by any user."""
    existing = next(path for path in (folder, *folder.parents) if path.exists()).resolve()
    return all(path.stat().st_mode & stat.S_IXOTH for path in (existing, *existing.parents))


def place_for(wanted: Path, identity: Identity | None) -> Path:
    """The wanted folder, or a private one of the same meaning under `SERVER_ROOT` when the identity cannot reach it."""
    # The folder itself becomes private to the identity, so the way to it decides.
    if identity is None or enterable_by_others(wanted.parent):
        return wanted
    return SERVER_ROOT / hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:12] / wanted.name


def readable_copy(trees: Sequence[Path], identity: Identity | None) -> Path:
    """The folder in which these sister trees lie, or one with copies that the identity can execute from, made once."""
    first = trees[0]
    if identity is None or enterable_by_others(first):
        return first.parent
    version = hashlib.sha256(f"{first.resolve()} {first.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = SERVER_ROOT / version
    if not copy.exists():
        partial = copy.with_name(f"{copy.name}.partial-{os.getpid()}")
        shutil.rmtree(partial, ignore_errors=True)
        _passable(partial)
        for tree in trees:
            shutil.copytree(tree, partial / tree.name, symlinks=True)
        partial.rename(copy)
    return copy


def owned_folder(folder: Path, identity: Identity | None) -> Path:
    """Create the folder, for the identity's eyes only."""
    if folder.is_relative_to(SERVER_ROOT):
        _passable(folder.parent)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if identity is not None:
        os.chown(folder, identity.uid, identity.gid)
    return folder


def _passable(folder: Path) -> None:
    """Create a folder under `SERVER_ROOT` that may be passed, not listed, whatever root's umask is."""
    folder.mkdir(parents=True, exist_ok=True)
    for step in (SERVER_ROOT, folder):
        step.chmod(0o711)
