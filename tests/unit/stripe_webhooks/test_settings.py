"""Which keys and modes may start together."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from stripe_webhooks.settings import Settings

GIVEN: dict[str, Any] = {
    "postgres_dsn": "postgresql://stripe_webhooks@127.0.0.1:5432/trueup",
    "kafka_bootstrap": "127.0.0.1:9092",
    "http_port": 8085,
    "webhook_secrets": "whsec_a, whsec_b",
}


@pytest.mark.parametrize(("key", "mode"), [("sk_test_x", "test"), ("rk_live_x", "live"), ("sk_live_x", None)])
def test_a_key_of_the_mode_that_is_wanted_may_start(key: str, mode: str | None) -> None:
    settings = Settings(**GIVEN, stripe_api_key=key, mode=mode)
    assert settings.livemode == ("live" in key)
    assert [secret.get_secret_value() for secret in settings.webhook_secrets] == ["whsec_a", "whsec_b"]


@pytest.mark.parametrize(
    ("key", "own", "limit"), [("rk_test_x", None, 25), ("rk_live_x", None, 100), ("rk_test_x", 60, 60)]
)
def test_the_accounts_limit_follows_from_the_keys_mode(key: str, own: float | None, limit: float) -> None:
    assert Settings(**GIVEN, stripe_api_key=key, account_limit_per_s=own).account_per_s == limit


@pytest.mark.parametrize(("key", "mode"), [("sk_test_x", "live"), ("rk_live_x", "test")])
def test_a_key_of_the_other_mode_is_refused_by_name(key: str, mode: str) -> None:
    with pytest.raises(ValidationError, match=f"MODE says {mode}"):
        Settings(**GIVEN, stripe_api_key=key, mode=mode)
