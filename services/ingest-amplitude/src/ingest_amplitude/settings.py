"""What the service is told from outside: `INGEST_AMPLITUDE_*`."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from trueup_kit.settings import ServiceSettings


class MetricSetting(BaseModel):
    """One metered quantity: the sum of a property over events of a type."""

    metric: str = Field(min_length=1)
    event_type: str = Field(min_length=1)
    property: str = Field(min_length=1)
    unit: str = Field(min_length=1)


class Settings(ServiceSettings):
    """The project, what is metered in it, and the pace."""

    model_config = SettingsConfigDict(env_prefix="INGEST_AMPLITUDE_")

    base_url: str = "https://amplitude.com"
    api_key: SecretStr
    secret_key: SecretStr
    project_time_zone: str = "UTC"
    """The zone whose days Amplitude's charts have; it is set in the project."""
    metrics: list[MetricSetting] = Field(
        min_length=1,
        examples=['[{"metric":"api_calls","event_type":"api_calls_metered","property":"quantity","unit":"calls"}]'],
    )
    account_property: str = "account_id"
    """The event property that names the customer's account."""

    poll_interval_s: float = Field(default=300.0, ge=1)
    trailing_days: int = Field(default=3, ge=1, le=31)
    history_months: int = Field(default=8, ge=1, le=11)
    export_delay_min: float = Field(default=120.0, ge=0)
    """How long after its end an hour is whole in the export; Amplitude says about two hours."""
    export_every_hours: int = Field(default=1, ge=1, le=24)
    export_chunk_hours: int = Field(default=168, ge=1, le=744)
    """Hours per export request; each piece is committed by itself."""
    partition_capacity: int = Field(default=900, ge=1, le=999)
    """Accounts per question; Amplitude answers with 1000 at the most."""
    cost_per_5_min: float = Field(default=1000.0, gt=0)
    exports_per_min: float = Field(default=60.0, gt=0)
    """Export requests a minute; Amplitude names no limit of its own."""
    background_share: float = Field(default=0.8, gt=0, le=1)
    request_timeout_s: float = Field(default=60.0, gt=0, le=300)
    attempts_max: int = Field(default=4, ge=1, le=10)

    @field_validator("project_time_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("write an IANA zone such as UTC or America/Los_Angeles") from None
        return value

    @field_validator("metrics")
    @classmethod
    def _are_different(cls, value: list[MetricSetting]) -> list[MetricSetting]:
        if len({one.metric for one in value}) < len(value):
            raise ValueError("each metric once")
        return value
