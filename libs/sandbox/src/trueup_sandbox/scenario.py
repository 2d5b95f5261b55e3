"""The scenario: what kind of world the sandbox makes. One YAML file, documented in deploy/sandbox/README.md."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Situation = Literal[
    "billed_off", "late_usage", "credit_memo", "void_reissued", "part_paid", "overdue", "declined_card", "refund",
    "dispute", "uncollectible", "unlinked_amplitude", "unlinked_stripe", "missing_invoice", "partial_source", "ended",
    "no_service_date", "billed_without_usage", "no_activity", "tiered", "minimum", "discount", "plan_change",
    "progressive", "true_up", "duplicate_invoice",
]  # fmt: skip


class Part(BaseModel):
    """A closed part: a misspelt setting is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Metric(Part):
    """One metered quantity: its analytics event, its unit and the ledger item that bills it."""

    metric: str
    event_type: str
    property: str = "quantity"
    measure: Literal["sums", "uniques"] = "sums"
    """Uniques: users, who count once in a month; what a day has in the books are those first seen in it."""
    only: dict[str, str] = {}
    """Event properties with the value that counts; as many events with another value come beside and do not."""
    raw_per_unit: int = Field(default=1, ge=1)
    """How many of what the property counts make one unit."""
    unit: str
    item_id: str
    item_name: str
    share: Share
    """Share of the accounts that use it. The first metric is used by every account that would use none."""
    prices: list[Decimal]
    """Unit prices in major units of a currency with hundredths; a hundred times that in one without."""


class Planted(Part):
    """An account that is put into a known state in the planted month."""

    name: str
    situation: Situation
    percent: Decimal = Decimal(0)
    """Of the expected amount: how far off the bill is, how much arrived late, was credited or paid."""
    currency: str | None = None
    expected_major: int | None = None
    """About how much the planted month costs, in major units; absent: as the seed has it."""
    count: int = Field(default=1, ge=1)


class Shares(Part):
    """What share of the accounts that are not planted is like this."""

    taxed: Share = 0.3
    price_change: Share = 0.05
    new: Share = 0.04
    ended: Share = 0.02
    late_payer: Share = 0.05
    by_wire: Share = 0.08


class Mix(Part):
    """Weights of the live happenings."""

    usage: float = 0.967
    late_usage: float = 0.02
    pay: float = 0.008
    decline: float = 0.001
    invoice: float = 0.004


class Live(Part):
    """How the world goes on while the process runs."""

    events_per_minute: float = Field(default=60, ge=0)
    mix: Mix = Mix()
    open_invoices_share: Share = 0.1
    """Customers stop paying by themselves, and are billed early, when fewer accounts than this have an open invoice."""
    ledger_delay_s: tuple[int, int] = (60, 360)
    """How long after a card payment the ledger knows of it."""
    pay_latency_ms: int = Field(default=250, ge=0)
    """How long the gateway takes to try a card."""


class Deliveries(Part):
    """How the gateway's webhooks misbehave."""

    repeat_share: Share = 0.03
    delay_share: Share = 0.05
    """Held back long enough for later ones to overtake."""
    delay_max_s: float = 1.0
    thin_share: Share = 0.05
    """Of the gateway's events: how many go to an endpoint that is told only what to look at."""
    older_share: Share = 0.1
    """How many go to an endpoint of a version from before basil, whose bodies have other fields."""
    ledger_lost_share: Share = 0.1
    """Of the ledger's webhooks: how many are never sent."""


class Amplitude(Part):
    """Limits of the analytics project."""

    export_delay_min: int = Field(default=0, ge=0)
    """Minutes after its end until an hour can be exported; the real service takes about 120."""
    export_late_share: Share = 0
    """Of the lines of an hour: how many its file shows only `export_late_min` after it was there first."""
    export_late_min: int = Field(default=600, ge=0)
    export_repeat_share: Share = 0
    """Of the lines of an hour: how many the next hour's file shows once more."""
    groups_max: int = Field(default=1000, ge=1)
    """Rows of an answer, however many are asked for; what is left out is told by `hitChunkGroupByLimit`."""
    cost_per_5_min: int = 1000
    cost_per_hour: int = 108_000
    at_once: int = Field(default=5, ge=1)
    """Requests that are answered at a time; one more is over the limit."""
    export_lines_max: int = Field(default=10_000_000, ge=1)
    """Lines in a file of the export; where there are more it is refused. The real service refuses at 4 GB."""


class QuickBooks(Part):
    """Limits and token lives of the ledger."""

    access_token_s: int = 3600
    rotate_after_s: int = 86_400
    """A refresh after this long changes the refresh token's value."""
    limit_per_min: int = 500
    limit_per_s: int = 10
    reads_per_month: int | None = None
    """Answered requests until the plan is used up; then everything is refused, and waiting does not help."""


class Stripe(Part):
    """Limits of the gateway."""

    limit_per_s: int = 100
    endpoint_limit_per_s: int = 25


class Scenario(Part):
    """Everything that makes a world; with the instant of its birth it determines the whole history."""

    seed: int
    accounts: int = Field(ge=1, le=100_000)
    history_months: int = Field(default=7, ge=2, le=24)
    managers: dict[str, int]
    """Account manager → number of accounts; must add up to `accounts`."""
    currencies: dict[str, Share]
    time_zones: dict[str, Share]
    metrics: list[Metric] = Field(min_length=1)
    monthly_major: tuple[int, int] = (300, 40_000)
    """What a month costs an account, from the smallest to the largest; small ones are more frequent."""
    terms_days: tuple[int, int] = (14, 30)
    payment_days: tuple[int, int] = (3, 25)
    shares: Shares = Shares()
    live: Live = Live()
    deliveries: Deliveries = Deliveries()
    amplitude: Amplitude = Amplitude()
    quickbooks: QuickBooks = QuickBooks()
    stripe: Stripe = Stripe()
    planted: list[Planted] = []

    @model_validator(mode="after")
    def _adds_up(self) -> Scenario:
        if sum(self.managers.values()) != self.accounts:
            raise ValueError(f"managers hold {sum(self.managers.values())} accounts, not {self.accounts}")
        if sum(one.count for one in self.planted) > self.accounts:
            raise ValueError("more planted situations than accounts")
        return self


def load(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        OSError: the file cannot be read.
        pydantic.ValidationError: the file is not a scenario; the message names each wrong setting.
    """
    content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Scenario.model_validate(content)
