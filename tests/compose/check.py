"""`make compose-check`: start all of it as in a fresh clone, and show that it does what the local stack does. JSON at the end.

`docker compose up --wait` and nothing before it, in a copy that has only what git has, without our images. A project of its own
on ports of its own, forgotten afterwards. Needs git, a Docker engine and Compose v2.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx

ROOT = Path(__file__).parents[2]
ASSIGNMENT = Path(__file__).with_name("assignment.py")
IMAGES = {
    "trueup-services:check": "python:3.13-slim",
    "trueup-gateway:check": "caddy:2",
    "trueup-roles:check": "postgres:18",
}
GIVEN_SECRETS = ("postgres", "ingest-amplitude", "ingest-quickbooks", "stripe-webhooks", "reconciler", "dashboard-api")
VAULT = (
    "import json, pathlib as p; print(json.dumps({f.name: f.read_text() for f in p.Path('/secrets/vault').iterdir()}))"
)
REPLICAS = 3
UP_S, BUILD_S, VERIFY_S, SETTLE_S = 600, 1800, 600, 60
Found = TypeVar("Found")


class Failed(Exception):
    """What was to be shown did not show."""


def expect(holds: bool, what: str) -> None:
    """Stop with what was to be shown."""
    if not holds:
        raise Failed(what)


class Project:
    """One Compose project of the check's own, and what it took."""

    def __init__(self, root: Path, port: int, scenario: str) -> None:
        self.root = root
        self.url = f"http://127.0.0.1:{port}"
        self.name = f"trueup-check-{port}"
        self._env = os.environ | {
            "COMPOSE_PROJECT_NAME": self.name,
            "TRUEUP_PORT": str(port),
            "TRUEUP_SANDBOX_PORT": str(port + 1),
            "TRUEUP_VERSION": "check",
            "SANDBOX_SCENARIO": f"deploy/sandbox/{scenario}.yaml",
        }
        self.took_s: dict[str, float] = {}

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Remember how long a step took, and say what goes on."""
        print(f"... {step}", file=sys.stderr, flush=True)
        began = time.monotonic()
        yield
        self.took_s[step] = round(time.monotonic() - began, 1)

    def run(self, *argv: str, timeout_s: float = 120, stdin: str | None = None) -> str:
        """Run a command in the copy; what it printed.

        Raises:
            Failed: it did not end well; with its last words.
        """
        done = subprocess.run(
            argv,
            cwd=self.root,
            env=self._env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        expect(done.returncode == 0, f"`{' '.join(argv)}` failed:\n{(done.stdout + done.stderr)[-4000:]}")
        return done.stdout

    def compose(self, *arguments: str, timeout_s: float = 120, stdin: str | None = None) -> str:
        """Run `docker compose ...`."""
        return self.run("docker", "compose", *arguments, timeout_s=timeout_s, stdin=stdin)

    def up(self, *arguments: str, timeout_s: float = UP_S) -> None:
        """Start what does not run, and wait until all is well."""
        self.compose("up", "--wait", *arguments, timeout_s=timeout_s)

    def running(self) -> set[str]:
        """Identities of the containers that run."""
        return set(self.compose("ps", "-q").split())

    def trueup(self, *arguments: str, timeout_s: float = 120) -> str:
        """Run the operator's command."""
        return self.compose("run", "--rm", "-T", "trueup", *arguments, timeout_s=timeout_s)

    def verify(self) -> str:
        """The audit; its last line. Fails where anything differs."""
        text = self.trueup("verify", "--wait", str(VERIFY_S - 60), timeout_s=VERIFY_S)
        return text.strip().splitlines()[-1]

    def containers(self) -> list[str]:
        return self.compose("ps", "-a", "-q").split()


@contextmanager
def fresh_copy() -> Iterator[Path]:
    """The checkout as a clone would have it, with what is not committed yet and nothing that git ignores.

    Under the strictest umask: what a container's user must read, the images have to make readable themselves.
    """
    os.umask(0o077)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    with tempfile.TemporaryDirectory(prefix="trueup-check-") as folder:
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).exists():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, Path(folder) / name)
        yield Path(folder)


def files(root: Path) -> set[Path]:
    return set(root.rglob("*"))


def until(look: Callable[[], Found | None], what: str) -> Found:
    """Look until it shows.

    Raises:
        Failed: it did not within a minute.
    """
    deadline = time.monotonic() + SETTLE_S
    while (found := look()) is None:
        expect(time.monotonic() < deadline, what)
        time.sleep(1)
    return found


def sign_in(url: str, user: str) -> dict[str, Any]:
    """Through the issuer's login page, as a browser does; who one is then."""
    with httpx.Client(timeout=30) as browser:
        asked = browser.get(f"{url}/api/v1/auth/login")
        login = asked.headers["location"]
        expect(login.startswith("http://127.0.0.1:"), f"the login page is where a browser does not get: {login}")
        form = dict(parse_qsl(urlsplit(login).query)) | {"user": user}
        granted = browser.post(login.partition("?")[0], data=form)
        back = browser.get(granted.headers["location"])
        expect(back.status_code in {302, 303}, f"the way back from the login page answered {back.status_code}")
        me: dict[str, Any] = browser.get(f"{url}/api/v1/me").raise_for_status().json()
        return me


def accounts(project: Project, token: str) -> int:
    """How many accounts finance sees."""
    answer = httpx.get(f"{project.url}/api/v1/accounts", headers={"authorization": f"Bearer {token}"}, timeout=30)
    return int(answer.raise_for_status().json()["total"])


def shares(project: Project) -> dict[str, list[str]] | None:
    """Replica → its partitions, once the group has settled on all of them."""
    answer = json.loads(project.compose("exec", "-T", "reconciler", "python", "-", stdin=ASSIGNMENT.read_text()))
    held: dict[str, list[str]] = answer["replicas"]
    return held if answer["state"] == "Stable" and len(held) == REPLICAS and all(held.values()) else None


def sizes(project: Project) -> dict[str, dict[str, float]]:
    """Image → MB in all, and MB over the image it is from."""
    found = {}
    for ours, base in IMAGES.items():
        size, below = (
            int(project.run("docker", "image", "inspect", "--format", "{{.Size}}", name)) / 1e6 for name in (ours, base)
        )
        found[ours.partition(":")[0]] = {"mb": round(size, 1), "over_base_mb": round(size - below, 1)}
    return found


def memory(project: Project) -> dict[str, str]:
    """Container → what it uses of its limit."""
    lines = project.run("docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *project.containers())
    pairs = (line.split(" ", 1) for line in lines.splitlines())
    return {name.removeprefix(f"{project.name}-"): used for name, used in pairs if not used.startswith("0B")}


def forget(project: Project) -> None:
    """Containers, networks and volumes, with all data and secrets in them."""
    project.compose("down", "-v", "--remove-orphans", timeout_s=180)


def secrets_are_kept(project: Project) -> None:
    """Each container sees its own; no generated one is in what `docker inspect` says, and none in a log."""
    for name in GIVEN_SECRETS:
        given = project.compose("exec", "-T", name, "ls", "/run/secrets").split()
        prefix = name.replace("-", "_") + "_"
        expect(bool(given) and all(each.startswith(prefix) for each in given), f"{name} sees the secrets {given}")
    # The last line: before it stands what the build says, which is looked at first.
    said = project.compose("run", "--rm", "-T", "--entrypoint", "python", "secrets", "-c", VAULT)
    vault = json.loads(said.splitlines()[-1])
    seen = project.run("docker", "inspect", *project.containers()) + project.compose("logs", "--no-color")
    for name, value in vault.items():
        hidden = value.rpartition("@")[0].rpartition(":")[2] or value
        expect(len(hidden) < 20 or hidden not in seen, f"the secret {name} is shown by `docker inspect` or a log")


def scale(project: Project) -> list[list[str]]:
    """The partitions of each reconciler, once there are more of them; what ran goes on running."""
    ran = project.running()
    project.up("--scale", f"reconciler={REPLICAS}", "--scale", "dashboard-api=2")
    expect(ran < project.running(), "what ran was replaced")
    held = until(lambda: shares(project), f"the partitions are not split among {REPLICAS} reconcilers")
    everywhere = [partition for partitions in held.values() for partition in partitions]
    expect(len(everywhere) == len(set(everywhere)), "a partition has two owners")
    return list(held.values())


def show(project: Project) -> dict[str, Any]:
    """Everything that is to be shown, in order."""
    had = files(project.root)
    project.run("docker", "image", "rm", "--force", *IMAGES)
    with project.timed("first start, images built"):
        project.up(timeout_s=BUILD_S)
    expect("<title>Trueup" in httpx.get(f"{project.url}/", timeout=10).raise_for_status().text, "the page is not there")
    expect(sign_in(project.url, "ana")["role"] == "account_manager", "ana is not who she is")
    with project.timed("verify"):
        audited = project.verify()
    before = accounts(project, project.trueup("token", "--user", "fay").strip())
    secrets_are_kept(project)
    with project.timed("scale"):
        held = scale(project)
    used = memory(project)
    with project.timed("stop"):
        project.compose("down", timeout_s=180)
    project.compose("run", "--rm", "-T", "secrets", "renew", "reconciler_postgres_dsn")
    with project.timed("start again, with a new password"):
        project.up()
    expect("already imported" in project.compose("logs", "first-import"), "the first import was done twice")
    with project.timed("verify again"):
        project.verify()
    expect(accounts(project, project.trueup("token", "--user", "fay").strip()) == before, "accounts were lost")
    expect(files(project.root) == had, "the checkout is not what it was")
    return {
        "accounts": before,
        "verify": audited,
        "partitions_of_each_reconciler": sorted(map(len, held)),
        "images": sizes(project),
        "memory": used,
        "took_s": project.took_s,
    }


def main() -> int:
    """Check, print, forget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8480, help="the page's; the sandbox has the next one")
    parser.add_argument("--scenario", default="small", help="a file of deploy/sandbox without its ending")
    parser.add_argument("--keep", action="store_true", help="leave it running")
    chosen = parser.parse_args()
    with fresh_copy() as root:
        project = Project(root, chosen.port, chosen.scenario)
        try:
            forget(project)
            print(json.dumps({"scenario": chosen.scenario} | show(project), indent=2))
        except (Failed, httpx.HTTPError, subprocess.TimeoutExpired) as error:
            print(f"compose-check: {error}", file=sys.stderr)
            return 1
        finally:
            if not chosen.keep:
                forget(project)
    return 0


if __name__ == "__main__":
    sys.exit(main())
