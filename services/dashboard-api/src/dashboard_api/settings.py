"""Settings of the service, read from `DASHBOARD_API_*`; wrong ones stop the start with what to set."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from trueup_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where the service is reached, who signs people in, and how long a session lives."""

    model_config = SettingsConfigDict(env_prefix="DASHBOARD_API_", extra="ignore")

    public_url: str = "http://127.0.0.1:8080"
    """Scheme, host and port of the gateway, as people type it."""
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: SecretStr
    token_audience: str = "trueup-api"  # noqa: S105  a name, no secret
    roles_claim: str = "https://trueup.example/roles"
    session_idle_min: int = Field(default=30, ge=1, le=1440)
    session_absolute_h: int = Field(default=12, ge=1, le=168)

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("write scheme and host, such as https://trueup.example.com")
        return value

    @model_validator(mode="after")
    def _plain_http_stays_on_loopback(self) -> Self:
        for name, value in (("PUBLIC_URL", self.public_url), ("OIDC_ISSUER", self.oidc_issuer)):
            parts = urlsplit(value)
            if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
                raise ValueError(f"{name}: plain http exists on loopback only; use https")
            if self.environment == "production" and (parts.scheme == "http" or is_loopback(parts.hostname or "")):
                raise ValueError(f"{name}: production needs https and a public host, not {value}")
        if self.token_audience == self.oidc_client_id:
            raise ValueError(
                "TOKEN_AUDIENCE must differ from OIDC_CLIENT_ID, or an ID token would pass as access token"
            )
        return self

    @property
    def secure(self) -> bool:
        """Whether people reach us by https, so that cookies can be `Secure`."""
        return self.public_url.startswith("https://")


def is_loopback(host: str) -> bool:
    """Whether the host name is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
