"""Settings that would be unsafe stop the start."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from dashboard_api.settings import DEVELOPMENT_AUDIT_KEY, Settings, is_loopback

GOOD: dict[str, Any] = {
    "postgres_dsn": "postgresql://dashboard_api@127.0.0.1/trueup",
    "kafka_bootstrap": "127.0.0.1:9092",
    "http_port": 8122,
    "oidc_issuer": "http://127.0.0.1:8081/oidc",
    "oidc_client_id": "trueup-dashboard",
    "oidc_client_secret": "x",
}
PRODUCTION = {
    "audit_key": "made by chance, forty characters or more",
    "environment": "production",
    "public_url": "https://trueup.example.com",
    "oidc_issuer": "https://tenant.eu.auth0.com/",
}
SLACK: list[dict[str, Any]] = [{"id": "b", "label": "#b", "channel": "slack", "slack_channel": "C0BILLING"}]
MAIL: list[dict[str, Any]] = [{"id": "f", "label": "F", "channel": "email", "email": "a@b.example"}]
MAILING = {"smtp_host": "mail.example", "mail_from": "Trueup <trueup@b.example>"}


def test_flags_can_go_to_slack_and_mail_in_production() -> None:
    settings = Settings(**GOOD | PRODUCTION | MAILING | {"flag_targets": SLACK + MAIL, "slack_token": "xoxb-secret"})
    assert [target.address for target in settings.flag_targets] == ["C0BILLING", "a@b.example"]
    assert "xoxb-secret" not in repr(settings)


def test_development_on_loopback_is_fine() -> None:
    settings = Settings(**GOOD)
    assert not settings.secure
    assert (settings.session_idle_min, settings.session_absolute_h) == (30, 12)


def test_production_is_https() -> None:
    assert Settings(**GOOD | PRODUCTION).secure


@pytest.mark.parametrize(
    "changes",
    [
        {"oidc_issuer": "http://issuer.example/"},
        {"public_url": "http://trueup.example.com"},
        {"public_url": "trueup.example.com"},
        {"public_url": "https://"},
        {"oidc_issuer": "ftp://127.0.0.1/"},
        {"environment": "production"},
        PRODUCTION | {"oidc_issuer": "https://127.0.0.1:8081/oidc"},
        PRODUCTION | {"oidc_issuer": "http://127.0.0.1:8081/oidc"},
        {"oidc_client_id": "trueup-api"},
        {"session_idle_min": 0},
        {"flag_targets": SLACK},
        {"flag_targets": MAIL},
        {"flag_targets": MAIL} | MAILING | {"mail_from": None},
        {"flag_targets": MAIL} | MAILING | {"smtp_host": "mail.example", "smtp_security": "none"},
        {"flag_targets": MAIL} | MAILING | {"smtp_username": "u"},
        {"flag_targets": MAIL} | MAILING | {"mail_from": "Trueup"},
        {"flag_targets": MAIL} | MAILING | {"mail_from": "a@b.example\r\nBcc: c@d.example"},
        {"flag_targets": SLACK + SLACK, "slack_token": "t"},
        {"flag_targets": [SLACK[0] | {"email": "a@b.example"}], "slack_token": "t"},
        {"flag_targets": [SLACK[0] | {"slack_channel": "#billing"}], "slack_token": "t"},
        {"flag_targets": [MAIL[0] | {"email": "a@b.example\nBcc: c@d.example"}]} | MAILING,
        {"flag_targets": [MAIL[0] | {"email": "A <a@b.example>"}]} | MAILING,
        {"slack_base_url": "http://slack.example/api/"},
        {"slack_base_url": "https://169.254.169.254/"} | PRODUCTION,
        {"slack_base_url": "https://slack.com.evil.example/api/"} | PRODUCTION,
        {"audit_key": "too short"},
        PRODUCTION | {"audit_key": DEVELOPMENT_AUDIT_KEY},
    ],
)
def test_unsafe_settings_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**GOOD | changes)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("10.0.0.1", False)],
)
def test_loopback_is_this_machine(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_page_connects_quickbooks_only_where_it_is_told_how() -> None:
    told = {
        "quickbooks_url": "http://ingest-quickbooks:8000",
        "quickbooks_secret": "made by chance, thirty-two at least",
    }
    settings = Settings(**GOOD | told)
    assert "made by chance" not in repr(settings)
    for name, value in told.items():
        with pytest.raises(ValidationError, match="set together"):
            Settings(**GOOD | {name: value})
    for wrong in ({"quickbooks_secret": "short"}, {"quickbooks_url": "ingest-quickbooks:8000"}):
        with pytest.raises(ValidationError):
            Settings(**GOOD | told | wrong)
