"""Settings from the environment: what every service needs, and a start that fails early with what to set."""

from __future__ import annotations

import os
import sys
from typing import Literal, TypeVar

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

S = TypeVar("S", bound=BaseSettings)
EXIT_CODE = 2
SECRETS_DIR = "TRUEUP_SECRETS_DIR"
"""Names a folder in which a file `reconciler_postgres_dsn` is the setting RECONCILER_POSTGRES_DSN, as containers get them."""


class ServiceSettings(BaseSettings):
    """What every service reads; a service subclasses it and sets `env_prefix` to its package name in capitals."""

    model_config = SettingsConfigDict(extra="ignore")

    postgres_dsn: str = Field(repr=False, examples=["postgresql://role:password@127.0.0.1:5432/trueup"])
    """`postgresql://role:password@host:port/trueup`; the role is the service's own."""
    kafka_bootstrap: str = Field(examples=["127.0.0.1:9092"])
    """`host:port`, several separated by commas."""
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=0, le=65535, examples=["8090"])
    environment: Literal["development", "production"] = "development"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "text"] = "json"
    postgres_pool_size: int = Field(default=5, ge=1, le=50)
    shutdown_timeout_s: float = Field(default=10.0, gt=0, le=110)
    drain_s: float = Field(default=0.5, ge=0, le=30)
    """How long a stopping process still takes requests, so that the gateway can notice it."""
    publish_timeout_s: float = Field(default=5.0, gt=0, le=60)
    """How long one publish may wait for Kafka's acknowledgement."""
    session_timeout_s: float = Field(default=20.0, ge=6, le=300)
    """How long Kafka waits for a silent consumer before its partitions move."""

    @field_validator("postgres_dsn")
    @classmethod
    def _is_postgres(cls, value: str) -> str:
        if not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("write postgresql://role:password@host:port/database")
        return value

    @field_validator("kafka_bootstrap")
    @classmethod
    def _is_bootstrap(cls, value: str) -> str:
        hosts = [part.strip() for part in value.split(",")]
        if not all(host.rpartition(":")[0] and host.rpartition(":")[2].isdecimal() for host in hosts):
            raise ValueError("write host:port, several separated by commas")
        return ",".join(hosts)


def load(cls: type[S]) -> S:
    """Read the settings of a service from the environment and, where it does not have one, from the folder of secrets.

    Raises:
        SystemExit: with code 2 when something is missing or wrong; every variable is named on standard error with
            what is wrong and what to set. Values are not printed: some are secrets.
    """
    try:
        return cls(_secrets_dir=os.environ.get(SECRETS_DIR) or None)
    except ValidationError as error:
        print("\n".join(["The settings are not usable:", *_faults(cls, error)]), file=sys.stderr)
        raise SystemExit(EXIT_CODE) from None


def _faults(cls: type[BaseSettings], error: ValidationError) -> list[str]:
    prefix = str(cls.model_config.get("env_prefix") or "")
    lines = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        field = cls.model_fields.get(name)
        variable = f"{prefix}{name}".upper() if name else "(several together)"
        said = "is not set" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
        example = f"; for example {variable}={field.examples[0]}" if field is not None and field.examples else ""
        lines.append(f"  {variable}: {said}{example}")
    return lines
