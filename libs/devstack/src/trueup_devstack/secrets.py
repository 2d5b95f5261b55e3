"""Passwords of the local stack: made once by chance, kept in `.trueup`, readable by its owner only."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from trueup_devstack.files import read_json, write_json

ROLES = ("migrator", "ingest_amplitude", "ingest_quickbooks", "stripe_webhooks", "reconciler", "dashboard_api")


def load(path: Path) -> dict[str, str]:
    """Name → secret: `postgres`, each role, `audit_key`, `connection_secret`, and `token_key` (32 bytes, URL-safe base64).

    Missing ones are made now.
    """
    kept: dict[str, str] = read_json(path) or {}
    words = ("postgres", *ROLES, "audit_key", "connection_secret")
    made = {name: secrets.token_urlsafe(24) for name in words if name not in kept}
    if "token_key" not in kept:
        made["token_key"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    if made:
        write_json(path, kept | made)
    return kept | made
