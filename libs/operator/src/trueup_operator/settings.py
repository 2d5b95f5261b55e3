"""Where the running system is: from the environment, else from files (of a container's secrets, of the checkout)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from trueup_operator.errors import OperatorError

ENV_FILE = Path(".trueup") / "operator.env"
SECRETS_DIR = "TRUEUP_SECRETS_DIR"
"""Names a folder in which a file `trueup_migrator_dsn` is the setting TRUEUP_MIGRATOR_DSN, as containers get them."""


@dataclass(frozen=True)
class Addresses:
    """Addresses of a running Trueup; each is asked for only when a command needs it."""

    values: dict[str, str]

    def _need(self, name: str) -> str:
        value = self.values.get(name, "")
        if not value:
            raise OperatorError(f"{name} is not set and no {ENV_FILE} was found here; run `make up`, or set {name}")
        return value

    @property
    def url(self) -> str:
        """The gateway, for example http://127.0.0.1:8080."""
        return self._need("TRUEUP_URL").rstrip("/")

    @property
    def sandbox_url(self) -> str:
        """The sandbox, where the running system has one."""
        return self._need("TRUEUP_SANDBOX_URL").rstrip("/")

    @property
    def kafka_bootstrap(self) -> str:
        return self._need("TRUEUP_KAFKA_BOOTSTRAP")

    @property
    def audit_key(self) -> str:
        """What the audit log is sealed with: the value of DASHBOARD_API_AUDIT_KEY."""
        return self._need("TRUEUP_AUDIT_KEY")

    @property
    def migrator_dsn(self) -> str:
        """The role that owns all tables."""
        return self._need("TRUEUP_MIGRATOR_DSN")


def _read_env_file(path: Path) -> dict[str, str]:
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def _read_secrets(folder: str) -> dict[str, str]:
    files = sorted(Path(folder).glob("trueup_*")) if folder else []
    return {file.name.upper(): file.read_text().strip() for file in files}


def load(start: Path | None = None) -> Addresses:
    """Merge the nearest env file, looking upwards from `start`, and the secrets with the environment, which wins."""
    folder = (start or Path.cwd()).resolve()
    found: dict[str, str] = {}
    for candidate in (folder, *folder.parents):
        if (candidate / ENV_FILE).is_file():
            found = _read_env_file(candidate / ENV_FILE)
            break
    own = {name: value for name, value in os.environ.items() if name.startswith("TRUEUP_") and value}
    return Addresses(found | _read_secrets(os.environ.get(SECRETS_DIR, "")) | own)
