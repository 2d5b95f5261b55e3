"""The signature check of a webhook, on the raw bytes, before anything is parsed."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256

TOLERANCE_S = 300
"""How old a signed body may be. Replays within it pass; repeats change nothing further on."""
FUTURE_S = 60
"""How far ahead the sender's clock may run; without a bound a far-future stamp would never grow old."""
_SIGNATURES_MAX = 16


class SignatureRefused(Exception):
    """The body is not provably from Stripe, or not from now. `code` is stable and safe to show."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def sign(body: bytes, secret: str, timestamp_s: int) -> str:
    """The hexadecimal v1 signature of a body at an instant (seconds since 1970)."""
    return hmac.new(secret.encode(), f"{timestamp_s}.".encode() + body, sha256).hexdigest()


def verify(body: bytes, header: str | None, secrets: Sequence[str], *, now_s: float) -> None:
    """Accept the body if one v1 signature fits one of the secrets and its stamp is recent.

    Raises:
        SignatureRefused: `unsigned`, `signature_malformed`, `signature_mismatch`, `signature_too_old` or
            `signature_from_future`. Age is judged only after the signature fits: an unsigned stamp says nothing.
    """
    if not header:
        raise SignatureRefused("unsigned", "The Stripe-Signature header is missing.")
    timestamp_s, signatures = _read_header(header)
    # Every pair is compared, so that the time taken does not tell which secret came close.
    fits = [
        hmac.compare_digest(sign(body, secret, timestamp_s).encode(), signature.encode())
        for secret in secrets
        if secret
        for signature in signatures
    ]
    if not any(fits):
        raise SignatureRefused("signature_mismatch", "No signature fits the body and the endpoint's secrets.")
    if timestamp_s < now_s - TOLERANCE_S:
        raise SignatureRefused("signature_too_old", f"The signature is more than {TOLERANCE_S} s old.")
    if timestamp_s > now_s + FUTURE_S:
        raise SignatureRefused("signature_from_future", f"The signature is more than {FUTURE_S} s ahead of our clock.")


def _read_header(header: str) -> tuple[int, list[str]]:
    """The stamp and the v1 signatures of `t=1,v1=ab,v1=cd,v0=ef`."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in pairs if name == "t"]
    signatures = [value for name, _, value in pairs if name == "v1"]
    if len(stamps) != 1 or not (stamps[0].isascii() and stamps[0].isdigit()) or len(stamps[0]) > 12:
        raise SignatureRefused("signature_malformed", "The Stripe-Signature header carries no readable t.")
    if not 0 < len(signatures) <= _SIGNATURES_MAX:
        raise SignatureRefused("signature_malformed", "The Stripe-Signature header carries no v1 signature.")
    return int(stamps[0]), signatures
