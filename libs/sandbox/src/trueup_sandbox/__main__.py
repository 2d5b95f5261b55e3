"""`python -m trueup_sandbox`: read the settings, make or resume the world, serve it."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from pydantic import ValidationError

from trueup_sandbox import app, scenario, settings
from trueup_sandbox.world.world import StateMismatch, World


def _load_scenario(path: Path) -> scenario.Scenario:
    try:
        return scenario.load(path)
    except (OSError, ValidationError) as error:
        raise SystemExit(f"SANDBOX_SCENARIO: {path}: {error}") from None


def main() -> int:
    """Serve until told to stop; exit code 0 then."""
    chosen = settings.load()
    try:
        world = World(_load_scenario(chosen.scenario), state=chosen.state_dir)
    except StateMismatch as error:
        raise SystemExit(f"SANDBOX_STATE_DIR: {error}") from None
    uvicorn.run(
        app.create(chosen, world).app,
        host=chosen.http_host,
        port=chosen.http_port,
        log_level="warning",
        access_log=False,
        # Longer than any client keeps an idle connection, or one would be closed just as it is used again.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=chosen.shutdown_timeout_s,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
