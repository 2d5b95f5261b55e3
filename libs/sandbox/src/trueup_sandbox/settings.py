"""Settings of the sandbox process, from the environment with the prefix SANDBOX_."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SandboxSettings(BaseSettings):
    """How the process runs; what world it makes stands in the scenario file."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", frozen=True)

    http_host: str = "127.0.0.1"
    http_port: int = 8081
    smtp_port: int | None = None
    """Where mail is taken; without one there is no mail server, 0 is any free port."""
    state_dir: Path | None = None
    """Folder of the journal and the issuer's key; without one nothing outlives the process."""
    scenario: Path
    """The scenario file."""
    webhook_url: str | None = None
    """Where the gateway's webhooks go; without it none are sent."""
    ledger_webhook_url: str | None = None
    """Where the ledger's webhooks go; without it none are sent."""
    ledger_verifier: str = "qb_verifier"
    webhook_secret: str = "whsec_sandbox"  # noqa: S105 - a development word
    issuer: str | None = None
    """The issuer's address as browsers and the API see it; absent: this process."""
    redirect_uris: str = ""
    """Comma list; in development any address of this machine is allowed as well."""
    events_per_minute: float | None = None
    """Overrules the scenario's pace."""
    environment: Literal["development", "production"] = "development"
    """In production no tokens are handed out without a login, and only listed redirects are allowed."""
    oidc_client_id: str = "trueup-dashboard"
    oidc_client_secret: str = "oidc_secret"  # noqa: S105 - a development word
    shutdown_timeout_s: int = 5

    @property
    def issuer_url(self) -> str:
        """The issuer's address."""
        return self.issuer or f"http://{self.http_host}:{self.http_port}/oidc"


def load() -> SandboxSettings:
    """Read the environment; on a mistake say what to set and leave."""
    try:
        return SandboxSettings()
    except ValidationError as error:
        for one in error.errors():
            name = "SANDBOX_" + "_".join(str(part) for part in one["loc"]).upper()
            print(f"{name}: {one['msg']}", file=sys.stderr)  # noqa: T201 - there is no logger yet
        raise SystemExit(2) from None
