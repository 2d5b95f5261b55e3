"""Settings of the reconciler, from variables that begin with RECONCILER_."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from reconciler.domain.policy import Policy
from trueup_billing import Source
from trueup_kit.settings import ServiceSettings
from trueup_readmodel.payload import STALE_AFTER_S

SERVICE = "reconciler"
YOUNG_OBJECTS = 50_000
"""What one or two batches are made of: freed when they are done, before the garbage collector looks through them."""


class Policies(BaseSettings):
    """The rules' numbers that may be set."""

    model_config = SettingsConfigDict(env_prefix="RECONCILER_", extra="ignore")

    invoicing_lag_days: int = Field(default=5, ge=0, le=90)
    tolerance_percent: int = Field(default=5, ge=0, le=100)
    auto_resolve_below_percent: int = Field(default=2, ge=0, le=100)
    rounding_minor: int = Field(default=2, ge=0, le=1000)

    def policy(self) -> Policy:
        """The rules' numbers as the domain takes them."""
        return Policy(
            rounding_minor=self.rounding_minor,
            auto_resolve_below_percent=self.auto_resolve_below_percent,
            tolerance_percent=self.tolerance_percent,
            invoicing_lag_days=self.invoicing_lag_days,
            stale_after={Source(name): timedelta(seconds=age_s) for name, age_s in STALE_AFTER_S.items()},
        )


class Settings(Policies, ServiceSettings):
    """What the reconciler reads besides what every service does."""

    model_config = SettingsConfigDict(env_prefix="RECONCILER_", extra="ignore")

    # Six subscriptions, a claim that holds two, the counter, the linker, the suggester and the relay.
    postgres_pool_size: int = Field(default=10, ge=4, le=50)
    decision_interval_ms: int = Field(default=200, ge=10, le=10_000)
    """How long changes of an account are gathered before it is decided."""
    decision_batch: int = Field(default=40, ge=1, le=500)
    """Accounts decided in one transaction."""
    forecast_weeks: int = Field(default=60, ge=3, le=520)
    """Weeks of forecasts that are kept, one row for each account and week."""
    batch_records: int = Field(default=4000, ge=1, le=10_000)
    """Records of one topic handled at once; a large batch is stored in up to four transactions."""
