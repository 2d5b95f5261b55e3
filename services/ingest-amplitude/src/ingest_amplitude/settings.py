"""What the service is told from outside: `INGEST_AMPLITUDE_*`."""

from __future__ import annotations

from math import ceil
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from ingest_amplitude.adapters.metric_definitions import MetricSetting, read_metrics
from ingest_amplitude.adapters.pace import at_once
from ingest_amplitude.domain.again import DAYS_PER_QUESTION
from ingest_amplitude.domain.cost import segmentation_cost
from trueup_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """The project, what is metered in it, and the pace."""

    model_config = SettingsConfigDict(env_prefix="INGEST_AMPLITUDE_")

    base_url: str = "https://amplitude.com"
    api_key: SecretStr
    secret_key: SecretStr
    project_time_zone: str = "UTC"
    """The zone whose days Amplitude's charts have; it is set in the project."""
    metrics: Annotated[list[MetricSetting], NoDecode] = Field(
        min_length=1,
        examples=['[{"metric":"api_calls","event_type":"api_calls_metered","property":"quantity","unit":"calls"}]'],
    )
    """A JSON list, or the path of a `.toml` file with a `[[metric]]` table for each."""
    account_property: str = "account_id"
    """The event property that names the customer's account."""

    poll_interval_s: float = Field(default=300.0, ge=1)
    trailing_days: int = Field(default=3, ge=1, le=31)
    month_every_min: float = Field(default=15.0, gt=0, le=25)
    """How often the running month of a metric with month buckets is asked for: it costs as many days as it has."""
    reread_days: int = Field(default=10, ge=1, le=31)
    """Once a night these days are asked for again: events come late."""
    reread_hour: int = Field(default=3, ge=0, le=23)
    """From this hour on, in the project's zone."""
    close_days: int = Field(default=4, ge=1, le=20)
    """So many days after its end a month is asked for once more, whole."""
    reread_cost: int = Field(default=300, ge=1)
    """What asking again, and for a new metric's past, may cost in one pull; the rest waits for the next."""
    history_months: int = Field(default=8, ge=1, le=11)
    export_delay_min: float = Field(default=120.0, ge=0)
    """How long after its end an hour is whole in the export; Amplitude says about two hours."""
    export_again_hours: int = Field(default=24, ge=1, le=72)
    """How much later an hour is exported once more, for what came to it since."""
    export_every_hours: int = Field(default=1, ge=1, le=24)
    export_chunk_hours: int = Field(default=168, ge=1, le=744)
    """Hours per export request at the most; each piece is committed by itself."""
    export_events_max: int = Field(default=100_000, ge=1_000)
    """Metered events counted at once: where a piece holds more, shorter ones are asked for. It bounds the memory."""
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
    def is_zone(cls, value: str) -> str:
        """The name of a zone, checked."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("write an IANA zone such as UTC or America/Los_Angeles") from None
        return value

    @field_validator("metrics", mode="before")
    @classmethod
    def _are_read(cls, value: object) -> object:
        return read_metrics(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _can_ask(self) -> Settings:
        days = DAYS_PER_QUESTION
        dearest = max(segmentation_cost(days, group_bys=one.definition().group_bys) for one in self.metrics)
        if (most := at_once(self.cost_per_5_min, self.background_share)) < dearest:
            raise ValueError(
                f"a question for {days} days costs {dearest}, and the background may spend {most:g} at once: raise "
                f"INGEST_AMPLITUDE_COST_PER_5_MIN to {ceil(2 * dearest / self.background_share)} or more, or "
                f"INGEST_AMPLITUDE_BACKGROUND_SHARE as far as it goes"
            )
        return self
