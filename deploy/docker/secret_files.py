"""Make the secrets of this installation, once, and hand each container its own as files: `secret_files.py [put|renew NAME]`.

Every folder under `/secrets` is a volume. `vault` holds each secret once, and this program alone sees it. Every other folder
belongs to the container of its name, which finds it under `/run/secrets`, read only, and sees no other. What is in the vault is
kept, so this may run at any time; a container's folder is made to be what the vault says. Passwords and keys are made by
chance; the credentials of the sandbox are its fixed development words, and are where real ones go:

    secret_files.py                 make what is missing, hand all out
    secret_files.py put NAME        take NAME from standard input instead
    secret_files.py renew NAME      a new password in an address of the database
    secret_files.py folders         make the folders only, while the image is built
"""

import base64
import os
import secrets
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path("/secrets")
VAULT = "vault"
# The owner is the user of every container that is given one; `postgres`, which is another, is in the group.
FOLDER_MODE, FILE_MODE = 0o750, 0o440


def password() -> str:
    """192 bits, in letters that an address can carry."""
    return secrets.token_urlsafe(24)


def address(role: str) -> str:
    """Where a role finds the database, with a new password."""
    return f"postgresql://{role}:{password()}@postgres:5432/trueup"


def key() -> str:
    """32 bytes as URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


ADDRESSES = {
    "trueup_migrator_dsn": "migrator",
    "ingest_amplitude_postgres_dsn": "ingest_amplitude",
    "ingest_quickbooks_postgres_dsn": "ingest_quickbooks",
    "stripe_webhooks_postgres_dsn": "stripe_webhooks",
    "reconciler_postgres_dsn": "reconciler",
    "dashboard_api_postgres_dsn": "dashboard_api",
}
MADE: dict[str, Callable[[], str]] = {
    "postgres_password": password,
    "ingest_quickbooks_token_key": key,
    "ingest_quickbooks_internal_secret": password,
    "dashboard_api_audit_key": key,
} | {name: partial(address, role) for name, role in ADDRESSES.items()}
WORDS_OF_THE_SANDBOX = {
    "ingest_amplitude_api_key": "amp_key",
    "ingest_amplitude_secret_key": "amp_secret",
    "ingest_quickbooks_client_secret": "qb_secret",
    "ingest_quickbooks_initial_refresh_token": "qb_refresh_0",
    "ingest_quickbooks_webhook_verifier": "qb_verifier",
    "stripe_webhooks_stripe_api_key": "sk_test_sandbox",
    "stripe_webhooks_webhook_secrets": "whsec_sandbox",
    "dashboard_api_oidc_client_secret": "oidc_secret",
    "dashboard_api_slack_token": "xoxb-sandbox",
}
EVERY: dict[str, Callable[[], str]] = MADE | {name: partial(str, word) for name, word in WORDS_OF_THE_SANDBOX.items()}
# Container → what it is given.
GIVEN = {
    "postgres": ["postgres_password"],
    "roles": ["postgres_password", *ADDRESSES],
    "migrate": ["trueup_migrator_dsn"],
    "ingest-amplitude": [
        "ingest_amplitude_postgres_dsn",
        "ingest_amplitude_api_key",
        "ingest_amplitude_secret_key",
    ],
    "ingest-quickbooks": [
        "ingest_quickbooks_postgres_dsn",
        "ingest_quickbooks_client_secret",
        "ingest_quickbooks_initial_refresh_token",
        "ingest_quickbooks_webhook_verifier",
        "ingest_quickbooks_token_key",
        "ingest_quickbooks_internal_secret",
    ],
    "stripe-webhooks": [
        "stripe_webhooks_postgres_dsn",
        "stripe_webhooks_stripe_api_key",
        "stripe_webhooks_webhook_secrets",
    ],
    "reconciler": ["reconciler_postgres_dsn"],
    "dashboard-api": [
        "dashboard_api_postgres_dsn",
        "dashboard_api_audit_key",
        "dashboard_api_oidc_client_secret",
        "dashboard_api_slack_token",
        "dashboard_api_quickbooks_secret",
    ],
    "trueup": ["trueup_migrator_dsn", "trueup_audit_key"],
}
# The same word under the name of its other end: the key seals the audit log and checks it; the secret is asked for and shown.
SAME = {
    "trueup_audit_key": "dashboard_api_audit_key",
    "dashboard_api_quickbooks_secret": "ingest_quickbooks_internal_secret",
}


class Refused(Exception):
    """What was asked for would do harm, or means nothing."""


def folders(root: Path) -> None:
    """Make the folders that are missing. A new volume takes owner and mode from the folder of the image."""
    for name in (VAULT, *GIVEN):
        (root / name).mkdir(mode=FOLDER_MODE, exist_ok=True)


def write(file: Path, value: str) -> None:
    """All of the value or nothing, never readable by everybody, not even for a moment."""
    started = file.with_name(f".{file.name}")
    started.unlink(missing_ok=True)
    with os.fdopen(os.open(started, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "w") as out:
        out.write(value)
        out.flush()
        os.fsync(out.fileno())
    started.replace(file)


def make_missing(root: Path) -> list[str]:
    """Fill the vault; the names that were not there."""
    missing = {name: make for name, make in EVERY.items() if not (root / VAULT / name).exists()}
    for name, make in missing.items():
        write(root / VAULT / name, make())
    return list(missing)


def hand_out(root: Path) -> None:
    """Make each container's folder what the vault says: nothing old, nothing that is not its own."""
    for container, names in GIVEN.items():
        folder = root / container
        for name in names:
            value = (root / VAULT / SAME.get(name, name)).read_text()
            if not (folder / name).exists() or (folder / name).read_text() != value:
                write(folder / name, value)
        for left in {file.name for file in folder.iterdir()} - set(names):
            (folder / left).unlink()


def put(root: Path, name: str, value: str) -> None:
    """Take a value of somebody else's making.

    Raises:
        Refused: there is no secret of this name, it is the superuser's password, or nothing was given.
    """
    if name not in EVERY:
        raise Refused(f"no secret is called {name!r}; there are: {', '.join(sorted(EVERY))}")
    if name == "postgres_password":
        raise Refused("the superuser's password is fixed when the database's volume is made")
    if not value.strip():
        raise Refused(f"{name}: nothing came on standard input")
    write(root / VAULT / name, value.strip())


def renew(root: Path, name: str) -> None:
    """A new password for one role. The role learns it from `roles` at the next `docker compose up`.

    Raises:
        Refused: it is no address: a new key would make what the old one sealed unreadable.
    """
    if name not in ADDRESSES:
        raise Refused(f"only an address can be renewed: {', '.join(ADDRESSES)}")
    write(root / VAULT / name, address(ADDRESSES[name]))


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Do what is asked; names are printed, values never."""
    try:
        match arguments:
            case ["folders"]:
                folders(root)
                return 0
            case ["put", name]:
                put(root, name, sys.stdin.read())
            case ["renew", name]:
                renew(root, name)
            case []:
                pass
            case _:
                raise Refused("secret_files.py [folders | put NAME | renew NAME]")
        for name in make_missing(root):
            print(f"made {name}")
        hand_out(root)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
