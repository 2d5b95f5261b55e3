"""Settings of the service, read from `DASHBOARD_API_*`; wrong ones stop the start with what to set."""

from __future__ import annotations

from email.utils import parseaddr
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from trueup_kit.settings import ServiceSettings

DEVELOPMENT_AUDIT_KEY = "trueup development audit key, no secret"
AUDIT_KEY_MIN = 32

SLACK_HOSTS = frozenset({"slack.com", "slack-gov.com"})
Address = Annotated[str, Field(pattern=r"^[\x21-\x3b\x3d\x3f\x41-\x7e]+@[A-Za-z0-9.-]+$", max_length=254)]


class FlagTargetSetting(BaseModel):
    """Somebody whom a flag can reach: a Slack channel by its id, or an e-mail address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    label: str = Field(min_length=1, max_length=100)
    channel: Literal["slack", "email"]
    slack_channel: str | None = Field(default=None, pattern=r"^[A-Z0-9]{6,20}$")
    email: Address | None = None

    @model_validator(mode="after")
    def _names_its_address(self) -> Self:
        if (self.slack_channel is None, self.email is None) != (self.channel != "slack", self.channel != "email"):
            raise ValueError(f"target {self.id}: a slack target has slack_channel, an email target has email")
        return self

    @property
    def address(self) -> str:
        """Where it goes."""
        return self.slack_channel or self.email or ""


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
    export_records_per_session: int = Field(default=100, ge=1, le=500)
    """Records that one login session or bearer token may export."""
    export_records_per_user_day: int = Field(default=500, ge=1, le=10_000)
    """Records that one user may export in a day (UTC), whatever the number of sessions."""
    export_ttl_min: int = Field(default=15, ge=1, le=1440)
    """So long an export waits for its one download."""
    audit_key: SecretStr = SecretStr(DEVELOPMENT_AUDIT_KEY)
    """Seals the audit log; the database must not know it. Changing it ends the log: nothing more can be added."""
    read_only: bool = False
    """Switches every action off; signing out and ending sessions stay possible."""
    report_invoices_max: int = Field(default=25, ge=1, le=500)
    """Invoices that a report lists at most; each is a record."""
    report_workers: int = Field(default=1, ge=1, le=8)
    """Processes that set reports; one sets some twenty a second."""
    report_timeout_s: float = Field(default=10.0, gt=0, le=60)
    """A report that takes longer is given up and its process replaced."""
    report_font_folder: str | None = None
    """Further typefaces for names that ours has no letters for, such as Noto Sans CJK."""

    flag_targets: tuple[FlagTargetSetting, ...] = Field(
        default=(), examples=['[{"id":"billing","label":"#billing","channel":"slack","slack_channel":"C0123456789"}]']
    )
    """Whom flags may be sent to, as JSON; a request names one of them by its id."""
    flag_text_max: int = Field(default=4000, ge=100, le=20_000)
    flag_subject_max: int = Field(default=200, ge=20, le=500)
    flag_claim_timeout_s: float = Field(default=60.0, ge=30, le=3600)
    """A flag that is being sent for longer than this has lost its sender: whether it arrived is unknown."""
    slack_token: SecretStr | None = None
    slack_base_url: str = "https://slack.com/api/"
    slack_timeout_s: float = Field(default=5.0, gt=0, le=10)
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout_s: float = Field(default=10.0, gt=0, le=10)
    mail_from: str | None = Field(
        default=None, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["Trueup <trueup@example.com>"]
    )

    decision_reason_max: int = Field(default=500, ge=20, le=5000)
    """Characters of a decision's reason."""
    decision_snooze_days_max: int = Field(default=366, ge=1, le=3660)
    """A snooze ends within so many days."""
    calibration_interval_days: int = Field(default=14, ge=1, le=365)
    """A metric's count is due again so many days after the last one."""
    calibration_limit_percent: int = Field(default=7, ge=0, le=100)
    """More drift between metered usage and the company's own count takes the metric out of the forecasts."""
    calibration_dsn: SecretStr | None = None
    """The company's own database (PostgreSQL), with a role that may only read."""
    calibration_query: str | None = Field(
        default=None,
        examples=["SELECT metric, sum(quantity) FROM meter WHERE day BETWEEN $1 AND $2 GROUP BY metric"],
    )
    """What it is asked: $1 is the first day, $2 the last, included; it answers metric and count."""
    calibration_timeout_s: float = Field(default=2.0, gt=0, le=60)
    calibration_rows_max: int = Field(default=1000, ge=1, le=10_000)

    quickbooks_url: str | None = Field(default=None, examples=["http://ingest-quickbooks:8000"])
    """Where ingest-quickbooks answers; without it QuickBooks is connected at the command line only."""
    quickbooks_secret: SecretStr | None = Field(default=None, min_length=32)
    """INGEST_QUICKBOOKS_INTERNAL_SECRET of that service."""
    quickbooks_timeout_s: float = Field(default=25.0, gt=0, le=28)
    """Connecting and disconnecting have QuickBooks asked, which may take 20 seconds; the gateway waits for 30."""

    retry_guard_min: int = Field(default=60, ge=0, le=1440)
    """No retry this close to an attempt that Stripe has scheduled: it makes those up to an hour late, and two charges
    of one card in a row look like fraud to a bank."""
    retry_attempts_max: int = Field(default=10, ge=1, le=100)
    """Retries of one invoice within `retry_window_days`; card networks punish more, each at a number of its own."""
    retry_window_days: int = Field(default=30, ge=1, le=365)

    @field_validator("public_url", "oidc_issuer", "slack_base_url", "quickbooks_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("write scheme and host, such as https://trueup.example.com")
        return value

    @model_validator(mode="after")
    def _plain_http_stays_on_loopback(self) -> Self:
        for name, value in (
            ("PUBLIC_URL", self.public_url),
            ("OIDC_ISSUER", self.oidc_issuer),
            ("SLACK_BASE_URL", self.slack_base_url),
        ):
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

    @model_validator(mode="after")
    def _production_seals_with_a_key_of_its_own(self) -> Self:
        key = self.audit_key.get_secret_value()
        if len(key) < AUDIT_KEY_MIN:
            raise ValueError(f"AUDIT_KEY: at least {AUDIT_KEY_MIN} characters, made by chance")
        if self.environment == "production" and key == DEVELOPMENT_AUDIT_KEY:
            raise ValueError("AUDIT_KEY is not set; make one by chance and keep it where the database cannot read it")
        return self

    @model_validator(mode="after")
    def _targets_can_be_reached(self) -> Self:
        ids = [target.id for target in self.flag_targets]
        if len(set(ids)) != len(ids):
            raise ValueError("FLAG_TARGETS: every id is given once")
        channels = {target.channel for target in self.flag_targets}
        if "slack" in channels and self.slack_token is None:
            raise ValueError("FLAG_TARGETS names Slack channels: set SLACK_TOKEN as well")
        if "email" in channels and (self.smtp_host is None or self.mail_from is None):
            raise ValueError("FLAG_TARGETS names e-mail addresses: set SMTP_HOST and MAIL_FROM as well")
        host = urlsplit(self.slack_base_url).hostname
        if self.environment == "production" and host not in SLACK_HOSTS:
            raise ValueError(f"SLACK_BASE_URL: production talks to {' or '.join(sorted(SLACK_HOSTS))} only")
        return self

    @model_validator(mode="after")
    def _reference_is_whole(self) -> Self:
        if (self.calibration_dsn is None) != (self.calibration_query is None):
            raise ValueError("CALIBRATION_DSN and CALIBRATION_QUERY are set together")
        return self

    @model_validator(mode="after")
    def _connection_is_whole(self) -> Self:
        if (self.quickbooks_url is None) != (self.quickbooks_secret is None):
            raise ValueError("QUICKBOOKS_URL and QUICKBOOKS_SECRET are set together")
        return self

    @model_validator(mode="after")
    def _mail_is_safe(self) -> Self:
        if self.mail_from is not None and "@" not in parseaddr(self.mail_from)[1]:
            raise ValueError("MAIL_FROM: write an address, such as Trueup <trueup@example.com>")
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("SMTP_USERNAME and SMTP_PASSWORD are set together")
        if self.smtp_host is not None and self.smtp_security == "none" and not is_loopback(self.smtp_host):
            raise ValueError("SMTP_SECURITY: mail leaves this machine by starttls or tls only")
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
