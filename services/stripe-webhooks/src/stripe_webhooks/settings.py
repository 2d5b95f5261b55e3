"""What the service is told from outside: `STRIPE_WEBHOOKS_*`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from trueup_kit.settings import ServiceSettings

_PREFIXES = ("sk_test_", "rk_test_", "sk_live_", "rk_live_")


class Settings(ServiceSettings):
    """Stripe's account, its webhook secrets, and the pace."""

    model_config = SettingsConfigDict(env_prefix="STRIPE_WEBHOOKS_")

    stripe_api_key: SecretStr
    """A restricted key that may read customers, invoices, credit notes, subscriptions, payment methods, payment intents,
    charges, refunds, disputes and events, and write invoices: the one thing written is the payment of an invoice, when a
    person asks for it."""
    stripe_api_base: str = "https://api.stripe.com"
    webhook_secrets: Annotated[list[SecretStr], NoDecode]
    """The signing secrets of the endpoint, separated by commas; several while one is being rolled."""
    request_timeout_s: float = Field(default=10.0, gt=0, le=60)
    accept_timeout_s: float = Field(default=1.5, gt=0, le=2)
    """How long a webhook waits for the bus before its sender is told to come again."""

    webhooks_at_once: int = Field(default=64, ge=1, le=1000)
    """Bodies held at once, of at most 256 KiB each; whoever comes beyond them is told to come again."""
    webhook_read_timeout_s: float = Field(default=2.0, gt=0, le=10)
    """How long one body may take to arrive."""

    mode: Literal["test", "live"] | None = None
    """What this installation is for; a key of the other mode is refused at start. Absent: whatever the key is for."""
    poll_interval_s: float = Field(default=60.0, ge=1)
    limit_per_s: float = Field(default=25.0, gt=0)
    """Requests per second to one endpoint; Stripe's own limit is 25."""
    account_limit_per_s: float | None = Field(default=None, gt=0)
    """Requests per second to all endpoints together. Absent: what Stripe grants by the key's mode."""
    background_at_once: int = Field(default=4, ge=1, le=100)
    """Calls under way at one time in this process, but for those that a person waits for."""
    prompt_looks: int = Field(default=20, ge=0, le=1000)
    """How many things a refresh that a person asked for looks at before everything else; the rest in the background."""
    background_share: float = Field(default=0.8, gt=0, le=1)

    postgres_pool_size: int = Field(default=10, ge=2, le=50)
    retry_workers: int = Field(default=6, ge=1, le=32)
    """Payment retries carried out side by side in one process."""
    retry_poll_s: float = Field(default=1.0, gt=0)
    retry_pay_timeout_s: float = Field(default=15.0, gt=0, le=60)
    """How long one call that may take money is waited for; without an answer the attempt is unknown, never failed."""
    retry_claim_s: float = Field(default=60.0, ge=2)
    """How long an attempt stays with a replica that fell silent; longer than one turn can take."""
    retry_unstarted_s: float = Field(default=120.0, gt=0)
    """A command that waited longer before its start is refused."""
    retry_reach_s: float = Field(default=300.0, gt=0)
    """How long a payment that certainly did not begin is tried; then the attempt is refused."""
    retry_ask_again_s: float = Field(default=82_800.0, gt=0, le=82_800)
    """How long a call without an answer is repeated with its key. Stripe may forget keys after 24 hours."""
    retry_carried_out_s: float = Field(default=120.0, gt=0)
    """How long after a call without an answer Stripe may still carry it out; a payment after that is the client's own."""
    retry_pause_first_s: float = Field(default=1.0, gt=0)
    retry_pause_longest_s: float = Field(default=900.0, gt=0)

    invoice_metadata_keys: dict[str, str] = {
        "quickbooks_invoice_id": "quickbooks_invoice_id",
        "qbo_invoice_id": "quickbooks_invoice_id",
        "invoice_number": "invoice_number",
        "doc_number": "invoice_number",
    }
    """Metadata fields of invoices in order of preference → the key towards the ledger."""
    customer_metadata_keys: dict[str, str] = {
        "quickbooks_customer_id": "quickbooks_id",
        "qbo_customer_id": "quickbooks_id",
        "client_id": "client_id",
        "amplitude_id": "amplitude_id",
    }
    """Metadata fields of customers in order of preference → the key towards the other systems."""

    @field_validator("webhook_secrets", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("webhook_secrets")
    @classmethod
    def _not_empty(cls, value: list[SecretStr]) -> list[SecretStr]:
        if not value:
            raise ValueError("give at least one signing secret (whsec_...): without one every webhook is refused")
        return value

    @field_validator("stripe_api_key")
    @classmethod
    def _of_known_mode(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(_PREFIXES):
            raise ValueError(f"give a secret or restricted key; it starts with one of {', '.join(_PREFIXES)}")
        return value

    @model_validator(mode="after")
    def _turns_end_within_claims(self) -> Settings:
        if self.retry_claim_s <= 2 * self.retry_pay_timeout_s:
            raise ValueError("RETRY_CLAIM_S must be more than twice RETRY_PAY_TIMEOUT_S")
        return self

    @model_validator(mode="after")
    def _key_fits_mode(self) -> Settings:
        if self.mode is not None and self.livemode != (self.mode == "live"):
            raise ValueError(
                f"STRIPE_API_KEY is a key of {'live' if self.livemode else 'test'} mode, MODE says {self.mode}"
            )
        return self

    @property
    def account_per_s(self) -> float:
        """The account's limit: as set, else Stripe's own, 100 in live mode and 25 for test keys."""
        return self.account_limit_per_s or (100.0 if self.livemode else 25.0)

    @property
    def livemode(self) -> bool:
        """Whether the key reads live data; events of the other mode are refused."""
        return "_live_" in self.stripe_api_key.get_secret_value()[:8]
