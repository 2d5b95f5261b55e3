"""Where things lie in one checkout. Everything a running Trueup keeps is under `.trueup`, except downloads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Checkout:
    """One copy of the repository."""

    root: Path
    state: Path

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def processes_file(self) -> Path:
        """Every running process of ours, for whoever comes after a killed supervisor."""
        return self.state / "processes.json"

    @property
    def control_file(self) -> Path:
        """Where the supervisor listens and the word it wants to hear."""
        return self.state / "control.json"

    @property
    def lock_file(self) -> Path:
        """Held by the one supervisor."""
        return self.state / "supervisor.lock"

    @property
    def postgres(self) -> Path:
        """Where the database is wanted; as root it may have to be elsewhere."""
        return self.state / "postgres"

    @property
    def secrets_file(self) -> Path:
        return self.state / "secrets.json"

    @property
    def operator_env(self) -> Path:
        """Addresses for the `trueup` command."""
        return self.state / "operator.env"

    @property
    def imported_mark(self) -> Path:
        """There once the first accounts and rate cards are imported."""
        return self.state / "imported"

    @property
    def web(self) -> Path:
        return self.root / "services" / "dashboard-web"

    def done(self, command: str) -> Path:
        """Names what a command of the start-up last ran on."""
        return self.state / "done" / command.replace(" ", "-")

    def log(self, name: str) -> Path:
        """Log file of one process."""
        return self.logs / f"{name}.log"


def here() -> Checkout:
    """The checkout this package is installed from (it is always installed editable).

    `TRUEUP_STATE` moves its data, so that tests run beside a stack that somebody uses.
    """
    root = Path(__file__).resolve().parents[4]
    return Checkout(root, Path(os.environ.get("TRUEUP_STATE") or root / ".trueup").resolve())
