"""What the images install is what is locked: the same versions with the same hashes, all that runs needs, nothing more."""

from __future__ import annotations

import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
NOT_SHIPPED = {"libs/devstack"}
STALE = "deploy/docker/*.lock is not what the declarations say; run `make lock`"


def blocks(path: Path) -> dict[str, str]:
    """Package → its lines of a lock."""
    found: dict[str, str] = {}
    name = ""
    for line in path.read_text().splitlines(keepends=True):
        if not line.startswith(" "):
            name = canonicalize_name(line.split("==")[0])
        found[name] = found.get(name, "") + line
    return found


def applies(requirement: Requirement, extras: set[str]) -> bool:
    """On any Linux with any Python: only what is for another system is left out."""
    marker = requirement.marker
    if marker is None:
        return True
    environments = ({"extra": extra, "sys_platform": "linux", "platform_system": "Linux"} for extra in ("", *extras))
    return any(marker.evaluate(environment) for environment in environments)


def closure(wanted: list[Requirement], own: set[str]) -> set[str]:
    """Everything these need, by what the installed packages say of themselves; our own members are left out."""
    found: set[tuple[str, str]] = set()
    open_ends = [(canonicalize_name(one.name), set(one.extras)) for one in wanted]
    while open_ends:
        name, extras = open_ends.pop()
        new = {(name, extra) for extra in ("", *extras)} - found
        if name in own or not new:
            continue
        found |= new
        open_ends += [
            (canonicalize_name(one.name), set(one.extras))
            for one in map(Requirement, requires(name) or [])
            if applies(one, extras)
        ]
    return {name for name, _ in found}


def declarations() -> list[dict[str, object]]:
    found = [
        tomllib.loads(path.read_text())["project"]
        for path in sorted(ROOT.glob("*/*/pyproject.toml"))
        if str(path.parent.relative_to(ROOT)) not in NOT_SHIPPED
    ]
    assert len(found) > 5
    return found


def test_versions_and_hashes_are_those_of_the_one_lock() -> None:
    whole = blocks(ROOT / "requirements.lock")
    for lock in ("requirements.lock", "build.lock"):
        shipped = blocks(ROOT / "deploy" / "docker" / lock)
        assert shipped
        assert not {name for name, text in shipped.items() if whole.get(name) != text}, STALE


def test_what_runs_has_all_it_needs_and_no_more() -> None:
    projects = declarations()
    own = {str(project["name"]) for project in projects}
    wanted = [Requirement(str(one)) for project in projects for one in project["dependencies"]]  # type: ignore[attr-defined]
    shipped = {
        name
        for name, text in blocks(ROOT / "deploy" / "docker" / "requirements.lock").items()
        if applies(Requirement(text.split(" \\")[0]), set())
    }
    assert shipped == closure(wanted, own), STALE
