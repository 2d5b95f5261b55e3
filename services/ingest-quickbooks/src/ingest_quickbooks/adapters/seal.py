"""Secrets at rest: sealed with the newest key, opened with any that is still given."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongKey(Exception):
    """None of the keys opens it."""


class Seal:
    """Authenticated encryption (Fernet). `keys`, newest first, separated by commas; each 32 bytes in URL-safe base64.

    Raises:
        ValueError: one of them is no key.
    """

    def __init__(self, keys: str) -> None:
        self._cipher = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])

    def close(self, secret: str) -> bytes:
        """Seal with the newest key."""
        return self._cipher.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """What was sealed with one of the keys.

        Raises:
            WrongKey: with none of them.
        """
        try:
            return self._cipher.decrypt(bytes(sealed)).decode()
        except InvalidToken:
            raise WrongKey from None
