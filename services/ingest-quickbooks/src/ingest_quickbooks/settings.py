"""What the service is told from outside: `INGEST_QUICKBOOKS_*`."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from ingest_quickbooks.adapters.seal import Seal
from trueup_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """The company, its connection, and the pace."""

    model_config = SettingsConfigDict(env_prefix="INGEST_QUICKBOOKS_")

    base_url: str = "https://quickbooks.api.intuit.com"
    token_url: str = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
    authorise_url: str = "https://appcenter.intuit.com/connect/oauth2"
    revoke_url: str = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
    redirect_uri: str | None = None
    """Where a browser is sent back to, registered for the app at Intuit, word for word: the page's
    `/api/v1/connections/quickbooks/callback`, or any address of yours where only the command connects."""
    internal_secret: SecretStr | None = Field(default=None, min_length=32)
    """What dashboard-api shows when an administrator connects or disconnects on the page; without it only the command can."""
    client_id: str
    client_secret: SecretStr
    realm_id: str = Field(pattern=r"^\d+$", examples=["9130000000000001"])
    """The company, as QuickBooks names it when it is connected."""
    token_key: SecretStr
    """Seals the tokens at rest; 32 bytes, base64 (`python -c "from cryptography.fernet import Fernet as F; print(F.generate_key().decode())"`).
    Several, newest first and separated by commas, while a key is being replaced: the first seals, each of them opens."""
    initial_refresh_token: SecretStr | None = None
    """Fills an empty vault, and replaces a connection that has died; otherwise without effect."""

    webhook_verifier: SecretStr | None = None
    """The verifier token that webhooks are signed with; without one they are not taken, and polling goes on alone."""
    webhook_spacing_s: float = Field(default=10.0, ge=1)
    """Webhooks have changes asked for at once, but not more often than this: every question counts against the month."""

    poll_interval_s: float = Field(default=60.0, ge=1)
    limit_per_min: float = Field(default=500.0, gt=0)
    """Requests per minute and company; QuickBooks' own limit is 500."""
    limit_per_s: float = Field(default=10.0, gt=0)
    """Requests per second; QuickBooks' own limit is 10."""
    limited_pause_s: float = Field(default=60.0, ge=0, le=600)
    """How long QuickBooks is left alone after it said "too many" without saying for how long; it wants 60 seconds."""
    reads_per_month: int = Field(default=500_000, gt=0)
    """Of the plan with Intuit; from four fifths on people are told, beyond it QuickBooks refuses everything."""
    renew_again_after_s: float = Field(default=300.0, ge=1)
    """An access token that is refused although it is younger than this is not renewed again: that would look like theft."""
    background_share: float = Field(default=0.8, gt=0, le=1)
    request_timeout_s: float = Field(default=30.0, gt=0, le=120)
    attempts_max: int = Field(default=4, ge=1, le=10)

    link_fields: dict[str, str] = {}
    """Link key (`client_id`, `amplitude_id`) → the customer field or custom field that holds it."""

    @field_validator("token_key")
    @classmethod
    def _is_key(cls, value: SecretStr) -> SecretStr:
        try:
            Seal(value.get_secret_value())
        except ValueError:
            words = "give 32 random bytes in URL-safe base64, as Fernet.generate_key() makes them; several with commas"
            raise ValueError(words) from None
        return value
