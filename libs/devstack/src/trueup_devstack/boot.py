"""From nothing running to everything ready: what is independent goes side by side, every wait is bounded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from trueup_devstack import control, jars, page, settings
from trueup_devstack.errors import DevstackError
from trueup_devstack.files import write_whole
from trueup_devstack.identity import recall, stop_all
from trueup_devstack.logfiles import tail
from trueup_devstack.ports import SERVICES, require_free
from trueup_devstack.secrets import ROLES
from trueup_devstack.stack import Stack

READY_TIMEOUT_S = 240.0
CRASHES_MAX = 4
"""A process that dies this often before it was ever ready will not become ready."""
SPACE_NEEDED_BYTES = 1_000_000_000
FIRST = tuple(f"{service}-0" for service in SERVICES)


class Interrupted(DevstackError):
    """Somebody pressed Ctrl-C."""


class Boot:
    """One `trueup up`."""

    def __init__(self, stack: Stack, say: Callable[[str], None]) -> None:
        self._stack = stack
        self._checkout = stack.checkout
        self._say = say
        self._over = threading.Event()
        self._began = time.monotonic()

    def check(self) -> None:
        """Before anything starts: room on the disk, leftovers of a killed supervisor stopped, ports free.

        Raises:
            DevstackError: what is in the way and what to do about it.
        """
        for folder in (self._checkout.root, jars.cache_folder()):
            _require_space(folder)
        if left := recall(self._checkout.processes_file):
            self._say(f"stopping {len(left)} processes that an earlier run left behind")
            stop_all(left, patience_s=20)
        require_free(self._stack.ports.at_start().items())

    def supervisor(self) -> None:
        """Start the supervisor in the background and wait until it answers.

        Raises:
            DevstackError: it does not; shows its last lines.
        """
        log = self._checkout.log("supervisor")
        log.parent.mkdir(parents=True, exist_ok=True)
        self._checkout.control_file.unlink(missing_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "trueup_devstack"],
                cwd=self._checkout.root,
                env=os.environ | {"TRUEUP_PORT": str(self._stack.ports.gateway)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + 30
        while not control.answers(self._checkout):
            if process.poll() is not None or time.monotonic() > deadline:
                raise DevstackError("the supervisor did not start:\n" + "\n".join(tail(log, 10)))
            time.sleep(0.05)

    def run(self) -> None:
        """Everything, until all processes are ready and the first data are in.

        Raises:
            DevstackError: a step failed; says which and shows why.
        """
        operator_env = settings.operator(self._stack.wiring)
        write_whole(self._checkout.operator_env, "".join(f"{k}={v}\n" for k, v in operator_env.items()))
        with ThreadPoolExecutor(8) as pool:
            try:
                building = pool.submit(self._page)
                self._all(pool, self._database, self._broker, lambda: self._started("sandbox"))
                if building.done():
                    building.result()
                self._all(pool, lambda: self._started(*FIRST), lambda: self._started("gateway"))
                self._first_import()
                building.result()
            except BaseException:
                self._over.set()
                raise

    @staticmethod
    def _all(pool: ThreadPoolExecutor, *steps: Callable[[], None]) -> None:
        """Side by side; the first failure is raised at once."""
        futures: list[Future[None]] = [pool.submit(step) for step in steps]
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()

    def _database(self) -> None:
        server = self._stack.postgres
        if server.initialise():
            self._checkout.done("migrate").unlink(missing_ok=True)
            self._tell("postgres: created its data folder")
        self._started("postgres")
        if not server.sql(f"SELECT 1 FROM pg_database WHERE datname = '{settings.DATABASE}'").strip():
            server.sql(f"CREATE DATABASE {settings.DATABASE}", single_transaction=False)
        roles = (self._checkout.root / "deploy" / "postgres" / "roles.sql").read_text()
        passwords = "".join(f"ALTER ROLE {role} PASSWORD '{self._stack.wiring.secrets[role]}';\n" for role in ROLES)
        server.sql(roles + passwords, database=settings.DATABASE)
        self._unless_done("migrate", sorted(self._checkout.root.glob("*/*/src/*/migrations/**/*.py")))
        self._tell("postgres: roles and migrations are up to date")

    def _broker(self) -> None:
        jars.prepare(self._tell)
        if self._stack.kafka.initialise():
            self._checkout.done("topics apply").unlink(missing_ok=True)
            self._tell("kafka: formatted its storage")
        self._started("kafka")
        self._unless_done("topics apply", [self._checkout.root / "deploy" / "kafka" / "topics.yaml"])
        self._tell("kafka: topics are as declared")

    def _page(self) -> None:
        page.build(self._checkout, self._tell)

    def _first_import(self) -> None:
        if self._checkout.imported_mark.exists():
            return
        done = self._trueup("import", "sandbox", "--once", str(self._checkout.imported_mark))
        for line in done.splitlines():
            self._tell(f"first import: {line}")

    def _unless_done(self, command: str, sources: list[Path]) -> None:
        """Run a `trueup` command whose outcome follows from these files alone, unless it ran on the same ones."""
        mark, wanted = self._checkout.done(command), page.fingerprint(sources, self._checkout.root)
        if not mark.is_file() or mark.read_text() != wanted:
            self._trueup(*command.split())
            write_whole(mark, wanted)

    def _trueup(self, *arguments: str) -> str:
        """Run the `trueup` command of this installation."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("trueup")), *arguments],
            cwd=self._checkout.root,
            env=os.environ | settings.operator(self._stack.wiring),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=READY_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            raise DevstackError(
                f"`trueup {' '.join(arguments)}` failed:\n{(done.stdout + done.stderr).strip()[-3000:]}"
            )
        return done.stdout

    def _started(self, *names: str) -> None:
        """Start and wait until ready."""
        control.ask(self._checkout, "start", names=list(names))
        waiting = set(names)
        deadline = time.monotonic() + READY_TIMEOUT_S
        while waiting:
            for process in self._status():
                if process["name"] in waiting and process["state"] == "ready":
                    waiting.discard(process["name"])
                    self._tell(f"{process['name']}: ready")
                elif process["name"] in waiting and process["restarts"] >= CRASHES_MAX:
                    raise _did_not_start(process)
            if time.monotonic() > deadline:
                raise DevstackError(
                    f"not ready after {READY_TIMEOUT_S:g} s: {', '.join(sorted(waiting))}; see `trueup logs`"
                )
            if self._over.wait(0.1):
                raise Interrupted("stopped waiting")

    def _status(self) -> Sequence[dict[str, Any]]:
        status: Sequence[dict[str, Any]] = control.ask(self._checkout, "status")
        return status

    def _tell(self, text: str) -> None:
        self._say(f"[{time.monotonic() - self._began:5.1f} s] {text}")


def _did_not_start(process: dict[str, Any]) -> DevstackError:
    lines = "\n".join(f"    {line}" for line in tail(Path(process["log"]), 15))
    return DevstackError(
        f"{process['name']} ends again and again (exit code {process['last_exit']}). Its last lines:\n{lines}\n"
        f"All of it: {process['log']}. What runs goes on; `make down` stops it, `make up` tries again."
    )


def _require_space(folder: Path) -> None:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < SPACE_NEEDED_BYTES:
        raise DevstackError(
            f"only {free / 1e6:.0f} MB are free where {folder} lies, Trueup wants {SPACE_NEEDED_BYTES / 1e6:.0f} MB;"
            " make room (`make reset` forgets Trueup's own data) and run it again"
        )
