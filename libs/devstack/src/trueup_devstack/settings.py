"""The environment of each process of the local stack. Credentials of the sandbox are fixed development words."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from trueup_devstack.checkout import Checkout
from trueup_devstack.ports import PortPlan

DATABASE = "trueup"
SERVED = frozenset({"dashboard-api", "stripe-webhooks", "ingest-quickbooks"})
"""Services behind the gateway."""
METRICS = [
    {"metric": "api_calls", "event_type": "api_calls_metered", "property": "quantity", "unit": "calls"},
    {"metric": "messages_sent", "event_type": "messages_metered", "property": "quantity", "unit": "messages"},
    {"metric": "storage_gb_hours", "event_type": "storage_metered", "property": "quantity", "unit": "GB-h"},
]
FLAG_TARGETS = [
    {"id": "billing", "label": "#billing-issues", "channel": "slack", "slack_channel": "C0BILLING"},
    {"id": "revenue", "label": "#revenue-operations", "channel": "slack", "slack_channel": "C0REVENUE"},
    {"id": "finance", "label": "Finance desk", "channel": "email", "email": "finance@northwind.example"},
    {"id": "support", "label": "Billing support", "channel": "email", "email": "billing-support@northwind.example"},
]
"""The recipients that the sandbox knows."""


@dataclass(frozen=True)
class Wiring:
    """What every process must know of the others."""

    checkout: Checkout
    ports: PortPlan
    secrets: Mapping[str, str]

    @property
    def url(self) -> str:
        """Where people go."""
        return f"http://127.0.0.1:{self.ports.gateway}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.sandbox}"

    @property
    def issuer(self) -> str:
        return f"{self.sandbox_url}/oidc"

    @property
    def kafka_bootstrap(self) -> str:
        return f"127.0.0.1:{self.ports.kafka}"

    def dsn(self, role: str) -> str:
        """A role's address of the database, with its password."""
        return f"postgresql://{role}:{self.secrets[role]}@127.0.0.1:{self.ports.postgres}/{DATABASE}"


def operator(wiring: Wiring) -> dict[str, str]:
    """For the `trueup` command."""
    return {
        "TRUEUP_URL": wiring.url,
        "TRUEUP_SANDBOX_URL": wiring.sandbox_url,
        "TRUEUP_KAFKA_BOOTSTRAP": wiring.kafka_bootstrap,
        "TRUEUP_MIGRATOR_DSN": wiring.dsn("migrator"),
        "TRUEUP_AUDIT_KEY": wiring.secrets["audit_key"],
    }


def sandbox(wiring: Wiring) -> dict[str, str]:
    """For the outside world."""
    return _with_own(
        "SANDBOX_",
        {
            "SANDBOX_HTTP_HOST": "127.0.0.1",
            "SANDBOX_HTTP_PORT": str(wiring.ports.sandbox),
            "SANDBOX_SMTP_PORT": str(wiring.ports.smtp),
            "SANDBOX_STATE_DIR": str(wiring.checkout.state / "sandbox"),
            "SANDBOX_SCENARIO": str(wiring.checkout.root / "deploy" / "sandbox" / "default.yaml"),
            "SANDBOX_WEBHOOK_URL": f"{wiring.url}/webhooks/stripe",
            "SANDBOX_LEDGER_WEBHOOK_URL": f"{wiring.url}/webhooks/quickbooks",
            "SANDBOX_ISSUER": wiring.issuer,
            "SANDBOX_REDIRECT_URIS": f"{wiring.url}/api/v1/auth/callback",
        },
    )


def service(wiring: Wiring, name: str, port: int) -> dict[str, str]:
    """For one replica of a service."""
    role = name.replace("-", "_")
    prefix = f"{role.upper()}_"
    shared = {
        "POSTGRES_DSN": wiring.dsn(role),
        "KAFKA_BOOTSTRAP": wiring.kafka_bootstrap,
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(port),
        "ENVIRONMENT": "development",
        "LOG_FORMAT": "json",
    }
    if name in SERVED:
        # Longer than the gateway's health check takes to notice, so that nothing is sent to a closing listener.
        shared["DRAIN_S"] = "1.5"
    own = _OWN.get(name, lambda _: {})(wiring)
    return _with_own(prefix, {prefix + key: value for key, value in (shared | own).items()})


def _with_own(prefix: str, values: dict[str, str]) -> dict[str, str]:
    """What the person exported for a process wins over what we would set."""
    return values | {name: value for name, value in os.environ.items() if name.startswith(prefix)}


def _amplitude(wiring: Wiring) -> dict[str, str]:
    return {
        "BASE_URL": f"{wiring.sandbox_url}/amplitude",
        "API_KEY": "amp_key",
        "SECRET_KEY": "amp_secret",
        "METRICS": json.dumps(METRICS),
        "EXPORTS_PER_MIN": "600",  # the sandbox's are small; at the usual pace eight months take a minute
    }


def _quickbooks(wiring: Wiring) -> dict[str, str]:
    return {
        "BASE_URL": f"{wiring.sandbox_url}/quickbooks",
        "TOKEN_URL": f"{wiring.sandbox_url}/quickbooks/oauth2/v1/tokens/bearer",
        "AUTHORISE_URL": f"{wiring.sandbox_url}/quickbooks/connect/oauth2",
        "REVOKE_URL": f"{wiring.sandbox_url}/quickbooks/v2/oauth2/tokens/revoke",
        "REDIRECT_URI": f"{wiring.url}/api/v1/connections/quickbooks/callback",
        "INTERNAL_SECRET": wiring.secrets["connection_secret"],
        "CLIENT_ID": "qb_client",
        "CLIENT_SECRET": "qb_secret",
        "REALM_ID": "9130000000000001",
        "INITIAL_REFRESH_TOKEN": "qb_refresh_0",
        "WEBHOOK_VERIFIER": "qb_verifier",
        "TOKEN_KEY": wiring.secrets["token_key"],
    }


def _stripe(wiring: Wiring) -> dict[str, str]:
    return {
        "STRIPE_API_KEY": "sk_test_sandbox",
        # The sandbox grants what a live account has; its key is a test key.
        "ACCOUNT_LIMIT_PER_S": "100",
        "STRIPE_API_BASE": f"{wiring.sandbox_url}/stripe",
        "WEBHOOK_SECRETS": "whsec_sandbox",
    }


def _dashboard(wiring: Wiring) -> dict[str, str]:
    return {
        "PUBLIC_URL": wiring.url,
        "OIDC_ISSUER": wiring.issuer,
        "OIDC_CLIENT_ID": "trueup-dashboard",
        "OIDC_CLIENT_SECRET": "oidc_secret",
        "TOKEN_AUDIENCE": "trueup-api",
        "FLAG_TARGETS": json.dumps(FLAG_TARGETS),
        "SLACK_TOKEN": "xoxb-sandbox",
        "SLACK_BASE_URL": f"{wiring.sandbox_url}/slack/api/",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(wiring.ports.smtp),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "Trueup <trueup@trueup.example>",
        "AUDIT_KEY": wiring.secrets["audit_key"],
        "QUICKBOOKS_URL": f"http://127.0.0.1:{wiring.ports.replica('ingest-quickbooks', 0)}",
        "QUICKBOOKS_SECRET": wiring.secrets["connection_secret"],
    }


_OWN = {
    "ingest-amplitude": _amplitude,
    "ingest-quickbooks": _quickbooks,
    "stripe-webhooks": _stripe,
    "dashboard-api": _dashboard,
}
